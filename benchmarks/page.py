"""The table of measurements in docs/benchmarks.md: each script replaces its own section."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import scipy

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Measured:
    """One line of a table: a job, what it took here and there (CPU seconds), and the least it could take."""

    job: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    limit: str = ""
    note: str = ""

    def cells(self) -> list[str]:
        """The line's cells as text."""
        ratio = f"{self.theirs / self.ours:,.0f}×" if self.theirs else ""
        theirs = spoken(self.theirs) if self.theirs else self.note
        return [self.job, spoken(self.ours), self.peer, theirs, ratio, self.limit]


def spoken(seconds: float) -> str:
    """Seconds with a fitting unit and two significant digits."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            value = seconds * factor
            return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def write_section(name: str, rows: Sequence[Measured], remarks: Sequence[str] = ()) -> None:
    """Print the table and put it between the marks ``begin name`` and ``end name`` of the page."""
    head = ["job", "here", "peer", "peer's time", "ratio", "physical limit"]
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * 6, *(r.cells() for r in rows))]
    text = "\n".join([*lines, *(f"\n{remark}" for remark in remarks)])
    print(f"{name}\n{text}\n")
    versions = f"Measured {date.today():%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}, "
    versions += f"numpy {np.__version__}, scipy {scipy.__version__}."
    page = PAGE.read_text(encoding="utf-8")
    marked = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.S)
    if not marked.search(page):
        raise SystemExit(f"docs/benchmarks.md has no section '{name}'; add its two marks.")
    section = f"\n{text}\n\n{versions}\n\n"
    page = marked.sub(lambda found: found[1] + section + found[2], page)
    PAGE.write_text(page, encoding="utf-8")
