"""MEDLINE's tagged text (``.nbib``), as PubMed exports it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consilience.records.build import Fields
from consilience.records.names import author, person
from consilience.records.readers.part import Part, Reader, count_lines, split_at
from consilience.records.readers.tags import OVERRIDE_TAGS, sort_out, tagged
from consilience.records.record import Author
from consilience.records.source_file import SourceFile

START = re.compile(r"\s{0,4}(?:\ufeff)?PMID\s?- ?")
TAG = re.compile(r"(?:\ufeff)?([A-Z][A-Z0-9]{1,3}) {0,3}- ?(.*)", re.DOTALL)
SCALARS = {
    "title": ("TI", "BTI", "CTI", "TT", "VTI"),
    "journal": ("JT", "TA"),
    "abstract": ("AB", "OAB"),
    "volume": ("VI",),
    "issue": ("IP",),
    "pages": ("PG",),
    "accession": ("AN",),
    "source": ("DB",),
}
LISTS = {
    "FAU": "FAU", "AU": "AU", "CN": "CN", "MH": "keyword", "OT": "keyword", "PT": "type", "LA": "language",
    "PMID": "pmid", "PMC": "pmcid", "LID": "LID", "AID": "AID", "DP": "year", "DEP": "DEP", "IS": "issn",
    "SI": "registry", "URLS": "url", **OVERRIDE_TAGS,
}  # fmt: skip


def split(source: SourceFile) -> Iterator[Part]:
    """One part from each PMID line to the next."""
    return split_at(source.lines(), START)


def parse(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one record."""
    pairs = list(tagged(part.raw.split("\n"), TAG))
    fields = sort_out(pairs, SCALARS, {**LISTS, **mapping})
    fields.people = _people(pairs)
    _settle(fields)
    return fields


def _people(pairs: list[tuple[str, str]]) -> list[Author]:
    """Full names where they are told, groups at their place among the persons."""
    full = any(tag == "FAU" for tag, _ in pairs)
    names = {"FAU": person} if full else {"AU": author}
    names["CN"] = lambda text: Author(text.strip(), collective=True)
    return [names[tag](text) for tag, text in pairs if tag in names and text]


def _settle(fields: Fields) -> None:
    """Short names and secondary numbers are kept; DOIs stand among the location numbers."""
    full = "FAU" in fields.values
    for tag in ("FAU", "AU", "CN"):
        for text in fields.values.pop(tag, ()):
            if tag == "AU" and full:
                fields.keep(tag, text)
    for tag in ("LID", "AID"):
        for text in fields.values.pop(tag, ()):
            fields.add("doi", text) if "[doi]" in text else fields.keep(tag, text)
    for text in fields.values.get("registry", ()):
        fields.keep("SI", text)
    for text in fields.values.get("year", ()):
        fields.add("date", text)
    for text in fields.values.pop("DEP", ()):
        fields.keep("DEP", text)
    languages = fields.values.get("language", [])
    fields.values["language"] = ["; ".join(languages)] if languages else []


READER = Reader("nbib", lambda source: count_lines(source, START), split, parse)
