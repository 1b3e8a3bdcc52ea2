"""Fit many data sets that share moderators: subsets, permutations, deletions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.model import Options
from consilience.meta.univariate.tau2 import estimate_tau2
from consilience.meta.univariate.weighted import (
    Batch,
    WeightedFit,
    cross_products,
    inverse_variance,
    solve_weighted,
    trace_p,
)

# Cells (data sets x studies) held at once: bounds memory whatever the number of data sets.
CELLS = 1 << 19


@dataclass(frozen=True)
class ManyFits:
    """One row per data set: beta (B, p), vcov (B, p, p), tau2, QE, I2, H2, k, df and s2w of the test (B,).

    A data set in which a coefficient cannot be estimated holds NaN.
    """

    beta: Array
    vcov: Array
    tau2: Array
    QE: Array
    I2: Array
    H2: Array
    k: Array
    df: Array
    s2w: Array
    converged: NDArray[np.bool_]

    @property
    def se(self) -> Array:
        """Standard errors, (B, p)."""
        return np.asarray(np.sqrt(np.diagonal(self.vcov, axis1=1, axis2=2)))

    @property
    def statistic(self) -> Array:
        """z or t statistics, (B, p)."""
        return self.beta / self.se

    @property
    def QE_p(self) -> Array:
        """p-values of QE, (B,)."""
        p = self.beta.shape[1]
        return np.where(self.k > p, special.chdtrc(np.maximum(self.k - p, 1), self.QE), 1.0)


def chunks(count: int, k: int) -> Iterator[slice]:
    """Slices of ``count`` data sets of ``k`` studies that keep memory bounded."""
    size = max(1, CELLS // max(k, 1))
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def fit_many(batch: Batch, options: Options, weights: Array | None = None) -> ManyFits:
    """Fit each data set of a batch with the options of one fit; ``weights`` (B, k) are a user's own."""
    count, p = batch.k, batch.basis.size
    tau2, converged = _tau2(batch, options, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        fit = inverse_variance(batch, tau2)
        coef, cov = _estimates(batch, fit, tau2, weights)
        factor = _variance_factors(options.test, fit.rss, count - p)
        back = np.linalg.inv(batch.basis.R)
        beta, vcov = coef @ back.T, factor[:, None, None] * (back @ cov @ back.T)
        q, i2, h2 = _heterogeneity(batch, options, tau2)
    lost = ~np.isfinite(beta).all(axis=1)
    df = np.full(count.shape, np.inf) if options.test == "z" else np.where(count > p, count - p, np.nan)
    tau2, q, i2, h2 = (np.where(lost, np.nan, a) for a in (tau2, q, i2, h2))
    return ManyFits(beta, vcov, tau2, q, i2, h2, count, df, factor, converged & ~lost)


def _tau2(batch: Batch, options: Options, weights: Array | None) -> tuple[Array, NDArray[np.bool_]]:
    size = batch.y.shape[0]
    if options.tau2 is not None:
        return np.full(size, options.tau2), np.ones(size, dtype=bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = estimate_tau2(options.method, batch, weights)
    few = batch.k <= batch.basis.size
    return np.where(few | ~np.isfinite(found.value), 0.0, found.value), found.converged | few


def _estimates(batch: Batch, fit: WeightedFit, tau2: Array, weights: Array | None) -> tuple[Array, Array]:
    if weights is None:
        return fit.coef, fit.inverse
    own = solve_weighted(batch, batch.mask(weights))
    middle = cross_products(own.weights**2 * (batch.v + tau2[:, None]), batch.basis)
    return own.coef, own.inverse @ middle @ own.inverse


def _variance_factors(test: str, rss: Array, residual_df: Array) -> Array:
    if test in ("z", "t"):
        return np.ones_like(rss)
    factor = np.where(residual_df > 0, rss / residual_df, np.nan)
    return np.maximum(1.0, factor) if test == "adhoc" else factor


def _heterogeneity(batch: Batch, options: Options, tau2: Array) -> tuple[Array, Array, Array]:
    fit = inverse_variance(batch, np.zeros(batch.y.shape[0]))
    df = batch.k - batch.basis.size
    q = np.where(df > 0, fit.rss, 0.0)
    if options.method in ("EE", "FE"):
        i2, h2 = 100.0 * np.maximum(0.0, (q - df) / q), q / df
    else:
        typical = df / trace_p(fit, batch.basis)
        i2, h2 = 100.0 * tau2 / (tau2 + typical), 1.0 + tau2 / typical
    return q, np.where(df > 0, i2, 0.0), np.where(df > 0, h2, 1.0)


def join(parts: list[ManyFits]) -> ManyFits:
    """Put chunks together."""
    names = ManyFits.__dataclass_fields__
    return ManyFits(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
