"""Pretest-posttest-control effects after Morris (2008), with variances by name.

With δ the corrected effect, ρ the pre-post correlation, N = n1 + n2 and ñ = n1 n2 / N:

========================  =======================================================================
``morris2008``            pooled SD: 2 c² (1-ρ)/ñ · (N-2)/(N-4) · (1 + ñ δ²/(2(1-ρ))) - δ²  (eq. 25)
``morris2008``            own SDs: Σ c_g² · 2(1-ρ)/n_g · (n_g-1)/(n_g-3) · (1 + n_g δ_g²/(2(1-ρ))) - δ_g²
``large_sample``          2(1-ρ)/ñ + δ²/(2N); own SDs: Σ 2(1-ρ)/n_g + δ_g²/(2 n_g)
``large_sample_no_j``     the same with the uncorrected effect
========================  =======================================================================

An effect in the metric of change scores has 2(1-ρ) = 1 in all of them: it is a standardised mean
difference of the change scores, so that eq. 25 is that variance carried over to the raw metric.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from consilience.meta.effects.arrays import ArrayLike, FloatArray, as_floats
from consilience.meta.effects.small_sample import DEFAULT_RULE, SmallSampleRule
from consilience.meta.errors import InputError

Formula = Literal["d_ppc1", "d_ppc2", "d_ppc_change", "d_ppc_post"]
Variance = Literal["morris2008", "large_sample", "large_sample_no_j"]


@dataclass(frozen=True)
class StandardisedEffect:
    """Effects with their variance, the factor that was applied and its degrees of freedom."""

    yi: FloatArray
    vi: FloatArray
    J: FloatArray
    df: FloatArray


def check_formula(formula: str) -> None:
    """Refuse a formula that is not one of the four."""
    if formula not in get_args(Formula):
        raise InputError(f"formula is {formula!r}; it must be one of {', '.join(get_args(Formula))}.")


def check_variance(variance: str) -> None:
    """Refuse a variance that has no name here."""
    if variance not in get_args(Variance):
        raise InputError(f"variance is {variance!r}; it must be one of {', '.join(get_args(Variance))}.")


def pooled_sd(sd1: FloatArray, sd2: FloatArray, n1: FloatArray, n2: FloatArray) -> FloatArray:
    """√(((n1-1) sd1² + (n2-1) sd2²) / (n1+n2-2))."""
    return np.asarray(np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2)))


def morris_variance(
    delta: FloatArray, J: FloatArray, n_eff: FloatArray, m: FloatArray, r: FloatArray
) -> FloatArray:
    """Variance of c·t/√n_eff in the raw metric, exact under normality with δ in place of its estimate."""
    s2 = 2 * (1 - r)
    with np.errstate(divide="ignore", invalid="ignore"):
        v = J**2 * s2 / n_eff * (m / (m - 2)) * (1 + n_eff * delta**2 / s2) - delta**2
    return np.asarray(np.where(m > 2, v, np.nan))


def pooled_effect(
    d: ArrayLike, n1: ArrayLike, n2: ArrayLike, r: ArrayLike, *,
    variance: Variance = "morris2008", rule: SmallSampleRule = DEFAULT_RULE,
) -> StandardisedEffect:  # fmt: skip
    """Effect and variance of a difference of changes divided by an SD that both arms share.

    ``d`` is the uncorrected effect in the raw metric, positive where arm 1 rose more; ``r`` the
    pre-post correlation. Source: Morris (2008), equations 8-10 and 25.

    >>> e = pooled_effect(0.5, 20, 20, 0.5)
    >>> round(float(e.yi), 6), round(float(e.vi), 6)
    (0.490055, 0.104757)
    """
    check_variance(variance)
    d_, n1_, n2_, r_ = as_floats(d, n1, n2, r)
    df = n1_ + n2_ - 2
    J = rule.j(df)
    yi = J * d_
    n_eff = n1_ * n2_ / (n1_ + n2_)
    if variance == "morris2008":
        return StandardisedEffect(yi, morris_variance(yi, J, n_eff, df, r_), J, df)
    delta = yi if variance == "large_sample" else d_
    return StandardisedEffect(yi, 2 * (1 - r_) / n_eff + delta**2 / (2 * (n1_ + n2_)), J, df)


def own_sd_effect(
    d1: ArrayLike, d2: ArrayLike, n1: ArrayLike, n2: ArrayLike, r1: ArrayLike, r2: ArrayLike, *,
    variance: Variance = "morris2008", rule: SmallSampleRule = DEFAULT_RULE,
) -> StandardisedEffect:  # fmt: skip
    """Effect and variance of d_ppc1: each arm's change in units of its own pretest SD.

    Source: Becker (1988); Morris (2008), equations 4-6 and 15. ``J`` is the ratio of the corrected
    to the uncorrected difference (arm 1's factor where that is 0/0); ``df`` is n1 + n2 - 2.

    >>> e = own_sd_effect(0.6, 0.1, 20, 20, 0.5, 0.5)
    >>> round(float(e.yi), 6), round(float(e.vi), 6)
    (0.479955, 0.113153)
    """
    check_variance(variance)
    d1_, d2_, n1_, n2_, r1_, r2_ = as_floats(d1, d2, n1, n2, r1, r2)
    parts = [_one_arm(d, n, r, variance, rule) for d, n, r in ((d1_, n1_, r1_), (d2_, n2_, r2_))]
    (y1, v1, j1), (y2, v2, _) = parts
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(d1_ == d2_, j1, (y1 - y2) / (d1_ - d2_))
    return StandardisedEffect(y1 - y2, v1 + v2, ratio, n1_ + n2_ - 2)


def _one_arm(
    d: FloatArray, n: FloatArray, r: FloatArray, variance: Variance, rule: SmallSampleRule
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """One arm's standardised mean change with its variance and factor."""
    J = rule.j(n - 1)
    y = J * d
    if variance == "morris2008":
        return y, morris_variance(y, J, n, n - 1, r), J
    delta = y if variance == "large_sample" else d
    return y, 2 * (1 - r) / n + delta**2 / (2 * n), J
