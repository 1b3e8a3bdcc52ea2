"""Fits side by side: information criteria and the likelihood-ratio test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from consilience.meta.errors import InputError

if TYPE_CHECKING:
    from consilience.meta.multilevel.results import MultilevelFit


@dataclass(frozen=True)
class Criteria:
    """``loglik`` with the number of estimated ``parameters`` (coefficients and components)."""

    loglik: float
    parameters: int
    AIC: float
    BIC: float
    AICc: float


@dataclass(frozen=True)
class LikelihoodRatio:
    """``statistic = 2 (l_full - l_reduced)`` ~ chi-squared with ``df`` if the reduced model is true.

    Where a component is zero under the reduced model, the test is at the boundary and its p-value too large
    (``conservative``).
    """

    statistic: float
    df: int
    p_value: float
    conservative: bool


def criteria(fit: MultilevelFit) -> Criteria:
    """AIC, BIC and AICc; restricted likelihoods count k - p observations."""
    p = len(fit.beta)
    count = p + len(_estimated(fit))
    observations = fit.k - p if fit.problem.restricted else fit.k
    deviance = -2 * float(fit.found.maximum.loglik)
    most = max(observations, count + 2)
    return Criteria(
        -deviance / 2, count, deviance + 2 * count, deviance + count * float(np.log(observations)),
        deviance + 2 * count * most / (most - count - 1),
    )  # fmt: skip


def _estimated(fit: MultilevelFit) -> set[str]:
    return set(fit.components) - set(fit.fixed)


def likelihood_ratio(full: MultilevelFit, reduced: MultilevelFit) -> LikelihoodRatio:
    """Test a fit against a simpler one of the same effects."""
    if full.k != reduced.k or not np.array_equal(full.yi, reduced.yi):
        raise InputError("The two fits use different effects; fit both to the same rows.")
    if full.problem.restricted != reduced.problem.restricted:
        raise InputError("One fit is by REML, the other by ML; use the same method for both.")
    if full.problem.restricted and not _same_space(full, reduced):
        raise InputError(
            "Restricted likelihoods of different moderators cannot be compared; use method='ML'."
        )
    a, b = criteria(full), criteria(reduced)
    df = a.parameters - b.parameters
    if df <= 0:
        raise InputError("The second fit must be the simpler one, with fewer coefficients or components.")
    statistic = max(2 * (a.loglik - b.loglik), 0.0)
    return LikelihoodRatio(
        statistic, df, float(special.chdtrc(df, statistic)), bool(_estimated(full) - _estimated(reduced))
    )


def _same_space(full: MultilevelFit, reduced: MultilevelFit) -> bool:
    """Whether both model matrices span the same space."""
    if full.X.shape != reduced.X.shape:
        return False
    left = reduced.X - full.X @ np.linalg.lstsq(full.X, reduced.X, rcond=None)[0]
    return bool(np.abs(left).max() <= 1e-8 * np.abs(reduced.X).max())
