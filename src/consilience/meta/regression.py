"""The entry: a formula, data and one word for the working model in; a fit with robust inference out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, Ints, numeric
from consilience.meta.clusters import Clusters, make_clusters
from consilience.meta.design import Design, build_design
from consilience.meta.dof import check_reference
from consilience.meta.errors import InputError
from consilience.meta.results import MetaFit, fit_given
from consilience.meta.robust import check_type
from consilience.meta.spec import FitSpec
from consilience.meta.user_v import user_blocks
from consilience.meta.working.model import WorkingData, WorkingModel
from consilience.meta.working.registry import choose


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
    subgroup: Any = None,
    V: Any = None,
    X: Any = None,
) -> MetaFit:
    """Meta-regression of dependent effects with cluster-robust inference.

    ``y_j = X_j beta + u_j + e_j``; weights come from the working model, standard errors from the residuals
    of studies, so that a wrong working model costs precision but not validity.

    Args:
        formula: ``"yi ~ 1 + format"``, or the effects themselves (moderators then come as ``X``).
        data: pandas or polars frame, or a dict of columns; arguments below name columns or hold values.
        vi: sampling variances, > 0, in squared units of yi.
        cluster: the study of each effect.
        working_model: CE, HE, CHE, SCE, SCE+ or CMVE; the last three need ``subgroup``.
        estimator: robumeta (moments; default of CE and HE), REML (default of the others) or ML.
        rho: correlation of sampling errors within a study.
        vcov, test: CR0 CR1 CR1p CR1S CR2 CR3; Satterthwaite, saddlepoint, naive-t, naive-tp or z.
        fixed: variance components to take as given, such as ``{"tau2": 0.1, "omega2": 0.05}``.
        V: sampling covariances in place of vi and rho: a matrix (zero between studies) or one per study.

    Raises InputError for a value that cannot be used; the message names it and the remedy.
    Source: Hedges, Tipton & Johnson (2010); Pustejovsky & Tipton (2018, 2022).

    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": ["a", "a", "b", "c", "d"]}
    >>> fit = meta_regression("yi ~ 1", es, working_model="CE")
    >>> fit.J, fit.k, round(float(fit.beta[0]), 4)
    (4, 5, 0.3375)
    """
    _check_scalars(rho, level)
    model, method = choose(working_model, estimator)
    required = {"vi": vi, "cluster": cluster} | ({} if subgroup is None else {"subgroup": subgroup})
    design, frame = build_design(formula, data, required, X)
    given = _working_data(design, frame, model, method, rho, fixed, V)
    shown = formula if isinstance(formula, str) else "yi ~ X"
    kept_rho = rho if model.uses_rho and V is None else None
    names = {n: v if isinstance(v, str) else n for n, v in required.items()}
    robust, reference = check_type(vcov), check_reference(test)
    spec = FitSpec(shown, model.name, method, kept_rho, robust, reference, level, fixed, names)
    return fit_given(spec, design, given)


def _working_data(
    design: Design,
    frame: pd.DataFrame,
    model: WorkingModel,
    method: str,
    rho: float,
    fixed: dict[str, float] | None,
    V: Any,
) -> WorkingData:
    """What the working model is fitted to."""
    clusters = make_clusters(frame["_cluster"])
    _check_size(design, clusters)
    category: Ints | None = None
    categories: tuple[str, ...] = ()
    if "subgroup" in model.needs:
        if "_subgroup" not in frame:
            raise InputError(f"working_model='{model.name}' needs subgroup, the column with the categories.")
        codes, labels = pd.factorize(frame["_subgroup"].astype(str), sort=True)
        category, categories = codes.astype(np.int64), tuple(map(str, labels))
    blocks = None if V is None else user_blocks(V, clusters, design.kept)
    return WorkingData(
        design.y, _variances(frame), design.X, clusters, rho, method, fixed, category, categories, blocks
    )


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
            f"vi in row {frame.index[bad[0]]} is {values[bad[0]]}; a sampling variance must be above 0. "
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
