"""From a table of text to a frame with the trial table's columns and types."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from consilience.extraction.cells import Cells
from consilience.extraction.columns import BY_NAME, Column
from consilience.extraction.findings import Findings
from consilience.extraction.headers import Header, canonical, known_names, plain
from consilience.extraction.numbers import (
    MISSING_TEXT,
    Decimal,
    blank,
    decimal_mark,
    to_choices,
    to_flags,
    to_intervals,
    to_numbers,
)
from consilience.extraction.table import start_findings

MAX_CELL = 10_000
"""Characters; a longer cell is cut and reported."""

_NUMBER_KINDS = ("number", "integer", "spread")
_WANTED = {
    "number": ("is not a number", "Type the number as the report gives it, or leave the cell empty."),
    "integer": ("is not a whole number", "Type a whole number, or leave the cell empty."),
    "spread": (
        "is not a number",
        'Type the number (or "lo;hi" with sd_from CI, IQR or range), or leave it empty.',
    ),
    "interval": ("is not an interval", "Type the limits as lo;hi, for example -0.4;1.2."),
    "flag": ("is neither yes nor no", "Type true or false, or leave the cell empty."),
}


def to_frame(cells: Cells, headers: tuple[Header, ...]) -> tuple[pd.DataFrame, Findings]:
    """Convert every column; what cannot be read is found, not raised."""
    frame = pd.DataFrame({"file": cells.file, "row": cells.lines}, index=cells.body.index)
    texts = {h.name: _uncut(cells.body.iloc[:, h.position]) for h in headers}
    blank_study = pd.Series("", index=frame.index)
    frame["study"] = texts.get("study", blank_study)
    findings = start_findings(frame)
    for name, text in texts.items():
        _report_long_cells(name, text, findings)
    decimal = _decimal(texts, headers, findings)
    columns = {h.name: _column(h, texts[h.name], decimal, findings) for h in headers}
    columns["study"] = _text(frame["study"])
    columns.setdefault("effect_id", pd.Series(np.nan, frame.index, dtype="str"))
    order = [*[c for c in BY_NAME if c in columns], *[c for c in columns if c not in BY_NAME]]
    return pd.concat([frame[["file", "row"]], pd.DataFrame({c: columns[c] for c in order})], axis=1), findings


def _uncut(column: pd.Series) -> pd.Series:
    return column.astype("str")


def _report_long_cells(name: str, text: pd.Series, findings: Findings) -> None:
    long = (text.str.len() > MAX_CELL).to_numpy(dtype=bool)
    if long.any():
        findings.flag(
            long,
            "warning",
            "long_cell",
            f"{name} holds more than {MAX_CELL:,} characters: '{{value}}'.",
            "Look whether a quotation mark is missing, so that lines ran together.",
            column=name,
            values=text,
        )


def _decimal(texts: dict[str, pd.Series], headers: tuple[Header, ...], findings: Findings) -> Decimal:
    """Whether the table's numbers have decimal points or commas: what most cells have."""
    numeric = [h.name for h in headers if h.known and BY_NAME[h.name].kind in _NUMBER_KINDS]
    counts = [decimal_mark(texts[name]) for name in numeric]
    points, commas = sum(p for p, _ in counts), sum(c for _, c in counts)
    if points and commas:
        most, few = ("points", "commas") if points >= commas else ("commas", "points")
        findings.table(
            "warning",
            "mixed_decimals",
            f"{max(points, commas):,} numbers are written with decimal {most} and {min(points, commas):,} "
            f"with {few}. The table is read with {most}; the others are reported as not numbers.",
            f"Write all numbers with decimal {most}.",
            file=str(findings.files[0]),
        )
    return "," if commas > points else "."


def _column(header: Header, text: pd.Series, decimal: Decimal, findings: Findings) -> pd.Series:
    """One column with its type."""
    if not header.known:
        return _text(text)
    column = BY_NAME[header.name]
    if column.kind == "text":
        return _text(text)
    values, bad = _read(column, text, decimal)
    if bad.any():
        _report_unreadable(column, text, bad, findings)
    return pd.Series(values, index=text.index)


def _read(
    column: Column, text: pd.Series, decimal: Decimal
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    if column.kind == "choice":
        return to_choices(text, column)
    if column.kind == "flag":
        return to_flags(text)
    if column.kind == "interval":
        return to_intervals(text, decimal)
    numbers, bad = to_numbers(text, decimal)
    if column.kind == "spread" and bad.any():
        return _with_intervals(numbers, text, bad, decimal)
    return numbers, bad


def _with_intervals(
    numbers: npt.NDArray[np.float64], text: pd.Series, bad: npt.NDArray[np.bool_], decimal: Decimal
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """A spread column: numbers, and "lo;hi" where a cell holds an interval."""
    intervals, _ = to_intervals(text.where(bad, ""), decimal)
    found = np.array([i is not None for i in intervals], dtype=bool)
    if not found.any():
        return numbers, bad
    mixed = numbers.astype(object)
    mixed[found] = intervals[found]
    return mixed, bad & ~found


def _report_unreadable(
    column: Column, text: pd.Series, bad: npt.NDArray[np.bool_], findings: Findings
) -> None:
    if column.kind == "choice":
        words = ", ".join(name for name, _ in column.choices)
        what, remedy = f"is not one of: {words}", f"Use one of: {words}; or leave the cell empty."
    else:
        what, remedy = _WANTED[column.kind]
    left = "" if column.essential else " The cell is left out; the row stays."
    findings.flag(
        bad,
        "error" if column.essential else "warning",
        f"not_a_{column.kind}",
        f"{column.name}: '{{value}}' {what}.{left}",
        remedy,
        column=column.name,
        values=text,
    )


def _text(text: pd.Series) -> pd.Series:
    """A text column: ``NaN`` where there is none; very long cells are cut."""
    return text.str.slice(0, MAX_CELL).mask(blank(text, MISSING_TEXT))


def report_headers(headers: tuple[Header, ...]) -> list[tuple[str, str, str, str]]:
    """What to say about columns that were not understood: (code, message, remedy, column)."""
    found = []
    for h in headers:
        if h.known or not h.written or h.written.startswith("."):  # Metapsy's computed columns
            continue
        meant = canonical(h.written)
        if meant is not None:
            found.append(
                (
                    "two_columns",
                    f"The columns for {meant} are two; '{h.written}' is kept but not used.",
                    f"Keep one column for {meant}.",
                    h.written,
                )
            )
        elif near := _nearest(h.written):
            found.append(
                (
                    "unknown_column",
                    f"The column '{h.written}' is not one that is used. Did you mean {near}?",
                    f"Rename it to {near}, or leave it: it is kept as it is.",
                    h.written,
                )
            )
    return found


def _nearest(written: str) -> str | None:
    """A known column name that differs by little more than a slip of the hand."""
    text = plain(written)
    best = process.extractOne(text, known_names().keys(), scorer=fuzz.ratio, score_cutoff=88)
    return known_names()[best[0]] if best and len(text) > 4 else None
