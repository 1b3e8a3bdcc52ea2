"""The printed statistics of all rows as arrays: one column of numbers a kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.effects.arrays import BoolArray, FloatArray, TextArray
from consilience.meta.effects.derive.cells import TrialTable
from consilience.meta.effects.reported import ReportedStat, parse_reported_stat
from consilience.meta.errors import InputError

KINDS = ("t", "F", "z", "p", "p_bound", "chi2", "OR", "d", "g", "r", "phi", "eta2")
_FIELDS = 6
_OF = ("", "change", "interaction", "posttest", "within")
_FAVOURS = {"arm1": 1.0, "intervention": 1.0, "arm2": -1.0, "control": -1.0, "neither": np.nan, "": np.nan}


@dataclass(frozen=True)
class RowStatistics:
    """Printed statistics by kind, what they are statistics of, and the row's stated favour.

    ``values[kind]`` has columns value, df1, df2, sign, ci lower, ci upper; ``favour_sign`` is +1
    where arm 1 is higher by the stated favour and direction, -1 where lower, NaN where not stated.
    """

    values: dict[str, FloatArray]
    posttest: BoolArray
    within: BoolArray
    of_missing: BoolArray
    favour_sign: FloatArray
    upper_bound: BoolArray
    """The p bound is of the form p < x (p > x says nothing of the size of an effect)."""
    text: TextArray


def read_statistics(table: TrialTable) -> RowStatistics:
    """Parse every distinct cell once and spread the results over the rows."""
    text = table.text("reported_stat")
    of = table.word("reported_stat_of")
    _check_words(table, "reported_stat_of", of, _OF)
    values = {kind: np.full((table.size, _FIELDS), np.nan) for kind in KINDS}
    upper = np.zeros(table.size, dtype=bool)
    filled = np.flatnonzero(text != "")
    distinct, where = np.unique(text[filled].astype(str), return_inverse=True)
    order = np.argsort(where, kind="stable")
    starts = np.searchsorted(where[order], np.arange(len(distinct) + 1))
    for j, cell in enumerate(distinct):
        rows = filled[order[starts[j] : starts[j + 1]]]
        for stat in reversed(parse_reported_stat(str(cell))):
            if stat.kind in values:
                values[stat.kind][rows] = _row(stat)
            if stat.kind == "p_bound":
                upper[rows] = stat.relation in ("<", "<=")
    return RowStatistics(values, of == "posttest", of == "within", of == "", _favour(table), upper, text)


def _row(stat: ReportedStat) -> list[float]:
    """The numbers of one statistic in the order of the columns."""
    none = float("nan")
    df1, df2 = (none if v is None else v for v in (stat.df1, stat.df2))
    lower, upper = stat.ci or (none, none)
    return [stat.value, df1, df2, stat.sign, lower, upper]


def _favour(table: TrialTable) -> FloatArray:
    """Sign of arm 1 minus arm 2 in the outcome's own unit that the stated favour implies."""
    words, direction = table.word("favours"), table.word("direction")
    favour = np.array([_FAVOURS.get(w, np.nan) for w in words], dtype=np.float64)
    return np.where(direction == "harmful", -favour, np.where(direction == "beneficial", favour, np.nan))


def _check_words(table: TrialTable, column: str, words: TextArray, allowed: tuple[str, ...]) -> None:
    """Refuse words that the column does not know."""
    wrong = ~np.isin(words, allowed)
    if wrong.any():
        i = int(np.argmax(wrong))
        known = ", ".join(w for w in allowed if w)
        raise InputError(
            f"Column {column!r}, row {table.row_name(i)}: {words[i]!r} is not known. Use {known}."
        )
