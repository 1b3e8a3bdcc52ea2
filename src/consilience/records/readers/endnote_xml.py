"""EndNote's XML: text in style runs or bare, several titles, fields of the library's owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from consilience.records.build import Fields
from consilience.records.readers.elements import count_elements, local, parse_element, split_elements, text_of
from consilience.records.readers.part import Part, Reader
from consilience.records.source_file import SourceFile

NAME = "record"
_PLACES = {
    "titles/title": "title",
    "abstract": "abstract",
    "volume": "volume",
    "number": "issue",
    "pages": "pages",
    "isbn": "issn",
    "electronic-resource-num": "doi",
    "language": "language",
    "accession-num": "accession",
    "remote-database-name": "source",
    "dates/year": "year",
    "dates/pub-dates/date": "date",
    "custom2": "pmcid_maybe",
    "consilience": "consilience",
}
_JOURNALS = ("titles/secondary-title", "periodical/full-title", "titles/alt-title", "periodical/abbr-1")
_LISTS = {"contributors/authors": "author", "keywords": "keyword"}


def split(source: SourceFile) -> Iterator[Part]:
    """One part for each record."""
    return split_elements(source, NAME)


def parse(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one record; whatever has no place is kept under its path."""
    fields = Fields()
    root = parse_element(part.raw)
    reference = root.find("ref-type")
    if reference is not None:
        fields.add("type", reference.get("name") or text_of(reference))
    for path, element in _leaves(root):
        text = " ".join(text_of(element).split())
        name = mapping.get(path) or _LISTS.get(path.rpartition("/")[0]) or _PLACES.get(path)
        if path == "ref-type":
            continue
        fields.add(name, text) if name else fields.keep(path, text)
    _settle(fields)
    return fields


def _leaves(element: Element, path: str = "") -> Iterator[tuple[str, Element]]:
    """Each element that holds text, with its path; style runs belong to the element around them."""
    for child in element:
        name = f"{path}/{local(child)}" if path else local(child)
        if any(local(one) not in ("style", "") for one in child):
            yield from _leaves(child, name)
        else:
            yield name, child


def _settle(fields: Fields) -> None:
    """The journal is the best of several names; links stand in several lists; numbers share a field."""
    journal = next((fields.extra.pop(path) for path in _JOURNALS if path in fields.extra), None)
    if journal:
        fields.values["journal"] = journal[:1]
    for path in [path for path in fields.extra if path.startswith("urls/")]:
        fields.values.setdefault("url", []).extend(fields.extra.pop(path))
    for text in fields.values.pop("pmcid_maybe", ()):
        fields.add("pmcid", text) if text.upper().startswith("PMC") else fields.keep("custom2", text)
    accession = fields.first("accession")
    if (
        accession.isdigit() and len(accession) <= 8 and "pubmed" in " ".join(fields.values.get("url", ()))
    ) or (
        accession.isdigit()
        and any("NLM" in text for text in fields.extra.get("remote-database-provider", ()))
    ):
        fields.add("pmid", accession)


READER = Reader("endnote_xml", lambda source: count_elements(source, NAME), split, parse)
