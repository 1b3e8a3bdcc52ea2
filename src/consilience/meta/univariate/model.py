"""One random- or equal-effects model on arrays: the kernel behind ``rma``."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

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
from consilience.meta.univariate.single import Single, SingleFit, solve_one, sums_of
from consilience.meta.univariate.single_search import Found, log_likelihood_one
from consilience.meta.univariate.tau2 import estimate_one, is_fixed
from consilience.meta.univariate.weighted import Batch

_LOG_2PI = log(2.0 * pi)


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
    single, fixed = Single(yi, vi, basis), is_fixed(options.method)
    found = _tau2(single, options, weights)
    fit = single.at(found.tau2)
    estimable = options.tau2 is None and not fixed and single.df > 0
    se_tau2 = se_of_tau2(options.method, single, found.tau2, weights) if estimable else float("nan")
    coefficients = _coefficients(single, fit, found.tau2, options, weights)
    ml, reml = _likelihoods(single, fit, None if weights is None else basis.R @ coefficients.beta)
    r2 = _r2(single, found.tau2, options, weights, null)
    return Estimates(
        coefficients,
        describe(single, found.tau2, se_tau2, r2, fixed),
        reml if options.method == "REML" else ml, ml, reml,
        found.converged, found.steps, found.boundary,
    )  # fmt: skip


def _tau2(single: Single, options: Options, weights: Array | None) -> Found:
    if options.tau2 is not None:
        return Found(options.tau2, True, 0, False)
    if single.df <= 0 or is_fixed(options.method):
        return Found(0.0, True, 0, False)
    return estimate_one(options.method, single, weights)


def _r2(single: Single, tau2: float, options: Options, weights: Array | None, null: Basis | None) -> float:
    """Percent of heterogeneity accounted for; NaN without moderators, residual df, or with known tau2."""
    if null is None or options.tau2 is not None or single.df <= 0:
        return float("nan")
    smaller = Single(single.y, single.v, null)
    if is_fixed(options.method):
        return explained_dispersion(single, smaller)
    return explained(tau2, estimate_one(options.method, smaller, weights).tau2)


def _likelihoods(single: Single, fit: SingleFit, coef: Array | None) -> tuple[float, float]:
    """ML and REML log-likelihoods, with all their constants, at ``coef`` on the basis or at the fit's own."""
    if coef is not None:
        resid = single.y - single.basis.Q @ coef
        fit = fit._replace(rss=float((fit.weights * resid) @ resid))
    ml = log_likelihood_one(fit, restricted=False) - 0.5 * single.k * _LOG_2PI
    # log|X'WX| - log|X'X| is log|Q'WQ|: the units of the moderators cancel.
    return ml, ml - 0.5 * fit.logdet + 0.5 * single.basis.size * _LOG_2PI


def _coefficients(
    single: Single, fit: SingleFit, tau2: float, options: Options, weights: Array | None
) -> Coefficients:
    """Weighted estimates and their covariance, carried back from the basis to the moderators."""
    coef, cov = fit.coef, fit.inverse
    if weights is not None and options.weighted:
        own = solve_one(single.y, weights, single.basis)
        coef = own.coef
        cov = own.inverse @ sums_of(weights**2 * (single.v + tau2), single.basis) @ own.inverse
    s2w = variance_factor(options.test, fit.rss, single.df)
    back = single.basis.back
    beta, vcov = back @ coef, back @ cov @ back.T
    vcov = vcov if s2w == 1.0 else s2w * vcov
    return _tested(beta, vcov, reference_df(options.test, single.df), options.level, s2w)


def _tested(beta: Array, vcov: Array, df: float, level: float, s2w: float) -> Coefficients:
    se = np.sqrt(vcov.diagonal())
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = beta / se
    half = critical_value(level, df) * se
    return Coefficients(
        beta, vcov, se, statistic, df, two_sided_p(statistic, df), beta - half, beta + half, s2w
    )
