"""Limit meta-analysis: shrunken effects and the mean that endlessly precise studies would have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.bias.evidence import about_studies, as_fit, one_mean
from consilience.meta.bias.finding import Finding, p_text
from consilience.meta.errors import InputError
from consilience.meta.univariate.entry import rma
from consilience.meta.univariate.inference import critical_value, two_sided_p


@dataclass(frozen=True, kw_only=True)
class LimitMeta(Finding):
    """``estimate`` = beta + tau alpha, ``alpha`` the small-study effect; ``shrunken`` (k,) the limit effects.

    ``Q = Q_small + Q_rest`` splits heterogeneity into what small-study effects explain and the rest;
    ``G2`` (percent) is what remains unexplained in the shrunken effects.
    """

    k: int
    random_effects: float
    tau2: float
    alpha: float
    beta: float
    estimate: float
    se: float
    statistic: float
    p_value: float
    ci_lower: float
    ci_upper: float
    level: float
    Q: float
    Q_small: float
    Q_small_p: float
    Q_rest: float
    Q_rest_p: float
    G2: float
    shrunken: Array

    def explain(self) -> str:
        """The adjusted mean beside the unadjusted one."""
        return (
            f"Adjusted for small-study effects the mean is {self.estimate:.2f} ({100 * self.level:g} % CI "
            f"{self.ci_lower:.2f} to {self.ci_upper:.2f}) instead of {self.random_effects:.2f}; small-study "
            f"effects: {p_text(self.Q_small_p)}."
        )


def limit_meta(
    effects: Any, vi: Any = None, *, data: Any = None, level: float = 0.95, **options: Any
) -> LimitMeta:
    """Fit ``yi = beta + sqrt(vi + tau2) (alpha + e_i)`` and let the sampling variances go to zero.

    The adjusted mean is ``beta + tau alpha``; a study's limit effect is
    ``beta + sqrt(tau2 / (vi + tau2)) (yi - beta)``. tau2 is that of the fit (default: REML).
    Source: Rücker, Schwarzer, Carpenter, Binder & Schumacher (2011), Biostatistics 12, 122-142.

    >>> limit_meta([0.9, 0.6, 0.3, 0.2, 0.4], [0.2, 0.1, 0.04, 0.01, 0.02]).k
    5
    """
    fit = as_fit(effects, vi, data=data, level=level, **options)
    one_mean(fit, "Limit meta-analysis")
    if fit.k < 3 or np.ptp(fit.vi) <= 1e-8 * fit.vi.max():
        raise InputError("Limit meta-analysis needs at least 3 studies that differ in precision.")
    tau, spread = np.sqrt(fit.tau2), np.sqrt(fit.vi + fit.tau2)
    radial = rma(fit.yi, fit.vi, mods=spread, tau2=fit.tau2, level=fit.level)
    beta, alpha = float(radial.beta[0]), float(radial.beta[1])
    row = np.array([1.0, tau])
    estimate, se = float(row @ radial.beta), float(np.sqrt(row @ radial.vcov @ row))
    half = critical_value(fit.level, np.inf) * se
    Q, small, rest = _split(fit.yi, fit.vi)
    shrunken = beta + tau / spread * (fit.yi - beta)
    return LimitMeta(
        k=fit.k, random_effects=float(fit.beta[0]), tau2=fit.tau2, alpha=alpha, beta=beta, estimate=estimate,
        se=se, statistic=estimate / se, p_value=float(two_sided_p(np.array([estimate / se]), np.inf)[0]),
        ci_lower=estimate - half, ci_upper=estimate + half, level=fit.level, Q=Q, Q_small=small,
        Q_small_p=float(special.chdtrc(1, small)), Q_rest=rest,
        Q_rest_p=float(special.chdtrc(fit.k - 2, rest)), G2=_unexplained(shrunken, fit.vi, fit.tau2),
        shrunken=shrunken, cautions=about_studies(fit.vi),
    )  # fmt: skip


def _split(yi: Array, vi: Array) -> tuple[float, float, float]:
    """Cochran's Q, the part that a slope on standard errors explains, and the rest."""
    root = 1.0 / np.sqrt(vi)
    totals = []
    for X in (np.ones((yi.size, 1)), np.column_stack([np.ones(yi.size), np.sqrt(vi)])):
        residual = (
            yi * root - X * root[:, None] @ np.linalg.lstsq(X * root[:, None], yi * root, rcond=None)[0]
        )
        totals.append(float(residual @ residual))
    return totals[0], totals[0] - totals[1], totals[1]


def _unexplained(shrunken: Array, vi: Array, tau2: float) -> float:
    """100 (1 - R2) of the limit effects on precision in the radial plot; NaN without heterogeneity."""
    if tau2 == 0:
        return float("nan")
    x = 1.0 / np.sqrt(vi)
    z = shrunken * x
    X = np.column_stack([np.ones(x.size), x])
    residual = z - X @ np.linalg.lstsq(X, z, rcond=None)[0]
    return float(100.0 * (residual @ residual) / (((z - z.mean()) ** 2).sum()))
