"""The log-likelihood of what was seen, study by study, with first and second derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.bias.selection.normaliser import of_family, of_steps
from consilience.meta.bias.selection.weights import Cells, Smooth


@dataclass(frozen=True)
class Seen:
    """The studies seen, and how selection works: ``cut`` with ``interval`` (k,) for steps, or ``smooth``.

    ``weights`` (k,) multiply the studies' log-likelihoods (counts in a bootstrap).
    """

    yi: Array
    vi: Array
    X: Array
    cut: Cells | None
    interval: np.ndarray | None
    smooth: Smooth | None
    q: int
    weights: Array | None = None


@dataclass(frozen=True)
class Likelihood:
    """``value`` (k,), ``score`` (k, P) and the total ``hessian`` (P, P) in (beta, tau2, working delta)."""

    value: Array
    score: Array
    hessian: Array


def natural(seen: Seen, working: Array) -> Array:
    """Weights of intervals from their logarithms, the first being 1; smooth families' delta as it is."""
    if seen.cut is None:
        return working
    return np.concatenate([[1.0], np.exp(working)])


def evaluate(seen: Seen, theta: Array) -> Likelihood:
    """``log w(p_i) + log N(y_i; x_i'beta, v_i + tau2) - log A_i`` and its derivatives."""
    p = seen.X.shape[1]
    m, s2 = seen.X @ theta[:p], seen.vi + theta[p]
    gap = seen.yi - m
    delta = natural(seen, theta[p + 1 :])
    local, own, curve = _selection(seen, m, s2, delta)
    value = local - 0.5 * np.log(2 * np.pi * s2) - 0.5 * gap**2 / s2
    own[:, 0] += gap / s2
    own[:, 1] += 0.5 * (gap**2 / s2 - 1.0) / s2
    curve[:, 0, 0] += -1.0 / s2
    curve[:, 0, 1] += -gap / s2**2
    curve[:, 1, 0] += -gap / s2**2
    curve[:, 1, 1] += 0.5 / s2**2 - gap**2 / s2**3
    score = np.hstack([seen.X * own[:, :1], own[:, 1:]])
    return Likelihood(value, score, _total(seen, curve))


def _total(seen: Seen, curve: Array) -> Array:
    """Sum of the studies' curvatures, carried from their means to beta."""
    c = curve if seen.weights is None else curve * seen.weights[:, None, None]
    X = seen.X
    top = np.einsum("ki,k,kj->ij", X, c[:, 0, 0], X)
    side = X.T @ c[:, 0, 1:]
    return np.block([[top, side], [side.T, c[:, 1:, 1:].sum(axis=0)]])


def _selection(seen: Seen, m: Array, s2: Array, delta: Array) -> tuple[Array, Array, Array]:
    """log w - log A and its derivatives in (m, s2, working delta)."""
    if seen.cut is None:
        assert seen.smooth is not None
        A = of_family(seen.smooth, m, s2, seen.vi, delta)
        jet = seen.smooth.at(seen.yi / np.sqrt(seen.vi), delta)
        own, curve = -A.gradient, -A.curvature
        own[:, 2:] += jet.gradient.T
        curve[:, 2:, 2:] += np.moveaxis(jet.curvature, -1, 0)
        return jet.value - A.log, own, curve
    assert seen.interval is not None
    A = of_steps(seen.cut, m, s2, seen.vi, delta)
    with np.errstate(divide="ignore"):
        log_w = np.log(delta)[seen.interval]
    return log_w - A.log, *_on_log_scale(seen, -A.gradient, -A.curvature, delta)


def _on_log_scale(seen: Seen, own: Array, curve: Array, delta: Array) -> tuple[Array, Array]:
    """Derivatives in the logs of all weights but the first: d/dlog w = w d/dw."""
    assert seen.interval is not None
    w = delta[1:]
    keep = np.r_[0:2, 3 : own.shape[1]]
    own, curve = own[:, keep].copy(), curve[:, keep][:, :, keep].copy()
    own[:, 2:] *= w
    curve[:, :, 2:] *= w
    curve[:, 2:, :] *= w[:, None]
    index = np.arange(2, 2 + w.size)
    curve[:, index, index] += own[:, 2:]
    own[:, 2:] += seen.interval[:, None] == np.arange(1, delta.size)
    return own, curve
