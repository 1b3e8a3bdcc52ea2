"""EndNote's and Refer's tagged text: ``%0 Journal Article``, ``%T Title``, a blank line between records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consilience.records.build import Fields
from consilience.records.readers.part import Part, Reader, split_at
from consilience.records.readers.tags import sort_out, tagged
from consilience.records.source_file import SourceFile

START = re.compile(r"\s{0,4}(?:\ufeff)?%0(?:\s|$)")
TAG = re.compile(r"(?:\ufeff)?\s{0,4}%([0-9A-Z@!#$\]&(*+^<>?\[=~)|])(?:\s+(.*)|\s*$)", re.DOTALL)
SCALARS = {
    "title": ("T", "!", "Q"),
    "journal": ("J", "B", "+"),
    "abstract": ("X",),
    "volume": ("V",),
    "issue": ("N",),
    "pages": ("P",),
    "language": ("G",),
    "accession": ("M", "L"),
    "source": ("~",),
}
LISTS = {
    "A": "author",
    "K": "K",
    "U": "url",
    "R": "doi",
    "@": "issn",
    "D": "year",
    "8": "date",
    "0": "type",
    "2": "pmcid",
}


def split(source: SourceFile) -> Iterator[Part]:
    """One part from each %0 line to the next; files without %0 part their records by blank lines."""
    if any(START.match(line) for line in source.lines()):
        yield from split_at(source.lines(), START)
        return
    held: list[str] = []
    start = 1
    for number, line in enumerate(source.lines(), 1):
        if not line.strip() and held:
            yield Part("".join(held), start)
            held = []
        elif line.strip():
            start = start if held else number
            held.append(line)
    if held:
        yield Part("".join(held), start)


def count(source: SourceFile) -> int:
    """%0 lines; where there are none, titles."""
    lines = [0, 0]
    for line in source.lines():
        lines[0] += START.match(line) is not None
        lines[1] += line.startswith("%T")
    return lines[0] or lines[1]


def parse(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one record."""
    pairs = tagged(part.raw.split("\n"), TAG, frozenset({"K"}))
    fields = sort_out(((tag, value) for tag, value in pairs), SCALARS, {**LISTS, **mapping})
    for text in fields.values.pop("K", ()):
        fields.values.setdefault("keyword", []).extend(re.split(r"\s*;\s*", text))
    fields.extra = {f"%{tag}": values for tag, values in fields.extra.items()}
    return fields


READER = Reader("refer", count, split, parse)
