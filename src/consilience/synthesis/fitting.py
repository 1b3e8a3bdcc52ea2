"""Calls the statistics engine with the plan's words; the only place of this room that does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from consilience.errors import InputError
from consilience.meta import MetaFit, meta_regression
from consilience.meta.clusters import clusters_from_codes
from consilience.meta.design import Design
from consilience.meta.results import fit_given
from consilience.meta.spec import FitSpec
from consilience.meta.working.model import WorkingData
from consilience.protocol.model import PoolingPlan
from consilience.synthesis.effect_set import EffectSet

Floats = NDArray[np.float64]


def fit_effects(effects: EffectSet, plan: PoolingPlan, X: Floats | None = None) -> MetaFit:
    """Fit the plan's working model to the effects: their mean, or a regression on the columns of X.

    The effects are checked already and X has full rank, so the engine is entered behind its reading of
    formulas and frames, which would take most of the time of the plan's hundred and more small fits.
    """
    present, codes = np.unique(effects.study, return_inverse=True)
    clusters = clusters_from_codes(codes.astype(np.int64), tuple(effects.study_names[present]))
    matrix = np.ones((effects.k_effects, 1)) if X is None else X
    names = ("Intercept",) if X is None else tuple(f"x{i + 1}" for i in range(matrix.shape[1]))
    design = Design(
        y=effects.yi, X=matrix, columns=names, terms={name: (i,) for i, name in enumerate(names)},
        kept=np.arange(effects.k_effects), dropped=(), aliased=(), variables=(), model_spec=None,
    )  # fmt: skip
    spec = FitSpec(
        "yi ~ 1" if X is None else "yi ~ X", plan.working_model, estimator_of(plan), plan.rho, plan.vcov,
        "Satterthwaite", plan.level,
    )  # fmt: skip
    given = WorkingData(effects.yi, effects.vi, matrix, clusters, plan.rho, spec.estimator)
    return fit_given(spec, design, given)


def estimator_of(plan: PoolingPlan) -> str:
    """Moments as in robumeta for CE and HE; likelihood models fall back to REML where moments were asked."""
    if plan.working_model not in ("CE", "HE") and plan.estimator == "robumeta":
        return "REML"
    return plan.estimator


def check_pooling(plan: PoolingPlan) -> None:
    """Try the plan on three made-up studies, so that an impossible setting is told before any work."""
    made_up = {"yi": [0.1, 0.3, 0.2, 0.5, 0.4], "vi": [0.04] * 5, "study": list("aabcd")}
    try:
        meta_regression(
            "yi ~ 1", made_up, working_model=plan.working_model, estimator=estimator_of(plan), rho=plan.rho,
            vcov=plan.vcov, level=plan.level,
        )  # fmt: skip
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
