"""``rma``: meta-analysis and meta-regression with one effect per study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np
import pandas as pd

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array, Basis, constant
from consilience.meta.univariate.inference import check_level, check_test, wald_of
from consilience.meta.univariate.inputs import Studies, as_frame, read_studies
from consilience.meta.univariate.location_scale import LocationScaleFit, fit_location_scale
from consilience.meta.univariate.model import Estimates, Options, estimate
from consilience.meta.univariate.moderators import Design, design, full_rank
from consilience.meta.univariate.notices import notices
from consilience.meta.univariate.results import RmaFit
from consilience.meta.univariate.tau2 import check_method

# Moderators of the heterogeneity: a formula, or values in rows.
Moderators = str | pd.DataFrame | pd.Series | np.ndarray | Sequence[Any]


@overload
def rma(
    effects: Any, vi: Any = ..., *, data: Any = ..., sei: Any = ..., mods: Any = ..., scale: None = ...,
    link: str = ..., intercept: bool = ..., method: str = ..., test: str = ..., level: float = ...,
    tau2: float | None = ..., weights: Any = ..., weighted: bool = ..., slab: Any = ...,
) -> RmaFit: ...  # fmt: skip


@overload
def rma(
    effects: Any, vi: Any = ..., *, data: Any = ..., sei: Any = ..., mods: Any = ..., scale: Moderators,
    link: str = ..., intercept: bool = ..., method: str = ..., test: str = ..., level: float = ...,
    tau2: float | None = ..., weights: Any = ..., weighted: bool = ..., slab: Any = ...,
) -> LocationScaleFit: ...  # fmt: skip


def rma(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    sei: Any = None,
    mods: Any = None,
    scale: Moderators | None = None,
    link: str = "log",
    intercept: bool = True,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    tau2: float | None = None,
    weights: Any = None,
    weighted: bool = True,
    slab: Any = None,
) -> RmaFit | LocationScaleFit:
    """Fit ``yi = x'b + u + e``, ``u ~ (0, tau2)``, ``e ~ (0, vi)``, one effect per study.

    ``effects`` is a data frame with columns ``yi`` and ``vi`` (as ``escalc`` returns), an array of
    effects, or a formula ("yi ~ x") with the data frame as second argument or ``data=``. ``vi`` are
    sampling variances on the squared scale of ``yi`` (``sei``: standard errors instead). ``mods`` is a
    formula ("~ x"), an array (k, q) or a data frame of numbers. Studies with blanks are left out and
    counted on the result.

    ``method``: EE or FE (tau2 = 0), DL, HE, HS, HSk, SJ, ML, REML, EB, PM, PMM, GENQ (with ``weights``).
    ``test``: z, t, knha (Knapp and Hartung, 2003) or adhoc (its variance multiplier at least 1).
    ``scale`` ("~ z", ML or REML) lets moderators act on the heterogeneity, log(tau2_i) or with
    ``link="identity"`` tau2_i itself; the result is then a ``LocationScaleFit``, else an ``RmaFit``.
    ``tau2`` fixes the heterogeneity; ``weights`` replace inverse variances in the estimate;
    ``weighted=False`` weighs studies equally.

    Raises InputError naming the argument, its value and the remedy.
    Sources: Raudenbush (2009); Viechtbauer (2005), J. Educ. Behav. Stat. 30, 261-293.

    >>> fit = rma([0.2, 0.5, 0.1, 0.6], [0.04, 0.05, 0.03, 0.06], method="DL")
    >>> round(float(fit.beta[0]), 4), round(fit.tau2, 4)
    (0.3102, 0.0127)
    """
    effects, frame, mods, vi = _arguments(effects, data, mods, vi)
    options = Options(check_method(method), check_test(test), check_level(level), _known(tau2))
    studies = read_studies(effects, "vi" if vi is None and sei is None else vi, sei, weights, slab, frame)
    built = design(_rows_of(mods, studies), studies.data, studies.yi.size, intercept)
    if built.kept.size < studies.yi.size:
        studies = studies.keep(built.kept)
    if scale is None:
        return _fit(studies, built, options, weighted)
    return _with_scale(studies, built, scale, options, link)


def _with_scale(studies: Studies, built: Design, scale: Any, options: Options, link: str) -> LocationScaleFit:
    """Moderators of the heterogeneity; a study without them leaves both parts."""
    if studies.weights is not None:
        raise InputError("weights= and scale= exclude each other: leave one of them out.")
    spread = design(_rows_of(scale, studies), studies.data, studies.yi.size)
    if spread.kept.size < studies.yi.size:
        studies, built = studies.keep(spread.kept), replace(built, X=built.X[spread.kept])
    return fit_location_scale(studies.yi, studies.vi, built, spread, studies.labels, options, link)


def _arguments(effects: Any, data: Any, mods: Any, vi: Any) -> tuple[Any, pd.DataFrame | None, Any, Any]:
    """Sort out the three ways to call: data frame, arrays, formula."""
    if isinstance(effects, str):
        if data is None and as_frame(vi) is not None:
            data, vi = vi, None
        left, _, right = effects.partition("~")
        if right and mods is not None:
            raise InputError(
                "mods was given beside a formula with moderators. Put the moderators in one place."
            )
        return left.strip() or "yi", as_frame(data), right.strip() or mods, vi
    frame = as_frame(effects)
    if frame is not None:
        return "yi", frame, mods, vi
    return effects, as_frame(data), mods, vi


def _known(tau2: float | None) -> float | None:
    if tau2 is not None and not (np.isfinite(tau2) and tau2 >= 0):
        raise InputError(f"tau2={tau2!r} must be a number of at least 0, or None to estimate it.")
    return None if tau2 is None else float(tau2)


def _rows_of(mods: Any, studies: Studies) -> Any:
    """Moderators given as values follow the studies that were kept."""
    if mods is None or isinstance(mods, str) or studies.yi.size == studies.given:
        return mods
    if len(mods) != studies.given:
        raise InputError(f"mods has {len(mods)} rows but yi has {studies.given}. Give one row per study.")
    return mods.iloc[studies.rows] if hasattr(mods, "iloc") else np.asarray(mods)[studies.rows]


def _fit(studies: Studies, built: Design, options: Options, weighted: bool) -> RmaFit:
    built, basis = full_rank(built)
    weights = studies.weights if weighted else np.ones_like(studies.yi)
    null = constant(studies.yi.size) if _has_null(built) else None
    found = estimate(studies.yi, studies.vi, basis, options, weights, null)
    return _result(studies, built, basis, weights, options, found)


def _has_null(built: Design) -> bool:
    return built.intercept and len(built.terms) > 1


def _result(
    studies: Studies, built: Design, basis: Basis, weights: Array | None, options: Options, found: Estimates
) -> RmaFit:
    tested = [j for j, name in enumerate(built.terms) if name != "Intercept"] or [0]
    c = found.coefficients
    omnibus = wald_of(c.beta, c.vcov, tested, c.df, tuple(built.terms[j] for j in tested))
    remarks = notices(studies.given, studies.vi, basis.size, built.aliased, options, found)
    return RmaFit(
        studies.yi, studies.vi, built, basis, weights, studies.labels, studies.rows, studies.given,
        options, found, omnibus, remarks,
    )  # fmt: skip
