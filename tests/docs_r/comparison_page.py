"""Reads a page whose Python blocks are followed by tables that compare numbers.

Either ``| number | in R | here | value | agree to |`` or, with a source's rounded numbers,
``| published | here | printed |``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

AGAINST_R = ("number", "in R", "here", "value", "agree to")
AGAINST_PRINT = ("published", "here", "printed")


@dataclass(frozen=True)
class Row:
    """One compared number: our expression, what the page prints, and R's with its tolerance, if any."""

    line: int
    number: str
    here: str
    printed: str
    in_r: str = ""
    rtol: float = 0.0


@dataclass(frozen=True)
class Code:
    """A Python block and the line on which it begins."""

    line: int
    text: str


def read_page(path: Path) -> list[Code | Row]:
    """Blocks and compared numbers in the order of the page."""
    out: list[Code | Row] = []
    block: list[str] | None = None
    header: tuple[str, ...] = ()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line == "```python":
            block = []
        elif line == "```" and block is not None:
            out.append(Code(number - len(block), "\n".join(block) + "\n"))
            block = None
        elif block is not None:
            block.append(line)
        elif not line.startswith("|"):
            header = ()
        elif header in (AGAINST_R, AGAINST_PRINT) and not re.match(r"^\|[ -]+\|", line):
            out.append(_row(number, cells_of(line), header))
        elif not header:
            header = cells_of(line)
    return out


def cells_of(line: str) -> tuple[str, ...]:
    """The cells of a table's row, without the marks of code."""
    return tuple(cell.strip().strip("`") for cell in line.strip("|").split(" | "))


def _row(line: int, cells: tuple[str, ...], header: tuple[str, ...]) -> Row:
    if header == AGAINST_PRINT:
        return Row(line, *cells)
    number, in_r, here, printed, rtol = cells
    return Row(line, number, here, printed, in_r, float(rtol))
