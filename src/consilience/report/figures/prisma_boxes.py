"""The boxes of the PRISMA 2020 flow diagram, from counts in the keys of its template.

Boxes and their wording follow Page et al. (2021), BMJ 372:n71. A box whose counts are not given is
dropped, as the template allows; records, reports and studies are three different counts.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consilience.report import numerals as say
from consilience.report.figures.style import printable

LINE, PAD = 0.165, 0.12
"""Height of a line of text and the room above and below it, in inches."""

WRAP = 38
STAGES = ("Identification", "Screening", "Screening", "Screening", "Included", "Included")
"""The stage of each level of the diagram, from the top down."""

Counts = Mapping[str, Any]
Lines = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Box:
    """A box: its level in the diagram, its heading, and its counted lines."""

    level: int
    heading: str
    lines: Lines
    side: Box | None = None
    """The box at its right, which says what left the flow here."""

    @property
    def texts(self) -> list[str]:
        """Return the box's text, wrapped."""
        if len(self.lines) == 1 and not self.lines[0][0]:
            return [*textwrap.wrap(self.heading, WRAP), n_of(self.lines[0][1])]
        wrapped = textwrap.wrap(f"{self.heading}:", WRAP) if self.heading else []
        for label, value in self.lines:
            wrapped += textwrap.wrap(printable(f"{label} {n_of(value)}"), WRAP, subsequent_indent="  ")
        return wrapped

    @property
    def height(self) -> float:
        """Return the box's height in inches."""
        return len(self.texts) * LINE + 2 * PAD


def n_of(value: Any) -> str:
    """Print "(n = 4,621)"; a count that is not a number is printed as it was given."""
    try:
        text = say.count(float(value))
    except (TypeError, ValueError):
        text = printable(str(value))
    return f"(n\u00a0=\u00a0{text})"


def reasons(text: Any) -> Lines:
    """Split "No control, 90; No baseline, 50" into reasons and counts; a plain number is a total.

    >>> reasons("No control, 90; Too few, people, 3")
    (('No control', '90'), ('Too few, people', '3'))
    >>> reasons(12)
    (('', 12),)
    """
    if not isinstance(text, str) or "," not in text:
        return (("", text),)
    parts = [p.rpartition(",") for p in text.split(";") if p.strip()]
    return tuple((label.strip(), n.strip()) for label, _, n in parts)


def has(counts: Counts, key: str) -> bool:
    """Say whether a count is given (a blank or NaN is none)."""
    value = counts.get(key)
    return value is not None and value == value and value != ""


def database_boxes(c: Counts) -> list[Box]:
    """Return the column "via databases and registers"."""
    found = _given(c, database_results="Databases", register_results="Registers")
    removed = _box(
        0,
        "Records removed before screening",
        _given(
            c,
            duplicates="Duplicate records removed",
            excluded_automatic="Records marked as ineligible by automation tools",
            excluded_other="Records removed for other reasons",
        ),
    )
    excluded = _box(1, "Records excluded**", _given(c, records_excluded=""))
    lost = _box(2, "Reports not retrieved", _given(c, dbr_notretrieved_reports=""))
    return _kept(
        _box(0, "Records identified from*", found, removed),
        _box(1, "Records screened", _given(c, records_screened=""), excluded),
        _box(2, "Reports sought for retrieval", _given(c, dbr_sought_reports=""), lost),
        _box(3, "Reports assessed for eligibility", _given(c, dbr_assessed=""), _excluded(c, "dbr_excluded")),
        _box(
            4,
            "",
            _given(c, new_studies="Studies included in review", new_reports="Reports of included studies"),
        ),
        _box(5, "", _totals(c)),
    )


def other_boxes(c: Counts) -> list[Box]:
    """Return the column "via other methods"."""
    found = _given(
        c,
        website_results="Websites",
        organisation_results="Organisations",
        citations_results="Citation searching",
    )
    lost = _box(2, "Reports not retrieved", _given(c, other_notretrieved_reports=""))
    return _kept(
        _box(0, "Records identified from", found),
        _box(2, "Reports sought for retrieval", _given(c, other_sought_reports=""), lost),
        _box(
            3,
            "Reports assessed for eligibility",
            _given(c, other_assessed=""),
            _excluded(c, "other_excluded"),
        ),
    )


def previous_boxes(c: Counts) -> list[Box]:
    """Return the column of an update: what an earlier version of the review had included."""
    lines = _given(
        c,
        previous_studies="Studies included in previous version of review",
        previous_reports="Reports of studies included in previous version of review",
    )
    return _kept(_box(0, "", lines))


def footnotes(c: Counts) -> list[str]:
    """Return the notes under the diagram that these counts call for."""
    found = (("Databases", "database_specific_results"), ("Registers", "register_specific_results"))
    each = [f"{what}: {_listed(c[key])}" for what, key in found if has(c, key)]
    notes = []
    if has(c, "database_results") or has(c, "register_results"):
        notes.append(
            "* " + ("; ".join(each) if each else "The number from each database or register was not given.")
        )
    if has(c, "records_excluded"):
        notes.append("** How many of these people excluded, and how many automation tools, was not given.")
    return notes


def _listed(text: Any) -> str:
    return ", ".join(f"{label} {n_of(n)}".strip() for label, n in reasons(text))


def _totals(c: Counts) -> Lines:
    return _given(
        c,
        total_studies="Total studies included in review",
        total_reports="Reports of total included studies",
        total_studies_ma="Studies included in meta-analysis",
        total_reports_ma="Reports included in meta-analysis",
    )


def _excluded(c: Counts, key: str) -> Box | None:
    return _box(3, "Reports excluded", reasons(c[key])) if has(c, key) else None


def _given(counts: Counts, **labels: str) -> Lines:
    return tuple((label, counts[key]) for key, label in labels.items() if has(counts, key))


def _box(level: int, heading: str, lines: Lines, side: Box | None = None) -> Box | None:
    return Box(level, heading, lines, side) if lines else None


def _kept(*boxes: Box | None) -> list[Box]:
    return [b for b in boxes if b is not None]
