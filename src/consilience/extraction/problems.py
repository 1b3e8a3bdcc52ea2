"""What validation and consistency checks found, each with its place and its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One thing wrong, or odd, in a trial table.

    ``row`` is the line of the file as a spreadsheet shows it (the header is row 1); ``None`` when
    the whole file is meant. An ``error`` keeps the row (or the file) out of the analysis; a
    ``warning`` does not.
    """

    severity: Literal["error", "warning"]
    code: str
    message: str
    remedy: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    study: str = ""
