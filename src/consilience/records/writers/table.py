"""Tables for people: CSV and XLSX that no spreadsheet program can be tricked by."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from consilience.records.clean import protect
from consilience.records.readers import tabular
from consilience.records.readers.part import Part
from consilience.records.record import Record
from consilience.records.writers.exact import leftovers

HEADINGS = (
    "Title", "Authors", "Year", "Date", "Journal", "Volume", "Issue", "Pages", "Abstract", "DOI", "PMID",
    "PMCID", "Registry number", "ISSN", "Accession number", "Keywords", "Language", "Type", "URL", "Database",
    "Consilience",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
CELL_LIMIT = 32_000
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def rows(records: Iterable[Record], cell_limit: int = 0) -> Iterator[list[str]]:
    """The headings, then a row for each record; what does not fit a cell goes on in the last ones."""
    yield list(HEADINGS)
    for record in records:
        cells = [_cell(text)[: cell_limit or None] for text in _cells(record)]
        rest = leftovers(record, tabular.parse(Part("", 1, payload=(HEADINGS, [*cells, "{}"])), {}))
        step = cell_limit or len(rest) or 1
        yield [*cells, *(rest[at : at + step] for at in range(0, len(rest), step))]


def _cells(record: Record) -> Iterator[str]:
    """The cells in the order of the headings, the last one left out."""
    yield record.title
    yield "; ".join(f"{one.family}," if one.collective else one.name for one in record.authors)
    yield str(record.year or "")
    yield record.date if record.date != str(record.year or "") else ""
    yield from (record.journal, record.volume, record.issue, record.pages, record.abstract)
    yield from (record.doi, record.pmid, record.pmcid)
    yield "; ".join(record.registry_numbers)
    yield "; ".join(record.issn)
    yield record.accession
    yield "; ".join(record.keywords)
    yield from (record.language, record.type)
    yield " | ".join(record.urls)
    yield record.source


def _cell(text: str) -> str:
    """A cell on one line; an apostrophe keeps a program from taking it for a formula."""
    text = protect(" ".join(_ILLEGAL.sub("", text).split()))
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_texts(records: Iterable[Record]) -> Iterator[str]:
    """The table as CSV, a row at a time."""
    for row in rows(records):
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


def write_xlsx(records: Iterable[Record], path: Path) -> int:
    """The table as a workbook; every cell is text, so that nothing is computed or rounded."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Records")
    count = -1
    for row in rows(records, CELL_LIMIT):
        count += 1
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
    return count
