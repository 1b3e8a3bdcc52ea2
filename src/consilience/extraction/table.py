"""The trial table: rows that can be analysed, rows that cannot and why, and all that was noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from consilience.extraction.findings import Findings
from consilience.extraction.problems import Problem


@dataclass(frozen=True)
class SetAside:
    """A row of the file that gives no effect, and why."""

    file: str
    row: int
    study: str
    outcome: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class TrialTable:
    """A trial table that has been read and checked.

    ``frame`` holds the rows that can be used, with the trial table's own column names and types,
    ``file`` and ``row`` (the line in the file; the header is line 1). ``unused`` lists every other
    row with its reason and ``aside`` holds their cells: ``n_rows_read == len(frame) + len(unused)``.
    ``columns`` maps each column's name in ``frame`` to its name in the file.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    sha256: str
    n_rows_read: int
    unused: tuple[SetAside, ...] = ()
    aside: pd.DataFrame = field(default_factory=pd.DataFrame)
    columns: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    """What a reader of every report made from this table must be told first."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep rows out."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that do not."""
        return tuple(p for p in self.problems if p.severity == "warning")

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return (
            f"TrialTable({len(self.frame):,} rows of {self.frame['study'].nunique():,} studies usable, "
            f"{len(self.unused):,} unused, {len(self.errors):,} errors, {len(self.warnings):,} warnings)"
        )


def start_findings(frame: pd.DataFrame) -> Findings:
    """An empty collection of findings about a frame's rows."""
    return Findings(
        frame["row"].to_numpy(dtype="int64"),
        frame["file"].astype(object).to_numpy(),
        frame["study"].astype(object).where(frame["study"].notna(), "").to_numpy(),
    )


def part(table: TrialTable, findings: Findings) -> TrialTable:
    """The table with the rows that findings keep out moved aside, and the new problems added."""
    out = findings.reasons != ""
    gone = table.frame[out]
    return replace(
        table,
        frame=table.frame[~out].reset_index(drop=True),
        aside=pd.concat([table.aside, gone], ignore_index=True)
        if len(table.aside)
        else gone.reset_index(drop=True),
        unused=tuple(
            sorted((*table.unused, *_set_aside(gone, findings, out)), key=lambda u: (u.file, u.row))
        ),
        problems=(*table.problems, *findings.finished()),
    )


def _set_aside(gone: pd.DataFrame, findings: Findings, out: Any) -> list[SetAside]:
    outcome = pd.Series(float("nan"), index=gone.index, dtype=object)
    for name in ("marker_label", "marker", "instrument"):
        if name in gone:
            outcome = outcome.where(outcome.notna(), gone[name])
    words = outcome.where(outcome.notna(), "")
    return [
        SetAside(str(file), int(row), str(study), str(what), str(reason), str(remedy))
        for file, row, study, what, reason, remedy in zip(
            findings.files[out],
            findings.rows[out],
            findings.studies[out],
            words,
            findings.reasons[out],
            findings.remedies[out],
        )
    ]
