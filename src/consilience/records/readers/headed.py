"""Text under headings: Ovid's display (``<8>``, ``Author``) and Cochrane's (``Record #1 of 9``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consilience.records.build import Fields
from consilience.records.names import split_authors
from consilience.records.readers.columns import FIELDS, plain_name
from consilience.records.readers.part import Part, Reader, count_lines, split_at
from consilience.records.readers.tags import tagged
from consilience.records.source_file import SourceFile

OVID = re.compile(r"(?:\ufeff)?<\s?\d+\s?(?:\. )?>\s*$")
COCHRANE = re.compile(r"(?:\ufeff)?Record #\d+ of \d+")
_COCHRANE_TAG = re.compile(r"([A-Z]{2,3}): ?(.*)", re.DOTALL)
_COCHRANE_PLACES = {
    "TI": "title", "AU": "author", "AB": "abstract", "SO": "journal", "YR": "year", "VL": "volume", "NO":
    "issue",
    "PG": "pages", "PM": "pmid", "DOI": "doi", "US": "url", "KY": "keyword", "ID": "accession", "PT":
    "type", "XR": "XR",
    "SN": "issn", "LA": "language",
}  # fmt: skip
_OVID_PLACES = {
    "Title": "title", "Abstract": "abstract", "Accession Number": "accession", "DOI": "doi", "ISSN": "issn",
    "DOI Number": "doi", "Digital Object Identifier": "doi",
    "Year of Publication": "year", "Language": "language",
    "Publication Type": "type",
    "Book Title": "journal", "Date of Publication": "date", "Title Source": "Source", "ISSN Print":
    "issn", "Link to the Ovid Full Text or citation": "url",
}  # fmt: skip
_AUTHORS = ("Author", "Authors", "Author/s", "Author(s)", "Authors Full Name")
_KEYWORDS = (
    "Author Keywords",
    "Keywords",
    "Subject Headings",
    "MeSH Subject Headings",
    "Heading Word",
    "Key Concepts",
)
_SOURCE = re.compile(
    r"^(?P<journal>[^.]+(?:\. [^\d][^.]*)*?)\.\s+(?:Vol\.?\s*)?(?P<volume>\d+)\s*(?:\((?P<issue>[^)]*)\))?"
    r"\s*[:,(]\s*(?:pp?\.? ?)?(?P<pages>[A-Za-z]?\d+(?:-[A-Za-z]?\d+)?)"
)


def _split_ovid(source: SourceFile) -> Iterator[Part]:
    """One part from each ``<n>`` line to the next."""
    return split_at(source.lines(), OVID)


def _parse_ovid(part: Part, mapping: Mapping[str, str]) -> Fields:
    """Headings stand at the margin, their text is indented below."""
    fields = Fields()
    for heading, text in _sections(part.raw):
        place = mapping.get(heading) or _OVID_PLACES.get(heading) or ""
        if heading in _AUTHORS:
            names = (
                re.sub(r"(?:\s+[\d*,]+|\s*\[.*?\]|\s*\(.*?\))+$", "", one.strip(" ."))
                for one in re.split(r";\s*", text)
            )
            fields.values.setdefault("author", []).extend(names)
        elif heading in _KEYWORDS:
            fields.values.setdefault("keyword", []).extend(
                one.strip(" .") for one in re.split(r"[;]\s*|\.\s+", text)
            )
        elif place in ("", "Source"):
            fields.keep(heading, text)
        else:
            fields.add(place, re.sub(r"\[(?:Article|Miscellaneous|Report|Letter)\]\s*\.?$", "", text))
    _ovid_source(fields)
    return fields


def _sections(raw: str) -> Iterator[tuple[str, str]]:
    """Each heading with its text."""
    heading, held = "", [""]
    for line in raw.split("\n")[1:]:
        if line.strip() and not line[0].isspace():
            if heading:
                yield heading, " ".join(held).strip()
            heading, held = line.strip(), []
        else:
            held.append(line.strip())
    if heading:
        yield heading, " ".join(held).strip()


def _ovid_source(fields: Fields) -> None:
    """Journal, volume and pages out of one line such as ``Ecohydrology. 8(6):1048-1064, 2015.``"""
    text = " ".join(" ".join(fields.extra.get("Source", ())).split())
    found = _SOURCE.match(text)
    for name, value in (
        found.groupdict().items() if found else (("journal", text.split(". ")[0].rstrip(".")),)
    ):
        if value and name not in fields.values:
            fields.add(name, value)
    if "year" not in fields.values:
        years = re.findall(r"\b(?:19|20)\d\d\b", text)
        fields.add("year", years[-1] if years else "")
        fields.add("date", text[text.rfind(",") + 1 :] if years and "," in text else "")


def _split_cochrane(source: SourceFile) -> Iterator[Part]:
    """One part from each ``Record #n of m`` line to the next."""
    return split_at(source.lines(), COCHRANE)


def _parse_cochrane(part: Part, mapping: Mapping[str, str]) -> Fields:
    """Two-letter tags with a colon."""
    fields = Fields()
    for tag, text in tagged(part.raw.split("\n")[1:], _COCHRANE_TAG):
        place = mapping.get(tag) or _COCHRANE_PLACES.get(tag, "")
        if place == "author":
            fields.values.setdefault("author", []).extend(split_authors(text))
        elif place == "keyword":
            fields.values.setdefault("keyword", []).extend(re.split(r"\s*;\s*", text))
        elif place and place != "XR":
            fields.add(place, text.removeprefix("PUBMED "))
        else:
            fields.keep(tag, text)
    return fields


def known_heading(text: str) -> bool:
    """Whether a line is a heading of Ovid's display."""
    return text in _OVID_PLACES or text in _AUTHORS or plain_name(text) in FIELDS


OVID_READER = Reader("ovid", lambda source: count_lines(source, OVID), _split_ovid, _parse_ovid)
COCHRANE_READER = Reader(
    "cochrane", lambda source: count_lines(source, COCHRANE), _split_cochrane, _parse_cochrane
)
