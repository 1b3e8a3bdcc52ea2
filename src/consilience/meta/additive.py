"""Formulas that are sums of columns, read without a formula library: ``1 + x + g + C(year)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, Ints
from consilience.meta.errors import InputError

TERM = re.compile(r"^(?:C\(\s*(?P<c>[A-Za-z_.][\w.]*)\s*\)|`(?P<q>[^`]+)`|(?P<n>[A-Za-z_.][\w.]*))$")


@dataclass(frozen=True)
class Term:
    """A column of numbers (``levels`` None) or the indicators of a category's ``levels``.

    ``full`` keeps the first level too (a model without intercept); ``label`` is what columns are called.
    """

    label: str
    variable: str
    levels: tuple[Any, ...] | None
    full: bool

    def columns(self) -> list[str]:
        """Column names: ``x``, ``g[T.b]``, or ``g[b]`` where every level has a column."""
        if self.levels is None:
            return [self.label]
        if self.full:
            return [f"{self.label}[{level}]" for level in self.levels]
        return [f"{self.label}[T.{level}]" for level in self.levels[1:]]

    def values(self, series: pd.Series[Any]) -> Array:
        """Model-matrix columns (n, c) of some rows."""
        if self.levels is None:
            return np.asarray(series.to_numpy(dtype=float))[:, None]
        occurrence, distinct = _distinct(series)
        place = {level: code for code, level in enumerate(self.levels)}
        found = [place.get(value, -1) for value in _comparable(distinct)]
        codes = np.array(found, dtype=np.int64)[occurrence]
        if (codes < 0).any():
            unseen = series.iloc[int(np.flatnonzero(codes < 0)[0])]
            known = ", ".join(map(str, self.levels))
            raise InputError(f"{self.variable}: the fit has no level {unseen!r}; it has {known}.")
        indicators: Array = np.equal(codes[:, None], np.arange(len(self.levels))).astype(np.float64)
        return indicators if self.full else indicators[:, 1:]


@dataclass(frozen=True)
class AdditiveSpec:
    """An intercept or none, and terms; builds model-matrix rows for the data of the fit or new data."""

    intercept: bool
    terms: tuple[Term, ...]

    def names(self) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
        """Column names, and which columns belong to each term."""
        columns = ["Intercept"] if self.intercept else []
        owners: dict[str, tuple[int, ...]] = {"Intercept": (0,)} if self.intercept else {}
        for term in self.terms:
            added = term.columns()
            owners[term.label] = tuple(range(len(columns), len(columns) + len(added)))
            columns += added
        return tuple(columns), owners

    def rows(self, frame: pd.DataFrame) -> Array:
        """The model matrix of ``frame``."""
        parts = [np.ones((len(frame), 1))] if self.intercept else []
        return np.concatenate([*parts, *(term.values(frame[term.variable]) for term in self.terms)], axis=1)


def additive_spec(right: str, frame: pd.DataFrame) -> AdditiveSpec | None:
    """The specification of a simple formula, or None where it takes more than a sum of columns."""
    tokens = [token.strip() for token in right.replace("- 1", "+ 0").replace("-1", "+ 0").split("+")]
    intercept = "0" not in tokens
    terms: list[Term] = []
    full_used = intercept
    for token in tokens:
        if token in ("0", "1"):
            continue
        match = TERM.match(token)
        if match is None:
            return None
        name = match["c"] or match["q"] or match["n"]
        levels = _levels(frame[name], match["c"] is not None)
        label = f"C({name})" if match["c"] else name
        if any(t.label == label for t in terms):
            continue
        terms.append(Term(label, name, levels, levels is not None and not full_used))
        full_used = full_used or levels is not None
    return AdditiveSpec(intercept, tuple(terms)) if terms else None


def _levels(series: pd.Series[Any], categorical: bool) -> tuple[Any, ...] | None:
    """Sorted levels of a category (its own order where it has one); None for numbers."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return tuple(map(str, series.cat.remove_unused_categories().cat.categories))
    is_number = pd.api.types.is_numeric_dtype(series) and series.dtype != bool
    if is_number and not categorical:
        return None
    return tuple(sorted(set(_comparable(_distinct(series)[1]))))


def _distinct(series: pd.Series[Any]) -> tuple[Ints, pd.Index[Any]]:
    """The values that occur, once each, and which of them every row has: names are made of few values."""
    occurrence, values = pd.factorize(series, use_na_sentinel=False)
    return occurrence.astype(np.int64), values


def _comparable(values: pd.Index[Any]) -> list[Any]:
    """Values as levels are named: numbers as they are, whole ones without a decimal point, else text."""
    if pd.api.types.is_numeric_dtype(values) and values.dtype != bool:
        numbers = values.to_numpy(dtype=float)
        if np.all(numbers == np.round(numbers)):
            return numbers.astype(int).tolist()
        return numbers.tolist()
    return [str(value) for value in values]
