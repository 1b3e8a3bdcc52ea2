"""How much true effects differ: Q, I2, H2, R2, and the standard error of tau2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.weighted import (
    Batch,
    WeightedFit,
    inverse_variance,
    solve_weighted,
    trace_p,
    traces,
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


def describe(batch: Batch, tau2: float, se_tau2: float, r2: float, fixed: bool) -> Heterogeneity:
    """Put tau2 beside the typical sampling variance (Higgins and Thompson, 2002) and Q beside its df."""
    df = batch.y.shape[1] - batch.basis.size
    fit = inverse_variance(batch, np.zeros(1))
    q = float(fit.rss[0]) if df > 0 else 0.0
    typical = float(df / trace_p(fit, batch.basis)[0]) if df > 0 else float("nan")
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


def explained_dispersion(batch: Batch, null: Batch) -> float:
    """R2 in percent where tau2 is taken as zero: the adjusted share of Q that the moderators remove."""
    q, q0 = (float(inverse_variance(b, np.zeros(1)).rss[0]) for b in (batch, null))
    k = batch.y.shape[1]
    return 100.0 * float(max(0.0, 1.0 - (q / (k - batch.basis.size)) / (q0 / (k - null.basis.size))))


def se_of_tau2(method: str, batch: Batch, tau2: float, weights: Array | None) -> float:
    """Large-sample standard error of an estimate of tau2, from its information or its quadratic form."""
    fit, basis = inverse_variance(batch, np.array([tau2])), batch.basis
    k, df = batch.y.shape[1], batch.y.shape[1] - basis.size
    if method == "ML":
        variance = 2.0 / float((fit.weights**2).sum())
    elif method == "REML":
        variance = 2.0 / float(traces(fit, basis)[1][0])
    elif method in ("EB", "PM", "PMM"):
        variance = 2.0 * k**2 / df / float(fit.weights.sum()) ** 2
    else:
        variance = _of_quadratic_form(method, batch, tau2, weights)
    return float(np.sqrt(variance))


def _of_quadratic_form(method: str, batch: Batch, tau2: float, weights: Array | None) -> float:
    """Variance of ``(y'Ay - c) / d``: ``2 tr(A S A S) / d^2`` with ``S = diag(v + tau2)``."""
    k, df = batch.y.shape[1], batch.y.shape[1] - batch.basis.size
    fit, divisor = _form(method, batch, weights)
    factor = k / df if method == "HSk" else 1.0
    return factor**2 * 2.0 * _trace_asas(fit, batch, tau2) / divisor**2


def _form(method: str, batch: Batch, weights: Array | None) -> tuple[WeightedFit, float]:
    """The weighted fit whose RSS the estimator uses, and what it divides by."""
    if method == "SJ":
        start = np.array([float(np.var(batch.y))])
        return inverse_variance(batch, start), (batch.y.shape[1] - batch.basis.size) / float(start[0])
    if method == "GENQ" and weights is not None:
        fit = solve_weighted(batch, weights)
    elif method == "HE":
        fit = solve_weighted(batch, np.ones_like(batch.y))
    else:
        fit = inverse_variance(batch, np.zeros(1))
    hs = method in ("HS", "HSk")
    return fit, float(fit.weights.sum() if hs else trace_p(fit, batch.basis)[0])


def _trace_asas(fit: WeightedFit, batch: Batch, tau2: float) -> float:
    w, s, p = fit.weights, batch.v + tau2, batch.basis.size
    first = fit.inverse @ ((w**2 * s) @ batch.basis.cross).reshape(-1, p, p)
    second = fit.inverse @ ((w**3 * s**2) @ batch.basis.cross).reshape(-1, p, p)
    total = (w * s) ** 2
    return float(total.sum() - 2.0 * np.trace(second[0]) + np.einsum("ij,ji->", first[0], first[0]))
