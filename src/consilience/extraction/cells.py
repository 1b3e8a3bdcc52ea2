"""The cells of a file as text, before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from consilience.errors import InputError
from consilience.extraction.headers import canonical
from consilience.extraction.problems import Problem

MAX_COLUMNS = 2_000
EMPTY_REMEDY = "Put the column names in the first line, then one row per effect."
HEADER_WITHIN = 20
"""A header is looked for in this many first lines, below titles that a spreadsheet may carry."""


@dataclass(frozen=True)
class Cells:
    """A table of text: the header as written, the cells, and each row's line in the file."""

    header: tuple[str, ...]
    body: pd.DataFrame
    lines: npt.NDArray[np.int64]
    file: str
    sha256: str
    problems: tuple[Problem, ...] = field(default=())


def header_place(lines: Sequence[Sequence[str]]) -> int:
    """Which of the first lines is the header: the one that names the study, else the first with text."""
    for place, cells in enumerate(lines[:HEADER_WITHIN]):
        if any(canonical(c) == "study" for c in cells):
            return place
    return next((i for i, cells in enumerate(lines) if any(c.strip() for c in cells)), 0)


def cut(
    grid: pd.DataFrame, file: str, sha256: str, problems: Sequence[Problem] = (), first: int = 1
) -> Cells:
    """Split a grid of text into header and rows; blank rows go, line numbers stay."""
    if grid.empty or not grid.head(HEADER_WITHIN).map(lambda c: bool(str(c).strip())).to_numpy().any():
        raise InputError(f"{file}: the file is empty. {EMPTY_REMEDY}")
    head = grid.head(HEADER_WITHIN).fillna("").astype(str).to_numpy().tolist()
    place = header_place(head)
    header = _without_trailing_blanks(head[place], grid, place)
    body = grid.iloc[place + 1 :, : len(header)]
    body = body.apply(lambda s: s.fillna("").str.strip())
    lines = np.arange(len(body), dtype=np.int64) + place + 1 + first
    filled = (body != "").to_numpy().any(axis=1) if len(body) else np.zeros(0, dtype=bool)
    if not filled.any():
        raise InputError(f"{file}: there are column names but no rows below them. Add one row per effect.")
    return Cells(
        tuple(header), body[filled].reset_index(drop=True), lines[filled], file, sha256, tuple(problems)
    )


def _without_trailing_blanks(header: list[str], grid: pd.DataFrame, place: int) -> list[str]:
    """The header without unnamed columns at its end that hold nothing."""
    width = len(header)
    while width > 1 and not header[width - 1].strip() and not _holds_text(grid.iloc[place + 1 :, width - 1]):
        width -= 1
    if width > MAX_COLUMNS:
        raise InputError(f"The table has {width:,} columns; at most {MAX_COLUMNS:,} are read.")
    return header[:width]


def _holds_text(column: pd.Series) -> bool:
    return bool((column.fillna("").str.strip() != "").any())
