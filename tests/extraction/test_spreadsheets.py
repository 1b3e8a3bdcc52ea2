"""XLSX files as people make them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from consilience.errors import InputError
from consilience.extraction import read_trials, write_template
from consilience.protocol.load import load_protocol

HEADER = ["study", "marker", "n_arm1", "mean_arm1", "sd_arm1", "percent_female"]


def save(path: Path, *rows: list[Any], title: str = "data") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_numbers_and_texts_arrive_as_typed(tmp_path: Path) -> None:
    table = read_trials(
        save(tmp_path / "t.xlsx", HEADER, ["A", "IL-6", 20, 0.1 + 0.2, "1.5", 60], ["B", None, 21, 2, 1, 70])
    )
    assert table.frame["mean_arm1"].tolist() == [pytest.approx(0.3), 2.0]
    assert table.frame["sd_arm1"].tolist() == [1.5, 1.0]
    assert table.frame["row"].tolist() == [2, 3]


def test_dates_made_by_excel_and_error_cells_are_told(tmp_path: Path) -> None:
    rows = (
        ["A", "m", 20, date(2026, 2, 1), 1, 50],
        ["B", "m", 20, "#DIV/0!", 1, 50],
        ["C", "m", 20, 1, 1, 50],
    )
    path = save(tmp_path / "t.xlsx", HEADER, *rows)
    table = read_trials(path)
    assert {(p.code, p.row) for p in table.warnings} >= {("excel_date", 2), ("excel_error", 3)}
    assert [u.row for u in table.unused] == [2, 3]


def test_percent_formats_mean_percent(tmp_path: Path) -> None:
    path = save(tmp_path / "t.xlsx", HEADER, ["A", "m", 20, 1, 1, 0.66], ["B", "m", 20, 1, 1, 0.5])
    book = load_workbook(path)
    for row in (2, 3):
        book["data"].cell(row=row, column=6).number_format = "0%"
    book.save(path)
    assert read_trials(path).frame["percent_female"].tolist() == [66.0, 50.0]


def test_formulas_without_a_stored_value_are_told(tmp_path: Path) -> None:
    table = read_trials(
        save(tmp_path / "t.xlsx", HEADER, ["A", "m", 20, "=1+1", 1, 50], ["B", "m", 20, 1, 1, 50])
    )
    (problem,) = (p for p in table.warnings if p.code == "formula_without_value")
    assert (problem.row, problem.column, problem.value) == (2, "D", "=1+1")


def test_a_merged_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    path = save(
        tmp_path / "t.xlsx", ["All trials"], [], HEADER, ["A", "m", 20, 1, 1, 50], ["B", "m", 20, 1, 1, 50]
    )
    book = load_workbook(path)
    book["data"].merge_cells("A1:F1")
    book.save(path)
    assert read_trials(path).frame["row"].tolist() == [4, 5]


def test_the_sheet_with_the_studies_is_found_or_named(tmp_path: Path) -> None:
    path = save(tmp_path / "t.xlsx", ["read me"], title="notes")
    book = load_workbook(path)
    for name in ("old", "new"):
        book.create_sheet(name)
        book[name].append(HEADER)
        book[name].append([name, "m", 20, 1, 1, 50])
    book.save(path)
    assert read_trials(path).frame["study"].tolist() == ["old"]
    assert read_trials(path, sheet="new").frame["study"].tolist() == ["new"]
    assert read_trials(path, sheet=2).frame["study"].tolist() == ["new"]
    with pytest.raises(InputError, match="Its sheets are: notes, old, new"):
        read_trials(path, sheet="newest")


def test_other_archives_are_refused(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(InputError, match="not an Excel workbook"):
        read_trials(path)


def test_template_can_be_filled_in_and_read(tmp_path: Path) -> None:
    path = write_template(tmp_path / "new.xlsx", load_protocol("psychosocial-immune"))
    book = load_workbook(path)
    sheet = book["trials"]
    places = {cell.value: cell.column for cell in sheet[1]}
    for row, study in ((2, "A"), (3, "B")):
        for name, value in {"study": study, "marker": "il_6", "n_arm1": 20, "direction": "harmful"}.items():
            sheet.cell(row=row, column=places[name], value=value)
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert len(lists) >= 10
    assert sheet.cell(row=1, column=places["sd_from"]).comment is not None
    book.save(path)
    table = read_trials(path)
    assert table.frame["study"].tolist() == ["A", "B"]
    assert not table.problems


def test_template_as_csv_and_never_over_a_file(tmp_path: Path) -> None:
    path = write_template(tmp_path / "new.csv")
    assert path.read_text(encoding="utf-8-sig").startswith("study,year,")
    with pytest.raises(InputError, match="there already"):
        write_template(path)
    with pytest.raises(InputError, match=r"\.csv or \.xlsx"):
        write_template(tmp_path / "new.ods")
