"""Moderators as a design matrix: from a formula, from columns, or from an array."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.design import Design as EngineDesign
from consilience.meta.design import build_design, model_rows
from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array, Basis, factorise

INTERCEPT = "Intercept"
_PLAIN = re.compile(r"^\s*[A-Za-z_.][\w.]*(\s*\+\s*[A-Za-z_.][\w.]*)*\s*$")


@dataclass(frozen=True)
class Design:
    """``X`` (k, p), names of its columns, which columns each term owns, which rows of the data it kept."""

    X: Array
    terms: tuple[str, ...]
    groups: dict[str, tuple[int, ...]]
    kept: np.ndarray
    formula: str
    engine: EngineDesign | None = None
    columns: tuple[str, ...] = ()
    aliased: tuple[str, ...] = ()

    @property
    def intercept(self) -> bool:
        """Whether the first column is the intercept."""
        return bool(self.terms) and self.terms[0] == INTERCEPT


def intercept_only(k: int) -> Design:
    """The design without moderators."""
    return Design(np.ones((k, 1)), (INTERCEPT,), {INTERCEPT: (0,)}, np.arange(k), "~ 1")


def design(mods: Any, data: pd.DataFrame | None, k: int, intercept: bool = True) -> Design:
    """Build the design of ``k`` rows from a formula, a column name, a data frame or an array."""
    if mods is None:
        return intercept_only(k)
    if isinstance(mods, str):
        return _from_formula(mods.split("~", 1)[-1].strip(), data, k)
    return _from_array(mods, k, intercept)


def _from_array(mods: Any, k: int, intercept: bool) -> Design:
    names = [str(c) for c in mods.columns] if isinstance(mods, pd.DataFrame) else None
    if isinstance(mods, pd.Series):
        names = [str(mods.name or "x")]
    try:
        X = np.asarray(mods, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"mods holds values that are not numbers ({error}). Use a formula for text."
        ) from None
    X = X[:, None] if X.ndim == 1 else X
    if X.shape[0] != k:
        raise InputError(f"mods has {X.shape[0]} rows but yi has {k}. Give one row per study.")
    names = names or [f"x{j + 1}" for j in range(X.shape[1])]
    return _numeric(X, names, intercept, "~ " + " + ".join(names))


def _numeric(X: Array, names: list[str], intercept: bool, formula: str) -> Design:
    whole = bool(np.isfinite(X).all())
    kept = np.arange(X.shape[0]) if whole else np.flatnonzero(np.isfinite(X).all(axis=1))
    columns = tuple(names)
    if intercept:
        X, names = np.column_stack([np.ones(X.shape[0]), X]), [INTERCEPT, *names]
    groups: dict[str, tuple[int, ...]] = {name: (j,) for j, name in enumerate(names)}
    X = np.ascontiguousarray(X if whole else X[kept])
    return Design(X, tuple(names), groups, kept, formula, None, columns)


def _from_formula(right: str, data: pd.DataFrame | None, k: int) -> Design:
    if right == "1":
        return intercept_only(k)
    right = re.sub(r"^1\s*\+\s*", "", right)
    if data is None:
        raise InputError(f"mods={right!r} names columns, but no data frame was given. Pass data=.")
    if _PLAIN.match(right):
        names = [name.strip() for name in right.split("+")]
        columns = [data[n].to_numpy() for n in dict.fromkeys(names) if n in data]
        if len(columns) == len(names) and all(c.dtype.kind in "iuf" for c in columns):
            return _numeric(np.column_stack(columns).astype(float), names, True, "~ " + right)
    return _by_formula(right, data)


def _by_formula(right: str, data: pd.DataFrame) -> Design:
    """What is not a plain sum of numeric columns goes through the engine's reader of formulas."""
    built, _ = build_design("_row ~ " + right, data.assign(_row=np.arange(len(data), dtype=float)), {})
    formula = "~ " + right
    return Design(
        np.asarray(built.X, dtype=np.float64),
        built.columns,
        built.terms,
        built.kept,
        formula,
        built,
        built.variables,
        built.aliased,
    )


def full_rank(built: Design) -> tuple[Design, Basis]:
    """The design and its basis, without columns that earlier ones determine (named in ``aliased``)."""
    if built.X.shape[0] < built.X.shape[1]:
        raise InputError(
            f"mods: {built.X.shape[1]} coefficients cannot be estimated from {built.X.shape[0]} studies. "
            "Use fewer moderators or more studies."
        )
    basis, lost = factorise(built.X)
    return full_rank(_without(built, lost)) if lost else (built, basis)


def _without(built: Design, lost: tuple[int, ...]) -> Design:
    stay = [j for j in range(built.X.shape[1]) if j not in lost]
    place = {j: i for i, j in enumerate(stay)}
    moved = {t: tuple(place[j] for j in ix if j in place) for t, ix in built.groups.items()}
    names = {built.terms[j] for j in lost}
    return replace(
        built,
        X=np.ascontiguousarray(built.X[:, stay]),
        terms=tuple(built.terms[j] for j in stay),
        groups={t: ix for t, ix in moved.items() if ix},
        columns=tuple(c for c in built.columns if c not in names),
        aliased=(*built.aliased, *(built.terms[j] for j in lost)),
    )


def new_rows(source: Design, new: Any) -> Array:
    """Design rows for new values: a data frame by column names, or an array without the intercept."""
    if isinstance(new, dict):
        new = pd.DataFrame({name: np.atleast_1d(np.asarray(value)) for name, value in new.items()})
    if isinstance(new, pd.DataFrame) and source.engine is not None:
        return np.asarray(model_rows(source.engine, new), dtype=float)
    if isinstance(new, pd.DataFrame):
        missing = [c for c in source.columns if c not in new]
        if missing:
            raise InputError(
                f"newmods lacks the column(s) {', '.join(missing)}. Give one for each moderator."
            )
        new = new[list(source.columns)].to_numpy(dtype=float)
    return _new_array(source, np.asarray(new, dtype=float))


def _new_array(source: Design, rows: Array) -> Array:
    wanted = len(source.terms) - source.intercept
    rows = np.atleast_1d(rows)
    if rows.ndim == 1:
        rows = rows[:, None] if wanted == 1 else rows[None, :]
    if rows.shape[1] != wanted:
        raise InputError(
            f"newmods has {rows.shape[1]} columns but the model has {wanted} moderators "
            f"({', '.join(source.terms[int(source.intercept) :])}). Give one value for each."
        )
    return np.column_stack([np.ones(rows.shape[0]), rows]) if source.intercept else rows
