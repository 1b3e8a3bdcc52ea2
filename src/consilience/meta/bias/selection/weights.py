"""Weight functions: the relative chance that a result with p-value p is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.errors import InputError

Logs = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Jet:
    """A function of the weight parameters at m points: value (m,), gradient (q, m), curvature (q, q, m)."""

    value: Array
    gradient: Array
    curvature: Array


@dataclass(frozen=True)
class Family:
    """A smooth weight function: ``log_weight(log p, log(1 - p), delta)`` as a jet in delta.

    ``neutral`` is the delta of no selection, ``lower`` and ``upper`` its bounds.
    """

    name: str
    names: tuple[str, ...]
    neutral: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    log_weight: Callable[[Array, Array, Array], Jet]


def _linear(value: Array, *slopes: Array) -> Jet:
    """A log weight that is linear in delta."""
    gradient = np.stack(slopes)
    q = len(slopes)
    return Jet(value, gradient, np.zeros((q, q, value.size)))


def _beta(lp: Array, lq: Array, d: Array) -> Jet:
    return _linear((d[0] - 1.0) * lp + (d[1] - 1.0) * lq, lp, lq)


def _halfnorm(lp: Array, lq: Array, d: Array) -> Jet:  # noqa: ARG001
    p2 = np.exp(2.0 * lp)
    return _linear(-d[0] * p2, -p2)


def _negexp(lp: Array, lq: Array, d: Array) -> Jet:  # noqa: ARG001
    p = np.exp(lp)
    return _linear(-d[0] * p, -p)


def _power(lp: Array, lq: Array, d: Array) -> Jet:  # noqa: ARG001
    return _linear(d[0] * lq, lq)


def _logistic(lp: Array, lq: Array, d: Array) -> Jet:  # noqa: ARG001
    p = np.exp(lp)
    share = special.expit(d[0] * p)
    value = np.log(2.0) - d[0] * p - np.log1p(np.exp(-d[0] * p))
    return Jet(value, (-p * share)[None], (-(p**2) * share * (1.0 - share))[None, None])


FAMILIES: dict[str, Family] = {
    f.name: f
    for f in (
        Family("beta", ("delta1", "delta2"), (1.0, 1.0), (1e-5, 1e-5), (100.0, 100.0), _beta),
        Family("halfnorm", ("delta",), (0.0,), (0.0,), (1e3,), _halfnorm),
        Family("negexp", ("delta",), (0.0,), (0.0,), (1e3,), _negexp),
        Family("logistic", ("delta",), (0.0,), (0.0,), (1e3,), _logistic),
        Family("power", ("delta",), (0.0,), (0.0,), (1e3,), _power),
    )
}


def log_p(z: Array, alternative: str) -> tuple[Array, Array]:
    """log p and log(1 - p) of z statistics."""
    if alternative == "greater":
        return special.log_ndtr(-z), special.log_ndtr(z)
    if alternative == "less":
        return special.log_ndtr(z), special.log_ndtr(-z)
    inside = special.erf(np.abs(z) / np.sqrt(2.0))
    return np.minimum(np.log(2.0) + special.log_ndtr(-np.abs(z)), 0.0), np.log(np.maximum(inside, 1e-300))


@dataclass(frozen=True)
class Smooth:
    """A family on the z axis. ``steps``: none, or one threshold of p up to which the weight is 1 and beyond
    which it is relative to its value there; for the beta family two, outside of which the weight is constant.
    """

    family: Family
    alternative: str
    steps: tuple[float, ...] = ()

    def at(self, z: Array, delta: Array) -> Jet:
        """The log weight at z."""
        lp, lq = log_p(z, self.alternative)
        if not self.steps:
            return self.family.log_weight(lp, lq, delta)
        if self.family.name == "beta":
            low, high = self.steps
            lp, lq = np.clip(lp, np.log(low), np.log(high)), np.clip(lq, np.log1p(-high), np.log1p(-low))
            return self.family.log_weight(lp, lq, delta)
        start = self.steps[0]
        here = self.family.log_weight(lp, lq, delta)
        there = self.family.log_weight(np.log([start]), np.log1p([-start]), delta)
        beyond = lp > np.log(start)
        return Jet(
            np.where(beyond, here.value - there.value, 0.0),
            np.where(beyond, here.gradient - there.gradient, 0.0),
            np.where(beyond, here.curvature - there.curvature, 0.0),
        )

    def breaks(self) -> tuple[float, ...]:
        """z values at which the weight has a kink."""
        edges = [] if not self.steps else list(cells(self.steps, self.alternative).edges)
        if self.alternative != "two.sided":
            return tuple(edges)
        # (1 - p)^d behaves as |z|^d at zero: panels that shrink towards it keep the quadrature exact
        graded = 4.0 ** -np.arange(1.0, 31.0) if self.family.name in ("beta", "power") else np.zeros(0)
        return (*edges, 0.0, *graded, *-graded)

    def growth(self, delta: Array) -> tuple[float, float]:
        """How log weights grow towards z = -inf and +inf, as multiples of z^2 / 2."""
        if self.family.name != "beta" or self.steps:
            return (0.0, 0.0)
        significant, other = (max(0.0, 1.0 - float(d)) for d in delta)
        sides = {"greater": (other, significant), "less": (significant, other)}
        return sides.get(self.alternative, (significant, significant))


def check_steps(steps: object) -> tuple[float, ...]:
    """Cut points strictly between 0 and 1, in order; a final 1 may be written or left out."""
    values = np.atleast_1d(np.asarray(steps, dtype=float)).ravel()
    inner = values[values != 1.0]
    if inner.size == 0 or np.any(~(inner > 0) | ~(inner < 1)):
        raise InputError(
            f"steps={steps!r}: give cut points of p between 0 and 1, such as 0.025 or (0.025, 0.5)."
        )
    if np.any(np.diff(inner) <= 0):
        raise InputError(f"steps={steps!r} must increase.")
    return tuple(float(s) for s in inner)


@dataclass(frozen=True)
class Cells:
    """The z axis cut where p meets a step: ``edges`` (m - 1,), and the interval of p of each cell (m,)."""

    edges: Array
    owner: np.ndarray


def cells(steps: tuple[float, ...], alternative: str) -> Cells:
    """Cells of the z axis for one- or two-sided p-values."""
    s = np.asarray(steps)
    if alternative == "greater":
        return Cells(-special.ndtri(s)[::-1], np.arange(len(s), -1, -1))
    if alternative == "less":
        return Cells(special.ndtri(s), np.arange(len(s) + 1))
    upper = -special.ndtri(s[::-1] / 2.0)
    order = np.arange(len(s), -1, -1)
    return Cells(np.concatenate([-upper[::-1], upper]), np.concatenate([order[:0:-1], order]))
