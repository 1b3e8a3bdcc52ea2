"""Web of Science's field-tagged text (``.ciw``, plain text): two letters, wrapped lines indented."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consilience.records.build import Fields
from consilience.records.names import author, person
from consilience.records.readers.part import Part, Reader, count_lines, split_at
from consilience.records.readers.tags import sort_out, tagged_lines
from consilience.records.record import Author
from consilience.records.source_file import SourceFile

START = re.compile(r"(?:\ufeff)?PT (?:[A-Z]\b|[A-Z][a-z]+)")
TAG = re.compile(r"(?:\ufeff)?([A-Z][A-Z0-9])(?: (.*)|\s*$)", re.DOTALL)
SCALARS = {
    "title": ("TI",),
    "journal": ("SO", "JI", "J9"),
    "abstract": ("AB",),
    "volume": ("VL",),
    "issue": ("IS",),
    "start_page": ("BP",),
    "end_page": ("EP",),
    "pages": ("AR", "PS"),
    "language": ("LA",),
    "accession": ("UT",),
}
LISTS = {
    "DI": "doi", "D2": "doi", "PM": "pmid", "SN": "issn", "EI": "issn", "PY": "year", "PD": "PD",
    "DT": "type", "DE": "DE", "ID": "ID", "AU": "AU", "AF": "AF", "CA": "CA", "UR": "url",
}  # fmt: skip
_LINE_EACH = frozenset({"AU", "AF", "CA"})


def split(source: SourceFile) -> Iterator[Part]:
    """One part from each PT line to the next; FN, VR and EF frame the file."""
    for part in split_at(source.lines(), START):
        lines = part.raw.split("\n")
        frame = part.place == 1 and not part.record and all(line[:2] in ("FN", "VR", "") for line in lines)
        if not frame:
            yield part


def parse(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one record."""
    pairs = list(_values(part.raw))
    fields = sort_out(pairs, SCALARS, {**LISTS, **mapping})
    full = "AF" in fields.values
    fields.people = [
        person(text) if tag == "AF" else author(text)
        for tag, text in pairs
        if tag == ("AF" if full else "AU")
    ]
    fields.people += [Author(text, collective=True) for tag, text in pairs if tag == "CA"]
    for text in fields.values.pop("AU", ()):
        if full:
            fields.keep("AU", text)
    for tag in ("AF", "CA"):
        fields.values.pop(tag, None)
    for tag in ("DE", "ID"):
        for text in fields.values.pop(tag, ()):
            fields.values.setdefault("keyword", []).extend(one.strip() for one in text.split(";"))
    _date(fields)
    if "type" not in fields.values and fields.extra.get("PT") == ["J"]:
        fields.add("type", "Journal Article")
    return fields


def _values(raw: str) -> Iterator[tuple[str, str]]:
    """Tag and value; one author a line."""
    lines = [line for line in raw.split("\n") if line[:2] not in ("ER", "EF")]
    for tag, held in tagged_lines(lines, TAG):
        if tag in _LINE_EACH:
            yield from ((tag, line.strip()) for line in held)
        else:
            yield tag, " ".join(line.strip() for line in held)


def _date(fields: Fields) -> None:
    """The day and month of PD belong to the year of PY."""
    year = fields.first("year")
    for text in fields.values.pop("PD", ()):
        fields.add("date", f"{year} {text}")


READER = Reader("wos", lambda source: count_lines(source, START), split, parse)
