"""What a report is made of, before it is HTML or anything else: sections of typed blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from consilience.report.figures.figure import Figure


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text; a ``caution`` stands out, a ``quiet`` one recedes."""

    text: str
    tone: Literal["plain", "caution", "quiet"] = "plain"
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class Listing:
    """A bulleted list."""

    items: tuple[str, ...]
    kind: Literal["listing"] = "listing"


@dataclass(frozen=True)
class Definitions:
    """Pairs of a term and what it is; ``literal`` values are set as code."""

    pairs: tuple[tuple[str, str], ...]
    literal: bool = False
    kind: Literal["definitions"] = "definitions"


@dataclass(frozen=True)
class Head:
    """A column's header (with its unit), and whether it holds numbers."""

    text: str
    numeric: bool = True
    note: str = ""
    """What the header's abbreviation means."""


@dataclass(frozen=True)
class TableRow:
    """A row: its header, its cells, and a reason in place of the cells that it lacks."""

    header: str
    cells: tuple[str, ...]
    reason: str = ""
    marks: str = ""
    """Letters of the footnotes that belong to the row."""
    group: bool = False
    """A heading inside the table: no cells, all columns wide."""


@dataclass(frozen=True)
class Table:
    """A table with its caption; the first column holds the rows' headers."""

    name: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[tuple[str, str], ...] = ()
    """Footnotes: letter and message."""
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Picture:
    """A figure with its number."""

    figure: Figure
    number: int
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class Fold:
    """Something long, closed until it is asked for."""

    summary: str
    blocks: tuple[Block, ...]
    group: str = ""
    """Folds of one group are pages: opening one closes the others."""
    kind: Literal["fold"] = "fold"


Block = Paragraph | Listing | Definitions | Table | Picture | Fold


@dataclass(frozen=True)
class Section:
    """A section of the report."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Finding:
    """A reader's question and its answer in plain words."""

    question: str
    answers: tuple[Paragraph | Listing, ...]
    see: str = ""
    """The id of the section that has the numbers."""


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    question: str
    notice: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    sections: tuple[Section, ...]
    version: str
