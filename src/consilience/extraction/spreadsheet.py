"""Reading XLSX: values as a person sees them, and the cells that Excel changed."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from consilience.errors import InputError
from consilience.extraction.cells import HEADER_WITHIN, Cells, cut
from consilience.extraction.headers import canonical
from consilience.extraction.problems import Problem

MAX_UNPACKED = 2_000_000_000
"""Bytes; a file that unpacks to more is refused before it is opened."""


def read_spreadsheet(data: bytes, file: str, sha256: str, sheet: str | int | None) -> Cells:
    """Read one sheet of an XLSX file into cells."""
    has_formulas = _check_archive(data, file)
    name, rows = _sheet_rows(data, file, sheet)
    problems: list[Problem] = []
    grid = [[_cell_text(c, r, file, problems) for c in cells] for r, cells in enumerate(rows, start=1)]
    if has_formulas:
        problems += _formulas_without_values(data, name, file)
    width = max((len(cells) for cells in grid), default=0)
    frame = pd.DataFrame([cells + [""] * (width - len(cells)) for cells in grid], dtype="str")
    return cut(frame, file, sha256, problems)


def _check_archive(data: bytes, file: str) -> bool:
    """Refuse what is no workbook or unpacks too large; say whether there are formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(i.file_size for i in archive.infolist()) > MAX_UNPACKED:
                raise InputError(
                    f"{file}: the workbook unpacks to more than 2 GB. Save the one sheet as CSV."
                )
            sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/") and n.endswith(".xml")]
            if not sheets:
                raise InputError(f"{file}: this is not an Excel workbook. Save the table as .xlsx or CSV.")
            return any(b"<f" in archive.read(n) for n in sheets)
    except zipfile.BadZipFile as error:
        raise InputError(
            f"{file}: the workbook is damaged ({error}). Open it in Excel and save it again."
        ) from error


def _open(data: bytes, file: str, *, values: bool) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(io.BytesIO(data), read_only=True, data_only=values)
    except Exception as error:  # openpyxl raises whatever its XML reader meets
        raise InputError(
            f"{file}: the workbook cannot be opened ({error}). Save it again as .xlsx or CSV."
        ) from error


def _sheet_rows(data: bytes, file: str, sheet: str | int | None) -> tuple[str, list[tuple[Any, ...]]]:
    """The wanted sheet's name and cells; unasked, the first whose header names the study."""
    book = _open(data, file, values=True)
    name = _choose(book, file, sheet)
    rows = [tuple(cells) for cells in book[name].iter_rows()]
    book.close()
    return name, rows


def _choose(book: Any, file: str, sheet: str | int | None) -> str:
    names: list[str] = list(book.sheetnames)
    if isinstance(sheet, int) and 0 <= sheet < len(names):
        return names[sheet]
    if sheet in names:
        return str(sheet)
    if sheet is not None:
        raise InputError(
            f"{file}: sheet={sheet!r} is not in the workbook. Its sheets are: {', '.join(names)}."
        )
    for name in names:
        for cells in book[name].iter_rows(max_row=HEADER_WITHIN, values_only=True):
            if any(isinstance(c, str) and canonical(c) == "study" for c in cells):
                return name
    return names[0]


def _cell_text(cell: Any, row: int, file: str, problems: list[Problem]) -> str:
    """A cell as text, noting dates that Excel made and error values."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        shown = value * 100 if "%" in str(cell.number_format) else value
        return f"{shown:.15g}" + ("%" if "%" in str(cell.number_format) else "")
    if isinstance(value, (datetime, date, time, timedelta)):
        problems.append(
            _note(
                file,
                row,
                cell,
                str(value),
                "excel_date",
                "Excel holds a date here.",
                "If a number or text such as 1-2 was meant, format the cell as text and type it again.",
            )
        )
    elif cell.data_type == "e":
        problems.append(
            _note(
                file,
                row,
                cell,
                str(value),
                "excel_error",
                f"Excel holds the error {value} here.",
                "Repair the formula, or type the value.",
            )
        )
    return str(value)


def _note(file: str, row: int, cell: Any, value: str, code: str, message: str, remedy: str) -> Problem:
    return Problem("warning", code, message, remedy, file, row, str(cell.column_letter), value)


def _formulas_without_values(data: bytes, name: str, file: str) -> list[Problem]:
    """Formulas whose value was never computed: a reader of the file sees an empty cell."""
    with_values, with_formulas = _open(data, file, values=True), _open(data, file, values=False)
    found = [
        _note(
            file,
            number,
            formula,
            str(formula.value),
            "formula_without_value",
            "The cell holds a formula whose value is not stored.",
            "Open the file in Excel, save it, read it again.",
        )
        for number, (seen, written) in enumerate(
            zip(with_values[name].iter_rows(), with_formulas[name].iter_rows()), 1
        )
        for value, formula in zip(seen, written)
        if value.value is None and formula.value is not None
    ]
    with_values.close()
    with_formulas.close()
    return found
