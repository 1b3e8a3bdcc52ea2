"""``read_trials``: a trial table from a file or a data frame, with everything wrong told at once."""

from __future__ import annotations

import hashlib
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from consilience.errors import InputError
from consilience.extraction.cells import Cells
from consilience.extraction.convert import report_headers, to_frame
from consilience.extraction.delimited import read_delimited
from consilience.extraction.frames import frame_cells
from consilience.extraction.headers import map_headers
from consilience.extraction.spreadsheet import read_spreadsheet
from consilience.extraction.table import TrialTable, part
from consilience.extraction.validate import validate

MAX_BYTES = 2_000_000_000


def read_trials(
    source: str | PathLike[str] | pd.DataFrame | TrialTable | Any,
    *,
    sheet: str | int | None = None,
    notice: str = "",
) -> TrialTable:
    """Read a trial table and check it.

    One row is one contrast x outcome x time point. CSV, TSV and their kin (delimiter, decimal mark
    and encoding are found out), XLSX (``sheet`` names one; otherwise the first that has a study
    column), Metapsy's format, and pandas or polars data frames are read. Column names may be the
    trial table's own or a common alias.

    Nothing in the rows raises: every problem is in ``problems``, every row that cannot be used is in
    ``unused`` with its reason. ``InputError`` is raised where there is no table at all: a missing,
    empty or binary file, no rows, no study column.

    >>> import pandas as pd
    >>> table = read_trials(pd.DataFrame({"study": ["A", "B"], "n_arm1": ["20", "2O"]}))
    >>> len(table), table.unused[0].reason
    (1, "n_arm1: '2O' is not a number.")
    """
    if isinstance(source, TrialTable):
        return source
    cells = _cells(source, sheet)
    headers = map_headers(cells.header)
    _need_study(cells, headers)
    frame, findings = to_frame(cells, headers)
    for code, message, remedy, column in report_headers(headers):
        findings.table("warning", code, message, remedy, file=cells.file, column=column)
    _keep_out_broken_rows(cells, frame, findings)
    frame = validate(frame, findings)
    table = TrialTable(
        frame=frame,
        problems=cells.problems,
        files=(cells.file,),
        sha256=cells.sha256,
        n_rows_read=len(frame),
        columns={h.name: h.written for h in headers},
        notice=notice,
    )
    return part(table, findings)


def _cells(source: Any, sheet: str | int | None) -> Cells:
    if isinstance(source, (str, PathLike)):
        return _file_cells(Path(source), sheet)
    if isinstance(source, pd.DataFrame) or hasattr(source, "to_dict"):
        return frame_cells(source)
    raise InputError(
        f"source={type(source).__name__} cannot be read. Give the path of a CSV or XLSX file, or a "
        "data frame."
    )


def _file_cells(path: Path, sheet: str | int | None) -> Cells:
    """The cells of a file, whatever kind it is."""
    if path.is_dir():
        raise InputError(f"{path} is a folder. Give the path of the CSV or XLSX file in it.")
    if not path.exists():
        raise InputError(f"{path}: there is no such file. Check the spelling and the folder.")
    if path.stat().st_size > MAX_BYTES:
        raise InputError(
            f"{path}: the file is larger than 2 GB. Split it, or leave out columns that are not used."
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: the file cannot be read ({error.strerror}). Check its permissions."
        ) from error
    sha256 = hashlib.sha256(data).hexdigest()
    if not data:
        raise InputError(
            f"{path}: the file is empty. Put the column names in the first line, then one row per effect."
        )
    if data.startswith(b"PK"):
        return read_spreadsheet(data, path.name, sha256, sheet)
    return read_delimited(data, path.name, sha256)


def _need_study(cells: Cells, headers: Any) -> None:
    if not any(h.name == "study" and h.known for h in headers):
        written = ", ".join(h.written for h in headers[:12] if h.written) + (
            ", ..." if len(headers) > 12 else ""
        )
        raise InputError(
            f"{cells.file}: there is no column 'study'. The columns are: {written}. "
            "Name the column that holds each trial's name 'study'."
        )


def _keep_out_broken_rows(cells: Cells, frame: pd.DataFrame, findings: Any) -> None:
    """Rows that the reader itself could not make sense of."""
    broken = {p.row: p.message for p in cells.problems if p.severity == "error" and p.row is not None}
    if broken:
        reasons = frame["row"].map(broken)
        findings.keep_out(reasons.notna(), reasons)
