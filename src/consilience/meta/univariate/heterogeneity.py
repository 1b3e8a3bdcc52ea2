"""How much true effects differ: Q, I2, H2, R2, and the standard error of tau2."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.single import (
    Single,
    SingleFit,
    solve_one,
    sums_of,
    trace_p_one,
    traces_one,
)


@dataclass(frozen=True)
class Heterogeneity:
    """Residual heterogeneity: tau2 (squared units of yi) and its SE, I2 and R2 in percent, Q and its test."""

    tau2: float
    se_tau2: float
    tau: float
    I2: float
    H2: float
    R2: float
    QE: float
    QE_df: int
    QE_p: float
    typical_variance: float


def describe(single: Single, tau2: float, se_tau2: float, r2: float, fixed: bool) -> Heterogeneity:
    """Put tau2 beside the typical sampling variance (Higgins and Thompson, 2002) and Q beside its df."""
    df = single.df
    q = single.fixed.rss if df > 0 else 0.0
    typical = single.typical_variance if df > 0 else float("nan")
    i2, h2 = _shares(tau2, typical, q, df, fixed)
    return Heterogeneity(
        tau2, se_tau2, tau2**0.5, i2, h2, r2, q, df,
        float(special.chdtrc(df, q)) if df > 0 else 1.0, typical,
    )  # fmt: skip


def _shares(tau2: float, typical: float, q: float, df: int, fixed: bool) -> tuple[float, float]:
    if df <= 0:
        return 0.0, 1.0
    if fixed:
        return (100.0 * max(0.0, (q - df) / q) if q > 0 else 0.0), q / df
    return 100.0 * tau2 / (tau2 + typical), 1.0 + tau2 / typical


def explained(tau2: float, tau2_null: float) -> float:
    """R2 in percent: by how much the moderators lower tau2 (Raudenbush, 2009)."""
    return 100.0 * max(0.0, (tau2_null - tau2) / tau2_null) if tau2_null > 0 else 0.0


def explained_dispersion(single: Single, null: Single) -> float:
    """R2 in percent where tau2 is taken as zero: the adjusted share of Q that the moderators remove."""
    return 100.0 * max(0.0, 1.0 - (single.fixed.rss / single.df) / (null.fixed.rss / null.df))


def se_of_tau2(method: str, single: Single, tau2: float, weights: Array | None) -> float:
    """Large-sample standard error of an estimate of tau2, from its information or its quadratic form."""
    fit = single.at(tau2)
    if method == "ML":
        return sqrt(2.0 / float(fit.weights @ fit.weights))
    if method == "REML":
        return sqrt(2.0 / traces_one(fit, single.basis)[1])
    if method in ("EB", "PM", "PMM"):
        return sqrt(2.0 * single.k**2 / single.df) / float(fit.weights.sum())
    return _of_quadratic_form(method, single, tau2, weights)


def _of_quadratic_form(method: str, single: Single, tau2: float, weights: Array | None) -> float:
    """Standard error of ``(y'Ay - c) / d``: ``sqrt(2 tr(A S A S)) / d`` with ``S = diag(v + tau2)``."""
    fit, divisor = _form(method, single, weights)
    factor = single.k / single.df if method == "HSk" else 1.0
    return factor * sqrt(2.0 * _trace_asas(fit, single, tau2)) / divisor


def _form(method: str, single: Single, weights: Array | None) -> tuple[SingleFit, float]:
    """The weighted fit whose RSS the estimator uses, and what it divides by."""
    if method == "SJ":
        start = float(np.var(single.y))
        return single.at(start), single.df / start
    if method == "GENQ" and weights is not None:
        fit = solve_one(single.y, weights, single.basis)
        return fit, trace_p_one(fit, single.basis)
    if method == "HE":
        return single.plain, float(single.df)
    hs = method in ("HS", "HSk")
    return single.fixed, float(single.fixed.weights.sum()) if hs else single.fixed_trace


def _trace_asas(fit: SingleFit, single: Single, tau2: float) -> float:
    w = fit.weights
    ws = w * (single.v + tau2)
    first = fit.inverse @ sums_of(w * ws, single.basis)
    second = fit.inverse @ sums_of(w * ws * ws, single.basis)
    return float(ws @ ws - 2.0 * second.trace() + (first * first.T).sum())
