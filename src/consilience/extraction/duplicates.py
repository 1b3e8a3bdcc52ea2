"""Rows that report the same thing twice."""

from __future__ import annotations

import pandas as pd

from consilience.extraction.columns import NUMBERS, STATISTICS
from consilience.extraction.findings import Findings

IDENTITY = (
    "study",
    "condition_arm1",
    "condition_arm2",
    "multi_arm1",
    "multi_arm2",
    "outcome_type",
    "instrument",
    "rating",
    "marker",
    "basal_or_stimulated",
    "time",
    "time_weeks",
    "weeks_after_treatment",
    "disease",
    "outcome_category",
    "completer",
)
"""What makes two rows different: everything else may be a repetition."""

_VALUES = tuple(c.name for c in (*NUMBERS, *STATISTICS))


def check_duplicates(frame: pd.DataFrame, findings: Findings) -> None:
    """Report rows with the same study, arms, outcome and time: the first stays, a repetition goes.

    A repetition with other numbers is an error for both rows: which is right cannot be told here.
    """
    if len(frame) < 2:
        return
    same = _codes(frame, [c for c in IDENTITY if c in frame])
    open_rows = pd.Series(findings.reasons == "", index=frame.index) & frame["study"].notna()
    again = same.where(open_rows).duplicated(keep=False) & open_rows
    if not again.any():
        return
    values = _codes(frame[again], [c for c in _VALUES if c in frame])
    groups = same[again]
    conflicting = values.groupby(groups).transform("nunique") > 1
    first = frame.loc[again, "row"].groupby(groups).transform("min")
    other = first.where(
        frame.loc[again, "row"] != first, frame.loc[again, "row"].groupby(groups).transform("max")
    )
    _flag(
        frame,
        findings,
        conflicting,
        other,
        "error",
        "duplicate_conflict",
        "The same study, arms, outcome and time stand in row {detail} with other numbers.",
        "Correct or remove one of them, or say in time, instrument or marker how they differ.",
    )
    _flag(
        frame,
        findings,
        ~conflicting & (frame.loc[again, "row"] != first),
        first,
        "error",
        "duplicate_row",
        "The row repeats row {detail}, which is used.",
        "Remove the repetition.",
    )


def _flag(
    frame: pd.DataFrame,
    findings: Findings,
    some: pd.Series,
    other: pd.Series,
    severity: str,
    code: str,
    message: str,
    remedy: str,
) -> None:
    mask = some.reindex(frame.index, fill_value=False)
    findings.flag(mask, severity, code, message, remedy, details=other.reindex(frame.index))  # type: ignore[arg-type]


def _codes(frame: pd.DataFrame, names: list[str]) -> pd.Series:
    """One number for each different combination of the columns' values."""
    if not names:
        return pd.Series(0, index=frame.index)
    code = pd.Series(0, index=frame.index, dtype="int64")
    for name in names:
        level, _ = pd.factorize(frame[name].astype("str").str.lower())
        code = pd.Series(pd.factorize(code * (int(level.max()) + 2) + level)[0], index=frame.index)
    return code
