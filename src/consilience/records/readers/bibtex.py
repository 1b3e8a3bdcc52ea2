"""BibTeX as databases write it: odd keys, names with blanks, missing commas; recovered at the next ``@``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consilience.errors import InputError
from consilience.records.build import Fields
from consilience.records.names import author
from consilience.records.readers.latex import from_latex
from consilience.records.readers.part import Part, Reader, count_lines, split_at
from consilience.records.record import Author
from consilience.records.source_file import SourceFile

ENTRY = re.compile(r"\s{0,8}(?:\ufeff)?@(?!(?:comment|preamble|string)\b)[A-Za-z]\w*\s*[{(]", re.IGNORECASE)
_ANY = re.compile(r"\s{0,8}(?:\ufeff)?@[A-Za-z]\w*\s*[{(]")
_MACRO = re.compile(r"\s*@string\s*[{(]\s*([^\s=]+)\s*=\s*(.*?)\s*[})]\s*$", re.IGNORECASE | re.DOTALL)
_NAME = r"[A-Za-z][A-Za-z0-9_+:.\- ]{0,40}?"
_FIRST = re.compile(rf"(?:,|[{{(]|\n)\s*({_NAME})\s*=\s*(?=[{{\"\w#])")
_NEXT = re.compile(rf"\s*,?\s*({_NAME})\s*=\s*")
_RESUME = re.compile(rf"\n\s*,?\s*({_NAME})\s*=\s*(?=[{{\"\w])")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_BARE_BRACE = re.compile(r"[{}]")
_QUOTE = re.compile(r"\\.|[{}\"]", re.DOTALL)
PLACES = {
    "title": "title", "abstract": "abstract", "journal": "journal", "journaltitle": "journal",
    "booktitle": "booktitle",
    "year": "year", "date": "date", "month": "month", "volume": "volume", "number": "issue", "issue": "issue",
    "pages": "pages", "doi": "doi", "pmid": "pmid", "pubmed_id": "pmid", "pubmedid": "pmid", "pmcid":
    "pmcid", "pmc": "pmcid",
    "issn": "issn", "eissn": "issn", "keywords": "keyword", "keyword": "keyword", "author_keywords":
    "keyword",
    "keywords-plus": "keyword", "language": "language", "langid": "language", "url": "url", "link": "url",
    "document_type": "type", "type": "type", "unique-id": "accession", "source": "source", "database":
    "source",
    "author": "author", "consilience": "consilience", "registry": "registry", "art_number": "art_number",
    "article-number": "art_number",
}  # fmt: skip
_VERBATIM = frozenset({"doi", "url", "link", "consilience", "file", "eid"})
TYPES = {
    "article": "Journal Article", "book": "Book", "inbook": "Book Chapter", "incollection": "Book Chapter",
    "conference": "Conference Paper", "inproceedings": "Conference Paper",
    "proceedings": "Conference Proceedings",
    "phdthesis": "Thesis", "mastersthesis": "Thesis", "thesis": "Thesis", "techreport": "Report",
    "report": "Report",
    "unpublished": "Unpublished Work", "misc": "Generic", "online": "Web Page", "dataset": "Data Set",
}  # fmt: skip


def split(source: SourceFile) -> Iterator[Part]:
    """One part from each ``@type{`` to the next; abbreviations go along with the entries after them."""
    macros: dict[str, str] = {}
    for part in split_at(source.lines(), _ANY):
        if ENTRY.match(part.raw):
            yield Part(part.raw, part.place, payload=macros)
            continue
        macro = _MACRO.match(part.raw)
        if macro:
            macros = {**macros, macro[1].lower(): macro[2].strip('{}"')}
        elif not part.record:
            yield part


def parse(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one entry."""
    first = _FIRST.search(part.raw)
    kind, opened = re.match(r"[\s\ufeff]*@(\w+)\s*([{(])", part.raw), ""
    if kind is None or first is None:
        raise InputError("it has no field of the form name = {value}")
    opened = part.raw[kind.end() : first.start()].strip(" \n,")
    fields = Fields()
    fields.keep("key", opened)
    fields.keep("entry", kind[1])
    places = {**PLACES, **mapping}
    for name, value in _pairs(part.raw, first, part.payload or {}):
        _put(fields, name, value, places)
    _settle(fields, kind[1].lower())
    return fields


def _pairs(text: str, found: re.Match[str] | None, macros: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name and value of each field; after what cannot be read, the next line that begins a field."""
    while found:
        value, position = _value(text, found.end(), macros)
        yield re.sub(r"\s+", "-", found[1].strip().lower()), value
        following = _NEXT.match(text, position)
        found = following or _RESUME.search(text, position)


def _value(text: str, start: int, macros: Mapping[str, str]) -> tuple[str, int]:
    """A value from where it starts, and where it ends; pieces joined by ``#`` are put together."""
    pieces: list[str] = []
    while start < len(text):
        if text[start] == "{":
            end = _closing(text, start)
        elif text[start] == '"':
            end = _closing_quote(text, start)
        else:
            bare = re.compile(r"[^\s,#{}\"]*").match(text, start)
            word, end = (bare[0], bare.end()) if bare else ("", start)
            pieces.append(macros.get(word.lower(), word))
        if text[start] in '{"':
            pieces.append(text[start + 1 : end])
            end += 1
        joined = re.compile(r"\s*#\s*").match(text, end)
        if joined is None:
            return "".join(pieces), end
        start = joined.end()
    return "".join(pieces), start


def _closing(text: str, start: int) -> int:
    """The brace that closes the one at ``start``; else the last one before the next field or the end."""
    for braces in (_BRACE, _BARE_BRACE):
        depth = 0
        for found in braces.finditer(text, start):
            depth += {"{": 1, "}": -1}.get(found[0], 0)
            if depth == 0 and found[0] == "}":
                return found.start()
    return _before_next(text, start, "}")


def _closing_quote(text: str, start: int) -> int:
    """The quotation mark, outside of braces, that closes the one at ``start``."""
    depth = 0
    for found in _QUOTE.finditer(text, start + 1):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if found[0] == '"' and depth <= 0:
            return found.start()
    return _before_next(text, start, '"')


def _before_next(text: str, start: int, close: str) -> int:
    """Where an unclosed value is taken to end."""
    following = _RESUME.search(text, start)
    limit = following.start() if following else len(text)
    end = text.rfind(close, start + 1, limit)
    return end if end > start else limit


def _put(fields: Fields, name: str, value: str, places: Mapping[str, str]) -> None:
    """Put one field in its place."""
    place = places.get(name)
    text = value if name in _VERBATIM else from_latex(value)
    if place == "author":
        fields.people.extend(_people(value))
    elif place == "keyword":
        fields.values.setdefault("keyword", []).extend(
            re.split(r"\s*[;\n]\s*" if ";" in text else r"\s*,\s*", text)
        )
    elif place:
        fields.add(place, text)
    else:
        fields.keep(name, text)


def _people(value: str) -> list[Author]:
    """Authors parted by ``and``; one in braces of its own is a group."""
    names = re.split(r"\s+and\s+", value.strip(), flags=re.IGNORECASE)
    found = []
    for name in names:
        braced = re.fullmatch(r"\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}\s*", name)
        inner = braced is not None and "," not in name and len(names) + value.count(" ") > 1
        text = from_latex(name).strip()
        if text and text.lower() != "others":
            found.append(
                Author(" ".join(text.split()), collective=True) if inner else author(text.rstrip(","))
            )
    return [one for one in found if one.family]


def _settle(fields: Fields, kind: str) -> None:
    """The journal or the book; the month beside the year; pages with one hyphen; the kind of entry."""
    books = fields.values.pop("booktitle", [])
    if books and "journal" not in fields.values:
        fields.values["journal"] = books
    elif books:
        fields.extra["booktitle"] = books
    for text in fields.values.pop("month", ()):
        fields.add("date", text if fields.first("year")[:4] in text else f"{fields.first('year')} {text}")
    fields.values["pages"] = [text.replace("--", "-") for text in fields.values.get("pages", ())]
    for text in fields.values.pop("art_number", ()):
        fields.keep("art_number", text) if fields.values["pages"] else fields.add("pages", text)
    if "type" not in fields.values:
        fields.add("type", TYPES.get(kind, kind))


READER = Reader("bibtex", lambda source: count_lines(source, ENTRY), split, parse)
