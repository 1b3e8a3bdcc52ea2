"""From the column names of a file to the trial table's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from consilience.extraction.columns import COLUMNS


@dataclass(frozen=True)
class Header:
    """One column of a file: its place, its name as written, and the trial table's name for it."""

    position: int
    written: str
    name: str
    known: bool


def plain(name: str) -> str:
    """A column name without the accidents of case, blanks and punctuation."""
    return re.sub(r"[^0-9a-z]+", "_", name.strip().lower()).strip("_")


@cache
def known_names() -> dict[str, str]:
    """Every accepted spelling of a column name, with the trial table's own name."""
    spellings: dict[str, str] = {}
    for column in COLUMNS:
        for alias in column.aliases:
            # A leading dot is Metapsy's mark of a computed column: ".g" is not "g".
            spellings.setdefault(alias if alias.startswith(".") else plain(alias), column.name)
    spellings.update({column.name: column.name for column in COLUMNS})
    return spellings


def canonical(written: str) -> str | None:
    """The trial table's name for a column as written, or ``None``.

    >>> canonical("Mean arm1"), canonical("m_pre_t"), canonical(".g"), canonical("g")
    ('mean_arm1', 'baseline_m_arm1', 'precalc_g', None)
    """
    text = written.strip().lower()
    return known_names().get(text) if text.startswith(".") else known_names().get(plain(text))


def map_headers(written: Sequence[str]) -> tuple[Header, ...]:
    """Give each column of a file its name; the trial table's own spelling wins over an alias."""
    exact = {w.strip() for w in written} | {plain(w) for w in written if not w.strip().startswith(".")}
    taken: set[str] = set()
    return tuple(_header(i, text, exact, taken) for i, text in enumerate(written))


def _header(position: int, text: str, exact: set[str], taken: set[str]) -> Header:
    name = canonical(text)
    outranked = name in exact and plain(text) != name
    known = name is not None and name not in taken and not outranked
    label = (
        name if known and name is not None else _unused_name(text.strip() or f"column_{position + 1}", taken)
    )
    taken.add(label)
    return Header(position, text.strip(), label, known)


def _unused_name(text: str, taken: set[str]) -> str:
    """The column's own name, numbered where another column has it."""
    name, number = text, 1
    while name in taken or name in known_names().values():
        number += 1
        name = f"{text}_{number}"
    return name
