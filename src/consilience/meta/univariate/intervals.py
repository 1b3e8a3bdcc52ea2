"""Confidence intervals of tau2, and through it of tau, I2 and H2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array, Basis
from consilience.meta.univariate.likelihood import profile
from consilience.meta.univariate.model import one
from consilience.meta.univariate.moments import solve_q
from consilience.meta.univariate.weighted import Batch, inverse_variance

_RELATIVE = 4 * np.finfo(float).eps


@dataclass(frozen=True)
class Interval:
    """Limits of tau2; ``at_zero`` says which of the two lie on the boundary; ``empty`` that none exists."""

    lower: float
    upper: float
    at_zero: tuple[bool, bool]
    empty: bool


def q_profile(yi: Array, vi: Array, basis: Basis, level: float) -> Interval:
    """Invert the Q test: the tau2 at which Q has tail probability (1 - level) / 2 (Viechtbauer, 2007)."""
    df, batch, tail = yi.size - basis.size, one(yi, vi, basis), (1.0 - level) / 2.0
    targets = (float(special.chdtri(df, tail)), float(special.chdtri(df, 1.0 - tail)))
    at_zero = float(inverse_variance(batch, np.zeros(1)).rss[0])
    lower, upper = (float(solve_q(batch, np.array([t])).tau2[0]) for t in targets)
    below = (at_zero <= targets[0], at_zero <= targets[1])
    return Interval(lower, upper, below, at_zero < targets[1])


def profile_likelihood(
    yi: Array, vi: Array, basis: Basis, level: float, tau2: float, restricted: bool
) -> Interval:
    """The tau2 whose log-likelihood is within ``chi2_1(level) / 2`` of its maximum (Hardy-Thompson 1996)."""
    batch = one(yi, vi, basis)
    limit = _profile(batch, tau2, restricted) - 0.5 * float(special.chdtri(1, 1.0 - level))

    def excess(x: float) -> float:
        return _profile(batch, x, restricted) - limit

    lower = 0.0
    if tau2 > 0 and excess(0.0) < 0:
        lower = float(optimize.brentq(excess, 0.0, tau2, xtol=tau2 * 1e-15, rtol=_RELATIVE))
    step = tau2 + float(np.median(vi))
    far = step
    while excess(far) > 0:
        far *= 2.0
    upper = float(optimize.brentq(excess, tau2, far, xtol=step * 1e-15, rtol=_RELATIVE))
    return Interval(lower, upper, (lower == 0.0, False), False)


def _profile(batch: Batch, tau2: float, restricted: bool) -> float:
    return float(profile(batch, np.array([tau2]), restricted)[0])


def check_type(kind: str) -> str:
    """Return the canonical name of an interval's kind."""
    if kind.upper() not in ("QP", "PL"):
        raise InputError(f"type={kind!r} is not known. Choose 'QP' (Q-profile) or 'PL' (profile likelihood).")
    return kind.upper()
