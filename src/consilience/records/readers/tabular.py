"""Tables of records: CSV, TSV and spreadsheets, one record a row under recognised headings."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from consilience.errors import InputError
from consilience.records.build import OVERRIDE, Fields
from consilience.records.names import split_authors
from consilience.records.readers.columns import FIELDS, plain_name, recognise, split_cell
from consilience.records.readers.part import PART_LIMIT, Part, Reader
from consilience.records.readers.ris import TYPES
from consilience.records.source_file import LINE_LIMIT, SourceFile

SEPARATORS = (",", ";", "\t", "|")
_SAFE = re.compile(r"^'(?=[=+\-@\t\r])")
_EMBASE = re.compile(
    r"^(?P<journal>.+?) \((?P<year>\d{4})\)(?: (?P<volume>[^:( ]+))?(?::(?P<issue>\S+))?"
    r"(?: \((?P<pages>[^)]+)\))?"
)
_CITATION = re.compile(r"^[^;]*;(?P<volume>[^(:;]+)?(?:\((?P<issue>[^)]*)\))?:(?P<pages>[^.;]+)\.")


def separator_of(head: str) -> str:
    """The separator under which most headings of the first line are known; empty where too few are."""
    best = (0, "")
    for mark in SEPARATORS:
        header = _header(head, mark)
        known = {FIELDS[plain_name(one)] for one in header if plain_name(one) in FIELDS}
        score = (
            len(known) if len(header) > 1 and known & {"title", "doi", "pmid", "abstract", "registry"} else 0
        )
        best = max(best, (score, mark))
    return best[1] if best[0] >= 2 else ""


def _header(head: str, mark: str) -> list[str]:
    """The first row that is not blank."""
    rows = csv.reader(_skip_preamble(head.splitlines(keepends=True)[:200]), delimiter=mark)
    try:
        return next((row for row in rows if any(cell.strip() for cell in row)), [])
    except csv.Error:
        return []


def _skip_preamble(lines: Sequence[str]) -> list[str]:
    """Lines from the header on: ``sep=;`` is Excel's own remark."""
    return [line for line in lines[:1] if not line.lower().startswith("sep=")] + list(lines[1:])


def rows_of(source: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line."""
    mark = separator_of(source.head()) or ("\t" if "\t" in source.head(4000).split("\n")[0] else ",")
    csv.field_size_limit(PART_LIMIT)
    with source.text(newline="") as text:
        rows = csv.reader((line.replace("\x00", "") for line in _bounded(text, source.name)), delimiter=mark)
        line = 1
        try:
            for row in rows:
                if not (line == 1 and row and row[0].lower().startswith("sep=")):
                    yield line, row
                line = rows.line_num + 1
        except csv.Error as error:
            raise InputError(
                f"{source.name}, line {line}: {error}; a quotation mark may be missing"
            ) from None


def _bounded(text: IO[str], name: str) -> Iterator[str]:
    """Lines, none of them endless."""
    while line := text.readline(LINE_LIMIT):
        if len(line) >= LINE_LIMIT:
            raise InputError(f"{name} has a line of more than {LINE_LIMIT >> 20} MB; no export has that")
        yield line


def table_parts(rows: Iterator[tuple[int, list[str]]], name: str) -> Iterator[Part]:
    """One part a row that is not blank, with the header beside it."""
    header: tuple[str, ...] = ()
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header = tuple(cell.strip().lstrip("\ufeff") for cell in row)
            continue
        yield Part("\t".join(row), line, payload=(header, row))
    if not header:
        raise InputError(f"{name} has no row of headings; the first row names the columns")


def parse(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one row; columns that are not recognised are kept by their headings."""
    header, row = part.payload
    places = recognise(header, tuple(sorted(mapping.items())))
    fields = Fields()
    if places.get(len(header) - 1) == OVERRIDE:
        row = [*row[: len(header) - 1], "".join(row[len(header) - 1 :])]
    for number, cell in enumerate(row):
        text = _SAFE.sub("", cell.strip())
        name = header[number] if number < len(header) and header[number] else f"column {number + 1}"
        _put(fields, places.get(number, ""), name, text)
    _settle(fields)
    if not any(
        fields.values.get(name)
        for name in ("title", "doi", "pmid", "abstract", "author", "registry", "consilience")
    ):
        raise InputError("the row has neither title, author, abstract nor number")
    return fields


def _put(fields: Fields, field: str, name: str, text: str) -> None:
    """Put one cell in its place."""
    if not field:
        fields.keep(name, text)
    elif field == "author":
        for one in split_authors(text):
            fields.add("author", re.sub(r"\s*\(\d{6,}\)$", "", one))
    else:
        for one in split_cell(field, text):
            fields.add(field, TYPES.get(one, one) if field == "type" else one)


def _settle(fields: Fields) -> None:
    """Embase and PubMed put journal, volume and pages into one cell."""
    for name, pattern in (("Source", _EMBASE), ("Citation", _CITATION)):
        found = pattern.match(" ".join(fields.extra.get(name, ())))
        for field, text in found.groupdict().items() if found else ():
            if text and field not in fields.values:
                fields.add(field, text.strip())
    source = fields.extra.get("Source", [""])[0]
    if source in ("Scopus", "PubMed", "Embase") and "source" not in fields.values:
        fields.add("source", source)
    if any("Date of Publication" in text for text in fields.extra.get("Source", ())):
        fields.add("date", source.rpartition("Date of Publication:")[2])


def split(source: SourceFile) -> Iterator[Part]:
    """One part a row."""
    return table_parts(rows_of(source), source.name)


def count(source: SourceFile) -> int:
    """Rows below the header, told by ends of line outside of quotation marks."""
    rows, quoted, blank = 0, False, True
    with source.text() as text:
        for line in text:
            blank = blank and not line.strip(' \t,;|"\r\n')
            quoted ^= line.count('"') % 2 == 1
            if not quoted:
                rows += not (blank or line.lower().startswith("sep="))
                blank = True
    return max(0, rows + (quoted and not blank) - 1)


READER = Reader("csv", count, split, parse)
