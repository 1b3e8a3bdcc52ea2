"""One random- or equal-effects model on arrays: the kernel behind ``rma``."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from consilience.meta.univariate.basis import Array, Basis
from consilience.meta.univariate.heterogeneity import (
    Heterogeneity,
    describe,
    explained,
    explained_dispersion,
    se_of_tau2,
)
from consilience.meta.univariate.inference import (
    critical_value,
    reference_df,
    two_sided_p,
    variance_factor,
)
from consilience.meta.univariate.likelihood import log_likelihood
from consilience.meta.univariate.tau2 import Tau2, estimate_tau2, is_fixed
from consilience.meta.univariate.weighted import Batch, WeightedFit, inverse_variance, solve_weighted


@dataclass(frozen=True)
class Options:
    """How to fit: tau2 method, test, confidence level, a known tau2, whether weights are the user's."""

    method: str = "REML"
    test: str = "z"
    level: float = 0.95
    tau2: float | None = None
    weighted: bool = True


@dataclass(frozen=True)
class Coefficients:
    """Estimates on the original moderators: beta, vcov, se, statistic, p, limits; df of the test."""

    beta: Array
    vcov: Array
    se: Array
    statistic: Array
    df: float
    p_value: Array
    ci_lower: Array
    ci_upper: Array
    s2w: float


@dataclass(frozen=True)
class Estimates:
    """All numbers of a fitted model."""

    coefficients: Coefficients
    heterogeneity: Heterogeneity
    loglik: float
    loglik_ml: float
    loglik_reml: float
    converged: bool
    steps: int
    boundary: bool


def one(yi: Array, vi: Array, basis: Basis) -> Batch:
    """A batch of one data set."""
    return Batch(yi[None, :], vi[None, :], basis)


def estimate(
    yi: Array, vi: Array, basis: Basis, options: Options, weights: Array | None, null: Basis | None
) -> Estimates:
    """Fit one model; ``null`` is the basis of the intercept-only model against which R2 is measured."""
    batch, fixed = one(yi, vi, basis), is_fixed(options.method)
    own = None if weights is None else weights[None, :]
    found = _tau2(batch, options, own)
    tau2 = float(found.value[0])
    fit = inverse_variance(batch, found.value)
    estimable = options.tau2 is None and not fixed and yi.size > basis.size
    se_tau2 = se_of_tau2(options.method, batch, tau2, own) if estimable else float("nan")
    coefficients = _coefficients(batch, fit, tau2, options, own)
    ml, reml = _likelihoods(batch, fit, basis.R @ coefficients.beta)
    return Estimates(
        coefficients,
        describe(batch, tau2, se_tau2, _r2(batch, tau2, options, own, null), fixed),
        reml if options.method == "REML" else ml, ml, reml,
        bool(found.converged[0]), int(found.steps[0]), bool(found.boundary[0]),
    )  # fmt: skip


def _tau2(batch: Batch, options: Options, weights: Array | None) -> Tau2:
    yes, no, zero = np.array([True]), np.array([False]), np.array([0])
    if options.tau2 is not None:
        return Tau2(np.array([options.tau2]), yes, zero, no)
    if batch.y.shape[1] <= batch.basis.size:
        return Tau2(np.zeros(1), yes, zero, no)
    return estimate_tau2(options.method, batch, weights)


def _r2(batch: Batch, tau2: float, options: Options, weights: Array | None, null: Basis | None) -> float:
    """Percent of heterogeneity accounted for; NaN without moderators, residual df, or with known tau2."""
    k = batch.y.shape[1]
    if null is None or options.tau2 is not None or k <= batch.basis.size:
        return float("nan")
    smaller = Batch(batch.y, batch.v, null)
    if is_fixed(options.method):
        return explained_dispersion(batch, smaller)
    return explained(tau2, float(estimate_tau2(options.method, smaller, weights).value[0]))


def _likelihoods(batch: Batch, fit: WeightedFit, coef: Array) -> tuple[float, float]:
    """ML and REML log-likelihoods, with all their constants, at coefficients ``coef`` on the basis."""
    rss = np.einsum("k,k->", fit.weights[0], (batch.y[0] - batch.basis.Q @ coef) ** 2)
    fit = replace(fit, rss=np.array([rss]))
    k, p = batch.y.shape[1], batch.basis.size
    ml = float(log_likelihood(batch, fit, restricted=False)[0]) - 0.5 * k * np.log(2 * np.pi)
    # log|X'WX| - log|X'X| is log|Q'WQ|: the units of the moderators cancel.
    reml = float(log_likelihood(batch, fit, restricted=True)[0]) - 0.5 * (k - p) * np.log(2 * np.pi)
    return ml, reml


def _coefficients(
    batch: Batch, fit: WeightedFit, tau2: float, options: Options, weights: Array | None
) -> Coefficients:
    """Weighted estimates and their covariance, carried back from the basis to the moderators."""
    coef, cov = fit.coef[0], fit.inverse[0]
    if weights is not None and options.weighted:
        own = solve_weighted(batch, weights)
        middle = (weights**2 * (batch.v + tau2)) @ batch.basis.cross
        coef = own.coef[0]
        cov = own.inverse[0] @ middle.reshape(cov.shape) @ own.inverse[0]
    residual_df = batch.y.shape[1] - batch.basis.size
    s2w = variance_factor(options.test, float(fit.rss[0]), residual_df)
    back = np.linalg.inv(batch.basis.R)
    beta, vcov = back @ coef, s2w * (back @ cov @ back.T)
    return _tested(beta, vcov, reference_df(options.test, residual_df), options.level, s2w)


def _tested(beta: Array, vcov: Array, df: float, level: float, s2w: float) -> Coefficients:
    se = np.sqrt(np.diag(vcov))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = beta / se
    half = critical_value(level, df) * se
    return Coefficients(
        beta, vcov, se, statistic, df, two_sided_p(statistic, df), beta - half, beta + half, s2w
    )
