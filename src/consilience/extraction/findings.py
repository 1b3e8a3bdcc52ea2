"""Gathering what checks find: problems to show, and for each row why it stays out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from consilience.extraction.problems import Problem

SHOWN_PER_CHECK = 200
"""Rows listed one by one for a check and column; the rest is counted in one more problem."""

Mask = npt.NDArray[np.bool_]
Severity = Literal["error", "warning"]


class Findings:
    """Collects problems row by row, and the reasons that keep rows out of the analysis."""

    def __init__(
        self, rows: npt.NDArray[np.int64], files: npt.NDArray[Any], studies: npt.NDArray[Any]
    ) -> None:
        self.rows, self.files, self.studies = rows, files, studies
        self.problems: list[Problem] = []
        self.reasons: npt.NDArray[Any] = np.full(len(rows), "", dtype=object)
        self.remedies: npt.NDArray[Any] = np.full(len(rows), "", dtype=object)
        self._shown: Counter[tuple[str, str]] = Counter()

    def table(self, severity: Severity, code: str, message: str, remedy: str, **where: str) -> None:
        """Report something about the table as a whole."""
        self.problems.append(Problem(severity, code, message, remedy, **where))  # type: ignore[arg-type]

    def flag(
        self,
        mask: Mask | pd.Series,
        severity: Severity,
        code: str,
        message: str,
        remedy: str,
        *,
        column: str = "",
        values: Any = None,
        details: Any = None,
    ) -> None:
        """Report every row of ``mask``; ``{value}`` and ``{detail}`` in the message are the row's own.

        ``details`` is a column, or a function of a row's place: only flagged rows are put into words.
        """
        places = np.flatnonzero(np.asarray(mask, dtype=bool))
        if not len(places):
            return
        texts = None if values is None else pd.Series(values).to_numpy()
        tell = details if callable(details) else _telling(details)
        for place in places:
            value = "" if texts is None else _printed(texts[place])
            told = message.replace("{value}", value).replace("{detail}", tell(int(place)))
            if severity == "error":
                self._keep_out(int(place), told, remedy)
            if self._shown[code, column] < SHOWN_PER_CHECK:
                self.problems.append(self._problem(int(place), severity, code, told, remedy, column, value))
            self._shown[code, column] += 1

    def keep_out(self, mask: Mask | pd.Series, reasons: Any) -> None:
        """Leave rows out for reasons that people gave, without reporting a problem."""
        texts = pd.Series(reasons).to_numpy()
        for place in np.flatnonzero(np.asarray(mask, dtype=bool)):
            self._keep_out(int(place), str(texts[place]), "")

    def finished(self) -> tuple[Problem, ...]:
        """All problems, with a count for every check that found more than is listed."""
        extra = [
            Problem(
                "warning",
                "more_of_the_same",
                f"{n - SHOWN_PER_CHECK:,} more rows have the problem "
                f"'{code}' in column {column or '(several)'}.",
                "Settle the listed ones first.",
                column=column,
            )
            for (code, column), n in self._shown.items()
            if n > SHOWN_PER_CHECK
        ]
        return (*self.problems, *extra)

    def _keep_out(self, place: int, reason: str, remedy: str) -> None:
        old = self.reasons[place]
        self.reasons[place] = f"{old} {reason}" if old else reason
        self.remedies[place] = self.remedies[place] or remedy

    def _problem(
        self, place: int, severity: Severity, code: str, told: str, remedy: str, column: str, value: str
    ) -> Problem:
        return Problem(
            severity,
            code,
            told,
            remedy,
            str(self.files[place]),
            int(self.rows[place]),
            column,
            value,
            str(self.studies[place]),
        )


def _telling(details: Any) -> Callable[[int], str]:
    """The words of a column of details; none without one."""
    if details is None:
        return lambda _: ""
    column = pd.Series(details).to_numpy()
    return lambda place: str(column[place])


def _printed(value: Any) -> str:
    """A cell's value in a message: short, and never more than a line."""
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
