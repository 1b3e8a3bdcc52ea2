"""An empty trial table to fill in: a CSV, or an XLSX with explanations and lists to choose from."""

from __future__ import annotations

import csv
from os import PathLike
from pathlib import Path
from typing import Any

from consilience.errors import InputError
from consilience.extraction.columns import BY_NAME, COLUMNS, Column
from consilience.protocol.model import Protocol

_ROWS_WITH_LISTS = 5_000


def write_template(path: str | PathLike[str], protocol: Protocol | None = None) -> Path:
    """Write an empty trial table with all columns; returns its path.

    An ``.xlsx`` has a sheet ``trials`` to fill in (notes on the headers, lists to choose from in the
    columns that have a vocabulary), a sheet ``columns`` that explains every column, and with a
    ``protocol`` a sheet ``words`` with its vocabulary. A ``.csv`` has the header line only.
    An existing file is not overwritten: that is an ``InputError``.
    """
    target = Path(path)
    if target.suffix.lower() not in (".csv", ".xlsx"):
        raise InputError(
            f"path={str(target)!r}: a template is written as .csv or .xlsx. Give the file such an ending."
        )
    if target.exists():
        raise InputError(
            f"{target}: the file is there already. Choose another name, so that nothing is lost."
        )
    if target.suffix.lower() == ".csv":
        with target.open("x", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerow([c.name for c in COLUMNS])
    else:
        _workbook(protocol).save(target)
    return target


def vocabulary(protocol: Protocol | None) -> dict[str, tuple[str, ...]]:
    """For each column with a list: the words to choose from."""
    words = {c.name: tuple(name for name, _ in c.choices) for c in COLUMNS if c.choices}
    words |= {c.name: ("true", "false") for c in COLUMNS if c.kind == "flag"}
    if protocol is None:
        return words
    words |= {
        "marker": tuple(m.key for m in protocol.markers),
        "intervention_type": tuple(t.key for t in protocol.interventions),
        "outcome_category": tuple(t.key for t in protocol.outcome_categories),
        "comparator_kind": tuple(t.key for t in protocol.comparator_kinds),
    }
    for moderator in protocol.moderators:
        if moderator.levels and moderator.column in BY_NAME:
            words.setdefault(moderator.column, tuple(t.key for t in moderator.levels))
    return {name: keys for name, keys in words.items() if keys}


def _workbook(protocol: Protocol | None) -> Any:
    from openpyxl import Workbook

    book = Workbook()
    trials: Any = book.active
    trials.title = "trials"
    words = vocabulary(protocol)
    _write_words(book.create_sheet("words"), words)
    _write_columns(book.create_sheet("columns", 1), words)
    for place, column in enumerate(COLUMNS, start=1):
        _write_header(trials, place, column)
    for place, name in enumerate(words, start=1):
        _add_list(trials, name, place, len(words[name]))
    trials.freeze_panes = "B2"
    return book


def _write_header(sheet: Any, place: int, column: Column) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    cell = sheet.cell(row=1, column=place, value=column.name)
    cell.font = Font(bold=True)
    example = f"\nFor example: {column.example}" if column.example else ""
    cell.comment = Comment(f"{column.description}.{example}", "Consilience", width=320, height=110)
    sheet.column_dimensions[cell.column_letter].width = max(12, len(column.name) + 2)


def _write_columns(sheet: Any, words: dict[str, tuple[str, ...]]) -> None:
    sheet.append(["column", "what it holds", "unit", "for example", "accepted words"])
    for c in COLUMNS:
        listed = words.get(c.name, ())
        shown = ", ".join(listed[:12]) + (", ... (see the sheet 'words')" if len(listed) > 12 else "")
        sheet.append([c.name, c.description, c.unit, c.example, shown])
    for letter, width in zip("ABCDE", (24, 70, 12, 32, 60)):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def _write_words(sheet: Any, words: dict[str, tuple[str, ...]]) -> None:
    for place, (name, keys) in enumerate(words.items(), start=1):
        for row, value in enumerate((name, *keys), start=1):
            sheet.cell(row=row, column=place, value=value)


def _add_list(sheet: Any, name: str, place: int, count: int) -> None:
    """A list to choose from, which does not forbid other words: a protocol knows synonyms."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    source = get_column_letter(place)
    target = get_column_letter(1 + [c.name for c in COLUMNS].index(name))
    chooser = DataValidation(
        type="list", formula1=f"words!${source}$2:${source}${count + 1}", allow_blank=True
    )
    chooser.showErrorMessage = False
    sheet.add_data_validation(chooser)
    chooser.add(f"{target}2:{target}{_ROWS_WITH_LISTS}")
