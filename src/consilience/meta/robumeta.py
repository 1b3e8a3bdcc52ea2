"""``robu``: robumeta's correlated and hierarchical effects fits under its own names."""

from __future__ import annotations

from typing import Any

from consilience.meta.errors import InputError
from consilience.meta.regression import meta_regression
from consilience.meta.results import MetaFit


def robu(
    formula: Any,
    data: Any = None,
    *,
    vi: Any = "vi",
    cluster: Any = "study",
    model: str = "CORR",
    rho: float = 0.8,
    small: bool = True,
    level: float = 0.95,
    X: Any = None,
) -> MetaFit:
    """Robust variance estimation as the R package robumeta does it.

    ``CORR``: weights ``1/(k_j (vbar_j + tau2))``; ``HIER``: weights ``1/(v_ij + tau2 + omega2)``; both with
    moment estimators. ``small=True``: CR2 standard errors and Satterthwaite degrees of freedom; otherwise
    residuals times sqrt(J/(J-p)) and J - p degrees of freedom.

    Args:
        formula: ``"yi ~ 1 + x"``.
        data: pandas or polars frame, or a dict of columns.
        vi: sampling variances (column or values), > 0.
        cluster: the study of each effect.
        model: ``CORR`` or ``HIER``.
        rho: correlation of effects within a study (CORR), from 0 to 1.
        small: small-sample corrections.
        level: of the confidence intervals.
        X: moderators as an array or frame instead of a formula's right-hand side.

    Raises:
        InputError: as for ``meta_regression``.

    Source:
        Hedges, Tipton & Johnson (2010); Tipton (2015); Fisher & Tipton (2015).

    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": ["a", "a", "b", "c", "d"]}
    >>> robu("yi ~ 1", es).coef_table()["df"].round(3).tolist()
    [3.0]
    """
    models = {"CORR": "CE", "HIER": "HE"}
    if model not in models:
        raise InputError(f"model='{model}' is not known; use CORR or HIER.")
    return meta_regression(
        formula,
        data,
        vi=vi,
        cluster=cluster,
        working_model=models[model],
        rho=rho,
        vcov="CR2" if small else "CR1p",
        test="Satterthwaite" if small else "naive-tp",
        level=level,
        X=X,
    )
