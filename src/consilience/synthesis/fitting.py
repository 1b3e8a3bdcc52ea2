"""Calls the statistics engine with the plan's words; the only place of this room that does."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from consilience.errors import InputError
from consilience.meta import MetaFit, meta_regression
from consilience.protocol.model import PoolingPlan
from consilience.synthesis.effect_set import EffectSet

Floats = NDArray[np.float64]


def fit_effects(effects: EffectSet, plan: PoolingPlan, X: Any = None) -> MetaFit:
    """Fit the plan's working model to the effects: their mean, or a regression on the columns of X."""
    return fit_arrays(effects.yi, effects.vi, effects.study_names[effects.study], plan, X)


def fit_arrays(yi: Floats, vi: Floats, study: NDArray[Any], plan: PoolingPlan, X: Any = None) -> MetaFit:
    """The same from arrays."""
    return meta_regression(
        yi,
        vi=vi,
        cluster=study,
        working_model=plan.working_model,
        estimator=estimator_of(plan),
        rho=plan.rho,
        vcov=plan.vcov,
        level=plan.level,
        X=X,
    )


def estimator_of(plan: PoolingPlan) -> str:
    """Moments as in robumeta for CE and HE; likelihood models fall back to REML where moments were asked."""
    if plan.working_model not in ("CE", "HE") and plan.estimator == "robumeta":
        return "REML"
    return plan.estimator


def check_pooling(plan: PoolingPlan) -> None:
    """Try the plan on three made-up studies, so that an impossible setting is told before any work."""
    study = np.array(["a", "a", "b", "c", "d"], dtype=object)
    try:
        fit_arrays(np.array([0.1, 0.3, 0.2, 0.5, 0.4]), np.full(5, 0.04), study, plan)
    except InputError as error:
        raise InputError(f"The analysis plan's pooling cannot be run: {error}") from error


def weight_shares(fit: MetaFit) -> Floats:
    """Each study's share of the weight in the pooled mean, in the order of the study codes."""
    by_effect = fit.working.weights.matmul(np.ones(fit.k))
    by_study = np.bincount(fit.clusters.codes, by_effect, minlength=fit.J)
    return np.asarray(by_study / by_study.sum(), dtype=np.float64)


def without_each_study(fit: MetaFit) -> Floats:
    """The pooled mean without each study in turn, weights held as they are: shape (studies,)."""
    w = fit.working.weights.matmul(np.ones(fit.k))
    by_study = np.bincount(fit.clusters.codes, w, minlength=fit.J)
    product = np.bincount(fit.clusters.codes, w * fit.yi, minlength=fit.J)
    left = by_study.sum() - by_study
    return np.asarray((product.sum() - product) / left, dtype=np.float64)
