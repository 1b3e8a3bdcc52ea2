"""Maximum and restricted maximum likelihood of tau2 by safeguarded Newton steps with exact zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.weighted import (
    Batch,
    WeightedFit,
    inverse_variance,
    quadratic_pp,
    quadratic_ppp,
    traces,
)

MAX_STEPS = 200
TOLERANCE = 1e-12
# Below this relative step the log-likelihood no longer changes in double precision: steps are trusted.
TRUSTED = 1e-6
LAST = 1e-7


@dataclass(frozen=True)
class Climb:
    """Where each climb ended: tau2, whether it converged, how many evaluations it took; each (B,)."""

    tau2: Array
    converged: np.ndarray
    steps: np.ndarray


@dataclass(frozen=True)
class _Point:
    loglik: Array
    score: Array
    curvature: Array
    newton: NDArray[np.bool_]


def log_likelihood(batch: Batch, fit: WeightedFit, restricted: bool) -> Array:
    """Log-likelihood up to a constant of the data (no ``2 pi``, no ``log|X'X|``), (B,)."""
    w = fit.weights if batch.include is None else np.where(batch.include > 0, fit.weights, 1.0)
    value = 0.5 * (np.log(w).sum(axis=1) - fit.rss)
    return np.asarray(value - 0.5 * fit.logdet if restricted else value)


def profile(batch: Batch, tau2: Array, restricted: bool) -> Array:
    """Log-likelihood at given tau2, coefficients profiled out, (B,)."""
    return log_likelihood(batch, inverse_variance(batch, tau2), restricted)


def _evaluate(batch: Batch, tau2: Array, restricted: bool) -> _Point:
    """Log-likelihood, score and (observed if usable, else expected) information."""
    fit = inverse_variance(batch, tau2)
    if restricted:
        trace, squares = traces(fit, batch.basis)
    else:
        trace, squares = fit.weights.sum(axis=1), np.einsum("bk,bk->b", fit.weights, fit.weights)
    expected = 0.5 * squares
    observed = quadratic_ppp(fit, batch.basis) - expected
    newton = observed > 0.1 * expected
    curvature = np.where(newton, observed, expected)
    value = log_likelihood(batch, fit, restricted)
    return _Point(value, 0.5 * (quadratic_pp(fit) - trace), curvature, newton)


def climb(batch: Batch, start: Array, scale: Array, restricted: bool) -> Climb:
    """Climb from ``start`` to a maximum over tau2 >= 0; ``scale`` is the size of a typical variance.

    A Newton step uses the observed information where the likelihood is concave, Fisher's where it is
    not, is cut at zero and shortened until the likelihood does not fall. Convergence is relative to
    ``tau2 + scale``, so units do not matter.
    """
    tau2, steps = start.copy(), np.zeros(start.shape[0], dtype=int)
    converged = np.zeros(start.shape[0], dtype=bool)
    here = _evaluate(batch, tau2, restricted)
    loglik, newton = here.loglik.copy(), here.newton.copy()
    step = _bounded(tau2, here)
    active = np.flatnonzero(np.isfinite(step))
    for _ in range(MAX_STEPS):
        small = np.abs(step[active]) <= TOLERANCE * (tau2[active] + scale[active])
        converged[active[small]] = True
        active = active[~small]
        if active.size == 0:
            break
        proposal = np.maximum(tau2[active] + step[active], 0.0)
        there = _evaluate(batch.rows(active), proposal, restricted)
        steps[active] += 1
        before = np.abs(step[active])
        trusted = before <= TRUSTED * (tau2[active] + scale[active])
        accept = (there.loglik >= loglik[active]) | trusted
        step[active] = np.where(accept, _bounded(proposal, there), 0.25 * step[active])
        # a full Newton step this small leaves an error of its square
        final = accept & newton[active] & (before <= LAST * (tau2[active] + scale[active]))
        newton[active] = accept & there.newton
        taken = active[accept]
        tau2[taken], loglik[taken] = proposal[accept], there.loglik[accept]
        converged[active[final]] = True
        active = active[~final]
    return Climb(tau2, converged, steps)


def _bounded(tau2: Array, point: _Point) -> Array:
    """The Newton step, cut so that tau2 stays at or above zero."""
    return np.maximum(point.score / point.curvature, -tau2)


def maximise(batch: Batch, candidates: list[Array], scale: Array, restricted: bool) -> Climb:
    """Climb from the most likely candidate; zero is one of them, so the end is at least as likely."""
    zero = np.zeros(batch.y.shape[0])
    options = np.stack([zero, *[np.where(np.isfinite(c), np.maximum(c, 0.0), 0.0) for c in candidates]])
    values = profile(batch.repeat(options.shape[0]), options.ravel(), restricted).reshape(options.shape)
    best = np.argmax(np.where(np.isfinite(values), values, -np.inf), axis=0)
    return climb(batch, options[best, np.arange(best.size)], scale, restricted)
