"""Spreadsheets (``.xlsx``): the first sheet that has a title column."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from consilience.errors import InputError
from consilience.records.readers.columns import FIELDS, plain_name
from consilience.records.readers.part import Part, Reader
from consilience.records.readers.tabular import parse, table_parts
from consilience.records.source_file import SourceFile


def rows_of(source: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """Each row of the sheet that holds records, as text."""
    from openpyxl import load_workbook

    with source.packed() as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(stream, read_only=True, data_only=True)
            for number, row in enumerate(_sheet(book).iter_rows(values_only=True), 1):
                yield number, [_text(cell) for cell in row]
        except InputError:
            raise
        except Exception as error:
            # openpyxl raises errors of many kinds for damaged files: all of them mean the same here.
            raise InputError(
                f"{source.name} cannot be read as a workbook ({error}); save it again as .xlsx"
            ) from None


def _sheet(book: Any) -> Any:
    """The sheet whose first rows name a title, else the first one."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows(max_row=5, values_only=True):
            known = {FIELDS.get(plain_name(_text(cell))) for cell in row}
            if "title" in known:
                return sheet
    return book.worksheets[0]


def _text(cell: Any) -> str:
    """A cell's value as it is shown: whole numbers without a point, dates as ISO."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def split(source: SourceFile) -> Iterator[Part]:
    """One part a row."""
    return table_parts(rows_of(source), source.name)


def count(source: SourceFile) -> int:
    """Rows below the header that hold anything."""
    return max(0, sum(any(cell.strip() for cell in row) for _, row in rows_of(source)) - 1)


READER = Reader("xlsx", count, split, parse)
