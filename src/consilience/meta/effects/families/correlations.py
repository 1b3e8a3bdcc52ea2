"""Correlations (ri, ni), and partial correlations from a t test (ti, ni, mi predictors)."""

from __future__ import annotations

import numpy as np
from scipy.special import hyp2f1 as scipy_hyp2f1

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.effects.families.kernel import (
    Inputs,
    MeasureEffect,
    MeasureRules,
    unknown_vtype,
    weighted_mean,
)


def hyp2f1(a: float, b: float, c: FloatArray, z: FloatArray) -> FloatArray:
    """₂F₁ by its series where c is large (there it converges at once and scipy's gives NaN), else scipy's."""
    total, term = np.ones_like(z), np.ones_like(z)
    for i in range(60):
        term = term * (a + i) * (b + i) / ((c + i) * (i + 1)) * z
        total = total + term
    return np.where(c > 100, total, scipy_hyp2f1(a, b, c, z))


def _unbiased_variance(yi: FloatArray, r: FloatArray, n: FloatArray) -> FloatArray:
    """Unbiased estimate of the variance of Olkin & Pratt's estimator (Hedges 1989)."""
    return np.asarray(yi**2 - 1 + (n - 3) / (n - 2) * (1 - r**2) * hyp2f1(1, 1, n / 2, 1 - r**2))


def _variance(measure: str, yi: FloatArray, r: FloatArray, n: FloatArray, vtype: str) -> FloatArray:
    """LS (1-r²)²/(n-1), UB (of UCOR), or AV with the mean correlation."""
    if vtype == "LS":
        return np.asarray((1 - yi**2) ** 2 / (n - 1))
    if vtype == "UB" and measure == "UCOR":
        return _unbiased_variance(yi, r, n)
    if vtype == "AV":
        return np.asarray((1 - weighted_mean(yi, n) ** 2) ** 2 / (n - 1))
    raise unknown_vtype(measure, vtype, "LS and AV")


def correlation(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """COR = r; LS (1-r²)²/(n-1)."""
    r, n = x["ri"], x["ni"]
    return MeasureEffect(np.array(r), _variance("COR", r, r, n, rules.vtype))


def unbiased_correlation(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """UCOR = r ₂F₁(½, ½; (n-2)/2; 1-r²) (Olkin & Pratt 1958)."""
    r, n = x["ri"], x["ni"]
    yi = r * hyp2f1(0.5, 0.5, (np.where(n > 4, n, np.nan) - 2) / 2, 1 - r**2)
    return MeasureEffect(yi, _variance("UCOR", yi, r, n, rules.vtype))


def fisher_z(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """ZCOR = atanh r; 1/(n-3) (Fisher 1921)."""
    r, n = np.where(np.abs(x["ri"]) < 1, x["ri"], np.nan), np.where(x["ni"] > 3, x["ni"], np.nan)
    return MeasureEffect(np.arctanh(r), np.where(np.abs(x["ri"]) >= 1, np.nan, 1 / (n - 3)))


def _partial(x: Inputs) -> tuple[FloatArray, FloatArray]:
    """Partial correlation t/√(t² + df) and df = n - m - 1."""
    df = x["ni"] - x["mi"] - 1
    df = np.where(df > 0, df, np.nan)
    return x["ti"] / np.sqrt(x["ti"] ** 2 + df), df


def partial_correlation(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PCOR = t/√(t² + n - m - 1): LS (1-r²)²/(n-m-1) (Aloe & Thompson 2013); AV with the mean."""
    r, df = _partial(x)
    if rules.vtype == "LS":
        return MeasureEffect(r, (1 - r**2) ** 2 / df)
    if rules.vtype == "AV":
        return MeasureEffect(r, (1 - weighted_mean(r, x["ni"]) ** 2) ** 2 / df)
    raise unknown_vtype("PCOR", rules.vtype, "LS and AV")


def fisher_z_partial(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """ZPCOR = atanh of PCOR; 1/(n-m-1)."""
    r, df = _partial(x)
    return MeasureEffect(np.arctanh(r), 1 / df)


def semipartial_correlation(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """SPCOR = t √(1 - R²)/√(n - m - 1) (Aloe & Becker 2012), from R² of the full model (r2i)."""
    df, r2 = x["ni"] - x["mi"] - 1, x["r2i"]
    r = x["ti"] * np.sqrt(1 - r2) / np.sqrt(np.where(df > 0, df, np.nan))
    reduced = r2 - r**2
    vi = (r2**2 - 2 * r2 + reduced + 1 - reduced**2) / x["ni"]
    return MeasureEffect(r, vi)
