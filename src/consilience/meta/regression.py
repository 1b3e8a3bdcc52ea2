"""The entry: a formula, data and one word for the working model in; a fit with robust inference out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, numeric
from consilience.meta.clusters import Clusters, make_clusters
from consilience.meta.design import Design, build_design
from consilience.meta.dof import check_reference
from consilience.meta.errors import InputError
from consilience.meta.gls import weighted_fit
from consilience.meta.results import MetaFit
from consilience.meta.robust import check_type, robust_covariance
from consilience.meta.spec import FitSpec, FitWarning
from consilience.meta.working.ce import fit_ce
from consilience.meta.working.che import fit_che
from consilience.meta.working.he import fit_he
from consilience.meta.working.model import WorkingFit


def meta_regression(
    formula: Any,
    data: Any = None,
    *,
    vi: Any = "vi",
    cluster: Any = "study",
    working_model: str = "CHE",
    estimator: str | None = None,
    rho: float = 0.8,
    vcov: str = "CR2",
    test: str = "Satterthwaite",
    level: float = 0.95,
    fixed: dict[str, float] | None = None,
    X: Any = None,
) -> MetaFit:
    """Meta-regression of dependent effects with cluster-robust inference.

    ``y_j = X_j beta + u_j + e_j``; weights from the working model, standard errors from the residuals of
    studies, so that a wrong working model costs precision but not validity.

    Args:
        formula: ``"yi ~ 1 + format"``, or the effects themselves (then give moderators as ``X``).
        data: pandas or polars frame, or a dict of columns.
        vi: sampling variances (column or values), > 0, in squared units of yi.
        cluster: the study of each effect (column or values).
        working_model: ``CE``, ``HE`` or ``CHE`` ...
        estimator: ``robumeta`` (moments and weights; default for CE and HE), ``REML`` or ``ML``.
        rho: correlation of sampling errors within a study, -1 < rho < 1.
        vcov: ``CR0 CR1 CR1p CR1S CR2 CR3``.
        test: ``Satterthwaite``, ``naive-t``, ``naive-tp`` or ``z``.
        level: of confidence and prediction intervals.
        fixed: variance components to use as given, such as ``{"tau2": 0.1, "omega2": 0.05}``.
        X: moderators as an array or frame instead of a formula's right-hand side.

    Raises:
        InputError: a value that cannot be used; the message names it and the remedy.

    Source:
        Hedges, Tipton & Johnson (2010); Pustejovsky & Tipton (2018, 2022).

    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": ["a", "a", "b", "c", "d"]}
    >>> fit = meta_regression("yi ~ 1", es, working_model="CE")
    >>> fit.J, fit.k, round(float(fit.beta[0]), 4)
    (4, 5, 0.3375)
    """
    _check_scalars(rho, level)
    kind, reference = check_type(vcov), check_reference(test)
    design, frame = build_design(formula, data, {"vi": vi, "cluster": cluster}, X)
    variances = _variances(frame)
    clusters = make_clusters(frame["_cluster"])
    _check_size(design, clusters)
    model, method = _model_and_method(working_model, estimator)
    working = _fit_working(model, method, design, variances, clusters, rho, fixed)
    linear = weighted_fit(design.y, design.X, working.weights, working.target, working.inverse_variance)
    robust = robust_covariance(linear, kind)
    spec = FitSpec(
        formula if isinstance(formula, str) else "yi ~ X", model, method, None if model == "HE" else rho, kind,
        reference, level, fixed, {"vi": _name(vi, "vi"), "cluster": _name(cluster, "cluster")},
    )  # fmt: skip
    fit = MetaFit(spec, design, clusters, variances, working, linear, robust, ())
    return _with_warnings(fit)


def _name(value: Any, default: str) -> str:
    return value if isinstance(value, str) else default


def _check_scalars(rho: float, level: float) -> None:
    if not -1 < rho < 1:
        raise InputError(f"rho={rho} must lie between -1 and 1, such as 0.8.")
    if not 0 < level < 1:
        raise InputError(f"level={level} must lie between 0 and 1, such as 0.95.")


def _variances(frame: pd.DataFrame) -> Array:
    """Sampling variances, each above zero."""
    values = numeric(frame["_vi"], "vi")
    bad = np.flatnonzero(~(values > 0) | np.isinf(values))
    if len(bad):
        raise InputError(
            f"vi in row {frame.index[bad[0]]} is {values[bad[0]]}; a sampling variance must be a number above 0. "
            "Correct it or remove the row."
        )
    infinite = np.flatnonzero(np.isinf(frame["_yi"].to_numpy()))
    if len(infinite):
        raise InputError(f"yi in row {frame.index[infinite[0]]} is infinite; correct it or remove the row.")
    return values


def _check_size(design: Design, clusters: Clusters) -> None:
    p = len(design.columns)
    if clusters.J < 2:
        raise InputError(
            f"All {clusters.k} effects come from one study ({clusters.labels[0]!r}); a robust standard error "
            "needs at least two studies."
        )
    if clusters.k <= p:
        raise InputError(
            f"{clusters.k} effects cannot estimate {p} coefficients; use fewer moderators or more effects."
        )


MODELS = ("CE", "HE", "CHE")
ESTIMATORS = {"CE": ("robumeta",), "HE": ("robumeta",), "CHE": ("REML", "ML")}


def _model_and_method(working_model: str, estimator: str | None) -> tuple[str, str]:
    if working_model not in MODELS:
        raise InputError(f"working_model='{working_model}' is not known; use one of {', '.join(MODELS)}.")
    allowed = ESTIMATORS[working_model]
    if estimator is None:
        return working_model, allowed[0]
    if estimator not in allowed:
        raise InputError(
            f"estimator='{estimator}' does not go with working_model='{working_model}'; use {', '.join(allowed)}."
        )
    return working_model, estimator


def _fit_working(
    model: str,
    method: str,
    design: Design,
    vi: Array,
    clusters: Clusters,
    rho: float,
    fixed: dict[str, float] | None,
) -> WorkingFit:
    given = fixed or {}
    if model == "CE":
        return fit_ce(design.y, vi, design.X, clusters, rho, given.get("tau2"))
    if model == "HE":
        return fit_he(design.y, vi, design.X, clusters, given.get("tau2"), given.get("omega2"))
    return fit_che(design.y, vi, design.X, clusters, rho, method, fixed)


def _with_warnings(fit: MetaFit) -> MetaFit:
    from dataclasses import replace

    return replace(fit, warnings=tuple(_warnings(fit)))


def _warnings(fit: MetaFit) -> list[FitWarning]:
    out = []
    for term, df, reason in zip(fit.terms, fit.df, fit.inference.reason):
        if reason:
            out.append(FitWarning("leverage_one", f"{term}: {reason}", term))
        elif fit.spec.test == "Satterthwaite" and not df >= 4:
            message = f"{term}: {df:.1f} degrees of freedom; below 4 the standard error and p are unreliable."
            out.append(FitWarning("low_df", message, term))
    for name in fit.working.boundary:
        out.append(FitWarning("boundary", f"{name} is estimated at 0, the boundary of what it can be.", name))
    if not fit.converged:
        message = (
            "The search for the variance components did not reach a maximum; do not rely on these numbers."
        )
        out.append(FitWarning("not_converged", message))
    p = len(fit.terms)
    if p >= fit.J:
        message = f"{fit.J} studies for {p} coefficients: robust standard errors need more studies than that."
        out.append(FitWarning("few_clusters", message))
    for name in fit.design.aliased:
        message = f"{name} repeats what other columns say (rank-deficient design) and was left out."
        out.append(FitWarning("rank_deficient", message, name))
    if fit.dropped:
        out.append(
            FitWarning("dropped_rows", f"{len(fit.dropped)} rows were left out: {fit.dropped[0].reason}.")
        )
    return out
