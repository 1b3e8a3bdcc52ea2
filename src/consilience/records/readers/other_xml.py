"""XML that holds one thing: a Scopus abstract, or the answer to a PubMed search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from consilience.records.build import Fields
from consilience.records.readers.elements import count_elements, local, parse_element, split_elements, text_of
from consilience.records.readers.part import Part, Reader
from consilience.records.record import Author
from consilience.records.source_file import SourceFile

SEARCH = "PubMed Search"
_SEARCHES = "eSearchResult|ePostResult"
_ABSTRACT = "abstracts-retrieval-response"
_PLACES = {
    "title": "title", "description": "abstract", "publicationName": "journal", "volume": "volume",
    "issueIdentifier": "issue",
    "pageRange": "pages", "doi": "doi", "pubmed-id": "pmid", "coverDate": "date", "issn": "ISSN", "eid":
    "accession",
    "url": "url", "subtypeDescription": "type", "language": "language",
}  # fmt: skip


def _split_search(source: SourceFile) -> Iterator[Part]:
    """The whole answer is one part."""
    return split_elements(source, _SEARCHES)


def _parse_search(part: Part, _mapping: Mapping[str, str]) -> Fields:
    """A search is told as itself: its query as title, its numbers kept; it is no citation."""
    root = parse_element(part.raw)
    fields = Fields()
    query = " ".join(text_of(root.find("QueryTranslation")).split())
    fields.add("title", f"PubMed search: {query}" if query else "PubMed search kept on the history server")
    fields.add("type", SEARCH)
    fields.add("source", "PubMed")
    for child in root:
        for one in child if len(child) else (child,):
            fields.keep(local(child), " ".join(text_of(one).split()))
    return fields


def _split_abstract(source: SourceFile) -> Iterator[Part]:
    """Each response is one part."""
    return split_elements(source, _ABSTRACT)


def _parse_abstract(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one Scopus abstract."""
    root = parse_element(part.raw)
    fields = Fields()
    fields.add("source", "Scopus")
    core = next((one for one in root if local(one) == "coredata"), root)
    for child in core:
        name = mapping.get(local(child)) or _PLACES.get(local(child), "")
        text = " ".join(text_of(child).split())
        if name == "ISSN":
            fields.values.setdefault("issn", []).extend(text.split())
        elif name:
            fields.add(name, text)
        elif local(child) != "creator":
            fields.keep(local(child), text)
    authors = next((one for one in root if local(one) == "authors"), None)
    names = authors if authors is not None else next((one for one in core if local(one) == "creator"), ())
    for one in names:
        parts = {local(child): text_of(child).strip() for child in one}
        fields.people.append(
            Author(parts.get("surname", ""), parts.get("given-name") or parts.get("initials", ""))
        )
    fields.people = [one for one in fields.people if one.family]
    return fields


SEARCH_READER = Reader(
    "esearch_xml", lambda source: count_elements(source, _SEARCHES), _split_search, _parse_search
)
ABSTRACT_READER = Reader(
    "scopus_xml", lambda source: count_elements(source, _ABSTRACT), _split_abstract, _parse_abstract
)
