"""Reading CSV, TSV and their kin: encoding and delimiter are found out, bad lines are named."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from consilience.errors import InputError
from consilience.extraction.cells import EMPTY_REMEDY, HEADER_WITHIN, Cells, cut
from consilience.extraction.headers import canonical
from consilience.extraction.problems import Problem

DELIMITERS = (",", ";", "\t", "|")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)", "Save it as .xlsx or CSV"),
    (b"%PDF", "a PDF", "Export the table as CSV or .xlsx"),
    (b"PAR1", "a Parquet file", "Save it as CSV, or pass it as a data frame"),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first"),
    (b"{\\rtf", "an RTF document", "Save the table as CSV or .xlsx"),
)


def decode(data: bytes, file: str) -> tuple[str, str]:
    """Text and the name of its encoding: a byte order mark, UTF-8, UTF-16, then Windows' and Latin-1."""
    for mark, what, remedy in _FOREIGN:
        if data.startswith(mark):
            raise InputError(f"{file}: this is {what}, not a table of text. {remedy}.")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _guess(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file}: byte {error.start:,} is not {encoding}, though the file begins so. "
            "Save it again as UTF-8 (in Excel: 'CSV UTF-8')."
        ) from error
    if "\x00" in text[:100_000]:
        raise InputError(f"{file}: the file holds binary data. Save the table as CSV or .xlsx.")
    return text, encoding


def _guess(data: bytes) -> str:
    """The encoding of a file without a mark."""
    head = data[:4_000]
    if head and head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    if head and head[0::2].count(0) > len(head) // 3:
        return "utf-16-be"
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def sniff(text: str) -> str:
    """The delimiter: the one under which a line names the study, else the most frequent in the header."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:HEADER_WITHIN]
    for delimiter in DELIMITERS:
        for cells in csv.reader(lines, delimiter=delimiter):
            if len(cells) > 1 and any(canonical(c) == "study" for c in cells):
                return delimiter
    return max(DELIMITERS, key=(lines[0] if lines else "").count)


def read_delimited(data: bytes, file: str, sha256: str) -> Cells:
    """Read a delimited text file into cells."""
    text, encoding = decode(data, file)
    text = text.removeprefix("\ufeff")
    first = 1
    if text[:4].lower() == "sep=":
        delimiter, first = text[4:5], 2
        text = text.partition("\n")[2]
    else:
        delimiter = sniff(text)
    if not text.strip():
        raise InputError(f"{file}: the file is empty. {EMPTY_REMEDY}")
    grid, problems = _grid(text, delimiter, file)
    problems = [replace(p, row=p.row and p.row + first - 1) for p in problems]
    if encoding in ("cp1252", "latin-1"):
        problems = [*problems, _encoding_note(file, encoding)]
    return cut(grid, file, sha256, problems, first)


def _encoding_note(file: str, encoding: str) -> Problem:
    return Problem(
        "warning",
        "encoding",
        f"The file is not UTF-8; it was read as {encoding}.",
        "Look at letters with accents and at Greek letters; save the file as UTF-8 if they are wrong.",
        file,
    )


def _grid(text: str, delimiter: str, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """All cells: by pandas, or line by line where lines have more cells than the header."""
    try:
        grid = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError):
        return _grid_line_by_line(text, delimiter, file)
    return grid, _lines_run_together(grid, delimiter, file)


def _lines_run_together(grid: pd.DataFrame, delimiter: str, file: str) -> list[Problem]:
    """Rows in which one cell holds whole lines of the file, because a quotation mark is not closed."""
    enough = max(2, grid.shape[1] - 1)
    found = []
    for name in grid:
        for place in np.flatnonzero(grid[name].str.contains("\n", regex=False)).tolist():
            cell = str(grid[name].iat[place])
            if any(line.count(delimiter) >= enough for line in cell.splitlines()):
                found.append(
                    Problem(
                        "error",
                        "lines_run_together",
                        "A cell of the row holds other lines of the file: a quotation mark is not closed.",
                        'Close the quotation mark, or write it twice ("") where it is part of the text.',
                        file,
                        place + 1,
                        value=" ".join(cell[:80].split()),
                    )
                )
    return found


def _grid_line_by_line(text: str, delimiter: str, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """All cells where the file is ragged: too long lines are cut to the widest sensible width and named."""
    csv.field_size_limit(10_000_000)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(
            f"{file}: the quotation marks do not pair up ({error}). "
            'Find the cell with a single " and close or double it.'
        ) from error
    width = _header_width(lines)
    problems = [
        Problem(
            "error",
            "too_many_cells",
            f"The row has {len(cells)} cells, the header has {width}.",
            "Put quotation marks around cells that contain the delimiter, or remove the extra cells.",
            file,
            number,
            value=delimiter.join(cells[width:])[:80],
        )
        for number, cells in enumerate(lines, start=1)
        if any(c.strip() for c in cells[width:])
    ]
    padded = [(cells + [""] * width)[:width] for cells in lines]
    return pd.DataFrame(padded, dtype="str"), problems


def _header_width(lines: Sequence[Sequence[str]]) -> int:
    for cells in lines[:HEADER_WITHIN]:
        if any(canonical(c) == "study" for c in cells):
            return len(cells)
    return max((len(cells) for cells in lines[:HEADER_WITHIN]), default=1)
