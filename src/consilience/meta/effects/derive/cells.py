"""Reading cells of a trial table: numbers, intervals and words, with errors that name the place."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.meta.effects.arrays import BoolArray, FloatArray, TextArray
from consilience.meta.effects.derive.aliases import resolve
from consilience.meta.errors import InputError

MISSING = frozenset({"", "na", "nan", "n/a", "none", "null", "<na>", "not reported", "nr", "."})
_TRUE = frozenset({"true", "yes", "y", "1", "1.0", "t", "ln", "log", "log10"})
_NUMBER = r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PAIR = re.compile(rf"^[\[(]?\s*({_NUMBER})\s*(?:;|,|\bto\b|–|-)\s*({_NUMBER})\s*[\])]?$")


@dataclass(frozen=True)
class Interval:
    """Lower and upper limits of one column of ``lo;hi`` cells."""

    lower: FloatArray
    upper: FloatArray


class TrialTable:
    """A trial table's columns by their canonical names; absent columns read as missing."""

    def __init__(self, data: pd.DataFrame) -> None:
        self.data = data
        self.size = len(data)
        self._names = resolve(str(c) for c in data.columns)

    def has(self, name: str) -> bool:
        """Whether the table has the column under any of its names."""
        return name in self._names

    def number(self, name: str) -> FloatArray:
        """A numeric column; text that is not a number is an error that names the cell."""
        if not self.has(name):
            return np.full(self.size, np.nan)
        column = self.data[self._names[name]]
        if pd.api.types.is_numeric_dtype(column.dtype):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
            return np.where(np.isinf(values), np.nan, values)
        text = self._clean(column)
        return self._to_numbers(text, text == "", name)

    def text(self, name: str) -> TextArray:
        """A column as stripped text, empty where missing."""
        if not self.has(name):
            return np.full(self.size, "", dtype=object)
        return self._clean(self.data[self._names[name]])

    def word(self, name: str) -> TextArray:
        """A column of words, in lower case."""
        codes, cells = pd.factorize(self.text(name))
        return np.array([t.lower() for t in cells], dtype=object)[codes]

    def flag(self, name: str) -> BoolArray:
        """Where a yes/no column says yes."""
        return np.isin(self.word(name), list(_TRUE))

    def spread(self, name: str) -> tuple[FloatArray, Interval]:
        """A column in which single numbers and ``lo;hi`` pairs may both stand."""
        column = self.data[self._names[name]] if self.has(name) else None
        if column is None or pd.api.types.is_numeric_dtype(column.dtype):
            nothing = np.full(self.size, np.nan)
            return self.number(name), Interval(nothing, nothing.copy())
        text = self._clean(column)
        pair = _to_pairs(text)
        is_pair = ~np.isnan(pair.lower)
        single = self._to_numbers(text, (text == "") | is_pair, name)
        return single, pair

    def interval(self, name: str) -> Interval:
        """A column of ``lo;hi`` cells; other text is an error that names the cell."""
        text = self.text(name)
        pair = _to_pairs(text)
        wrong = np.isnan(pair.lower) & (text != "")
        if wrong.any():
            i = int(np.argmax(wrong))
            raise InputError(
                f"Column {self._names[name]!r}, row {self.row_name(i)}: {text[i]!r} is not an interval. "
                "Write the two limits with a semicolon between them, for example '-0.4;1.2'."
            )
        return pair

    def row_name(self, i: int) -> str:
        """The index label of the i-th row, as an error message shows it."""
        return repr(self.data.index.tolist()[i])

    def _to_numbers(self, text: TextArray, skip: BoolArray, name: str) -> FloatArray:
        """Numbers of the cells that are not skipped."""
        values = np.full(len(text), np.nan)
        for i in np.flatnonzero(~skip).tolist():
            try:
                values[i] = float(text[i].replace("−", "-"))
            except ValueError:
                raise InputError(
                    f"Column {self._names[name]!r}, row {self.row_name(i)}: {text[i]!r} is not a number. "
                    "Correct the cell, or leave it empty if the number is not known."
                ) from None
        return np.where(np.isinf(values), np.nan, values)

    @staticmethod
    def _clean(column: pd.Series) -> TextArray:
        """Stripped text, each distinct cell cleaned once; every way of writing missing becomes empty."""
        codes, cells = pd.factorize(column.astype(object))
        clean = [str(cell).strip() for cell in cells]
        kept = [t if t.lower() not in MISSING else "" for t in clean]
        return np.array([*kept, ""], dtype=object)[codes]


def _to_pairs(text: TextArray) -> Interval:
    """Limits of the cells that hold two numbers, smaller first."""
    pair = np.full((2, len(text)), np.nan)
    for i in np.flatnonzero(text != ""):
        match = _PAIR.match(text[i])
        if match:
            pair[:, i] = sorted(float(g.replace("−", "-")) for g in match.groups())
    return Interval(pair[0], pair[1])
