"""BibTeX in UTF-8, with keys that are plain and each used once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from consilience.records.clean import protect
from consilience.records.readers import bibtex
from consilience.records.readers.latex import to_latex
from consilience.records.readers.part import Part
from consilience.records.record import Author, Record
from consilience.records.writers.exact import leftovers

_ENTRIES = {name: kind for kind, name in reversed(bibtex.TYPES.items())}
_OWN = frozenset(("key", "entry", *bibtex.PLACES))


def bibtex_texts(records: Iterable[Record]) -> Iterator[str]:
    """Each record as an entry; a key that was used gets a letter."""
    used: dict[str, int] = {}
    for record in records:
        key = _key(record)
        times = used[key] = used.get(key, 0) + 1
        yield bibtex_text(record, key if times == 1 else f"{key}-{times}")


def bibtex_text(record: Record, key: str) -> str:
    """One entry; what BibTeX cannot say exactly stands in the field ``consilience``."""
    fields = [f"  {name} = {{{value}}},\n" for name, value in _pairs(record) if value or name == "title"]
    text = f"@{_entry(record)}{{{key},\n" + "".join(fields)
    rest = leftovers(record, bibtex.parse(Part(text + "}\n", 1), {}))
    return text + (f"  consilience = {{{rest}}},\n" if rest else "") + "}\n\n"


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    """Name and value of each field."""
    yield "author", " and ".join(map(_author, record.authors))
    for name in ("title", "journal"):
        yield name, _plain(getattr(record, name))
    yield "year", str(record.year or "")
    yield "date", _verbatim(record.date) if record.date != str(record.year or "") else ""
    for name, value in (
        ("volume", record.volume),
        ("number", record.issue),
        ("pages", record.pages.replace("-", "--")),
    ):
        yield name, _plain(value)
    for name in ("doi", "pmid", "pmcid"):
        yield name, _verbatim(getattr(record, name))
    yield "issn", _verbatim(", ".join(record.issn))
    yield "keywords", "; ".join(map(_plain, record.keywords))
    yield "url", _verbatim(record.urls[0]) if len(record.urls) == 1 else ""
    for name in ("abstract", "language", "type", "source"):
        yield name, _plain(getattr(record, name))
    yield "unique-id", _plain(record.accession)
    for name, values in record.extra.items():
        if re.fullmatch(r"[a-z][a-z-]{1,30}", name) and name not in _OWN and len(values) == 1:
            yield name, _plain(values[0])


def _author(author: Author) -> str:
    """A person, or a group in braces of its own."""
    return f"{{{_plain(author.family)}}}" if author.collective else _plain(author.name)


def _plain(text: str) -> str:
    """Escaped for BibTeX and for readers of markup."""
    return to_latex(protect(" ".join(text.split())))


def _verbatim(text: str) -> str:
    """A value that needs no escaping; others are left to the field that holds everything."""
    return "" if re.search(r"[{}\\\n\r\"@]", text) else text


def _entry(record: Record) -> str:
    """The kind of entry."""
    kinds = (_ENTRIES.get(one) for one in record.type.split("; "))
    told = "".join(record.extra.get("entry", ())[:1])
    return told if re.fullmatch(r"[A-Za-z]{3,20}", told) else next(filter(None, kinds), "article")


def _key(record: Record) -> str:
    """The key that it had, or first author, year and first long word of the title."""
    told = "".join(record.extra.get("key", ())[:1])
    if re.fullmatch(r"[\w:./+-]{1,80}", told):
        return told
    author = record.authors[0].family if record.authors else "anonymous"
    word = next((word for word in re.findall(r"\w{4,}", record.title)), "")
    text = unicodedata.normalize("NFKD", f"{author}{record.year or ''}{word}")
    return re.sub(r"[^A-Za-z0-9]", "", text)[:60] or "record"
