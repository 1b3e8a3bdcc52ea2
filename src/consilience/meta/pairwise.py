"""All differences between the levels of a moderator."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.meta.additive import AdditiveSpec
from consilience.meta.arrays import Array
from consilience.meta.contrasts import columns_of, table
from consilience.meta.errors import InputError
from consilience.meta.multiplicity import adjust_p

if TYPE_CHECKING:
    from consilience.meta.results import MetaFit


def pairwise(fit: MetaFit, term: str, adjust: str = "holm", level: float | None = None) -> pd.DataFrame:
    """Every difference between two levels of a categorical ``term``: first minus second.

    Columns of the coefficient table plus ``p_adjusted``; intervals are not adjusted.
    """
    levels = level_rows(fit, term)
    pairs = list(combinations(levels, 2))
    C = np.array([levels[a] - levels[b] for a, b in pairs])
    out = table(fit.infer(C, level), [f"{a} - {b}" for a, b in pairs])
    out["p_adjusted"] = adjust_p(out["p_value"].to_numpy(), adjust)
    return out


def level_rows(fit: MetaFit, term: str) -> dict[str, Array]:
    """For each level of a term the row of coefficients that is its mean (less what all levels share)."""
    columns = columns_of(fit.design, term)
    eye = np.eye(len(fit.beta))
    rows = {level_name(fit.terms[i]): eye[i] for i in columns}
    coded = [fit.terms[i] for i in columns]
    if all("[T." in c for c in coded):
        reference = reference_level(fit, term)
        return {reference: np.zeros(len(fit.beta)), **rows}
    if all("[" in c for c in coded):
        return rows
    raise InputError(f"term='{term}' is not categorical; pairwise differences need levels.")


def level_name(column: str) -> str:
    """``format[T.web]`` -> ``web``."""
    return column[column.index("[") + 1 : -1].removeprefix("T.") if "[" in column else column


def reference_level(fit: MetaFit, term: str) -> str:
    """The level that treatment coding leaves out."""
    spec = fit.design.model_spec
    if isinstance(spec, AdditiveSpec):
        found = next(t for t in spec.terms if term in (t.label, t.variable))
        return str(found.levels[0]) if found.levels else "reference"
    names = {term, f"C({term})"}
    for factor, contrasts in spec.factor_contrasts.items():
        if str(factor) in names or str(factor).startswith(f"C({term}"):
            dropped = [str(v) for v in contrasts.levels if f"[T.{v}]" not in "".join(fit.terms)]
            if dropped:
                return dropped[0]
    return "reference"
