"""Writes tables as CSV that a spreadsheet can open without running anything in it."""

from __future__ import annotations

from io import StringIO

import pandas as pd

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which spreadsheets take a cell's text for a formula."""


def to_csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV: full precision, blanks for what is missing, formulas made harmless.

    >>> print(to_csv_text(pd.DataFrame({"study": ["=1+1", "Smith"], "yi": [0.1, None]})))
    study,yi
    '=1+1,0.1
    Smith,
    <BLANKLINE>
    """
    safe = frame.copy(deep=False)
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column].dtype):
            safe[column] = safe[column].map(harmless, na_action="ignore")
    safe.columns = [harmless(name) for name in safe.columns]
    out = StringIO()
    safe.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue()


def harmless(cell: object) -> object:
    """Text that would start a formula gets an apostrophe in front; all else stays."""
    if isinstance(cell, str) and cell.startswith(DANGEROUS):
        return "'" + cell
    return cell
