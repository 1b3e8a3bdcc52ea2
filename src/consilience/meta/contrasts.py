"""Linear contrasts of coefficients: by name, by matrix, and their tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, nearest
from consilience.meta.design import Design
from consilience.meta.dof import Inference
from consilience.meta.errors import InputError


def table(inference: Inference, names: Sequence[str]) -> pd.DataFrame:
    """Estimates as a data frame: term estimate se statistic df p_value ci_lower ci_upper."""
    return pd.DataFrame(
        {
            "term": list(names),
            "estimate": inference.estimate,
            "se": inference.se,
            "statistic": inference.statistic,
            "df": inference.df,
            "p_value": inference.p_value,
            "ci_lower": inference.ci_lower,
            "ci_upper": inference.ci_upper,
        }
    )


def matrix(C: Any, p: int) -> Array:
    """A constraint matrix (q, p), checked."""
    values = np.atleast_2d(np.asarray(C, dtype=float))
    if values.shape[1] != p:
        raise InputError(f"The contrast has {values.shape[1]} columns but the model has {p} coefficients.")
    if np.linalg.matrix_rank(values) < len(values):
        raise InputError(
            "The rows of the contrast repeat each other; leave out those that follow from others."
        )
    return values


def constraints(design: Design, terms: Any) -> tuple[Array, tuple[str, ...]]:
    """Rows of the identity for ``terms``; a matrix is taken as it is; None means all but the intercept."""
    p = len(design.columns)
    if terms is not None and not isinstance(terms, str) and not _are_names(terms):
        C = matrix(terms, p)
        return C, tuple(f"contrast {i + 1}" for i in range(len(C)))
    index = _indices(design, terms)
    return np.eye(p)[index], tuple(design.columns[i] for i in index)


def _are_names(terms: Any) -> bool:
    return isinstance(terms, list | tuple) and bool(terms) and all(isinstance(t, str) for t in terms)


def _indices(design: Design, terms: Any) -> list[int]:
    if terms is None:
        index = [i for i, c in enumerate(design.columns) if c != "Intercept"]
        return index or [0]
    names = [terms] if isinstance(terms, str) else list(terms)
    index = []
    for name in names:
        index += [i for i in columns_of(design, name) if i not in index]
    return index


def columns_of(design: Design, name: str) -> list[int]:
    """Columns of a term: by its own name, that of a column, or the variable inside ``C(...)``."""
    if name in design.terms:
        return list(design.terms[name])
    if name in design.columns:
        return [design.columns.index(name)]
    for term, columns in design.terms.items():
        if term.startswith(f"C({name}") and term[2 + len(name)] in ",)":
            return list(columns)
    known = [*design.terms, *design.columns]
    raise InputError(f"terms: the model has no term '{name}'. {nearest(name, known)}")
