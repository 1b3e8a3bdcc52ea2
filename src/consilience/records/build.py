"""From named fields, as a reader found them, to a record: the one place where values are made alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from consilience.errors import InputError
from consilience.records import identifiers
from consilience.records.clean import clean
from consilience.records.dates import iso_date, year_of
from consilience.records.names import authors
from consilience.records.record import Author, Record

SCALARS = ("title", "abstract", "journal", "volume", "issue", "accession", "language")
OVERRIDE = "consilience"
_NO_PAGES = ("no-specified", "no pagination specified", "no pagination", "n.pag-n.pag", "n/a")


@dataclass(slots=True)
class Fields:
    """Values by Consilience's names (``title``, ``author``, ``start_page``, ...), the rest as ``extra``."""

    values: dict[str, list[str]] = field(default_factory=dict)
    extra: dict[str, list[str]] = field(default_factory=dict)
    people: list[Author] = field(default_factory=list)
    whole: Record | None = None

    def add(self, name: str, value: str) -> None:
        """Put one more value under a name."""
        if value and not value.isspace():
            self.values.setdefault(name, []).append(value)

    def keep(self, name: str, value: str) -> None:
        """Keep one more value that has no place among the record's own fields."""
        if value and not value.isspace():
            self.extra.setdefault(name, []).append(value)

    def first(self, name: str) -> str:
        """The first value under a name."""
        return next(iter(self.values.get(name, ())), "")


def _issn(fields: Fields) -> tuple[str, ...]:
    """The ISSNs; other numbers of the same field, such as ISBNs, are kept under their own name."""
    found: dict[str, None] = {}
    for text in fields.values.get("issn", ()):
        numbers = identifiers.issns(text)
        found |= dict.fromkeys(numbers)
        if not numbers:
            fields.keep("ISBN", text)
    return tuple(found)


def build(
    fields: Fields, *, source: str = "", raw: str = "", file: str = "", place: int = 0, format: str = ""
) -> Record:
    """The record of these fields.

    >>> build(Fields({"title": ["<b>Sleep</b>"], "start_page": ["1"], "end_page": ["9"]})).pages
    '1-9'
    """
    if fields.whole is not None:
        return fields.whole
    told: dict[str, Any] = {name: clean(_scalar(fields, name)) for name in SCALARS}
    told["issn"] = _issn(fields)
    extra = {clean(name): tuple(filter(None, map(clean, texts))) for name, texts in fields.extra.items()}
    told["extra"] = {name: texts for name, texts in extra.items() if texts}
    told["year"], told["date"] = _dated(fields)
    told["pages"] = _pages(fields)
    told["authors"] = _people(fields)
    told["urls"] = _several(fields, "url")
    told["keywords"] = _several(fields, "keyword")
    told["type"] = "; ".join(_several(fields, "type"))
    told["source"] = clean(fields.first("source")) or source
    told |= _numbers(fields, told)
    told |= {"raw": raw, "file": file, "place": place, "format": format}
    return _overridden(Record(**told), fields.first(OVERRIDE))


def _scalar(fields: Fields, name: str) -> str:
    """One value; a title or abstract may stand in several pieces, of other fields the rest is kept."""
    values = fields.values.get(name, [])
    if name in ("title", "abstract"):
        return " ".join(values)
    for text in values[1:]:
        fields.keep(name, text)
    return fields.first(name)


def _several(fields: Fields, name: str) -> tuple[str, ...]:
    """All values of a field, each once, in their order."""
    return tuple(dict.fromkeys(filter(None, map(clean, fields.values.get(name, ())))))


def _people(fields: Fields) -> tuple[Author, ...]:
    """The authors that a reader made, then those that are still text."""
    made = (Author(clean(one.family), clean(one.given), one.collective) for one in fields.people)
    return tuple(
        dict.fromkeys((*(one for one in made if one.family), *authors(fields.values.get("author", []))))
    )


def _dated(fields: Fields) -> tuple[int | None, str]:
    """Year and date: the fullest date that is told, the year that is told or else the date's."""
    dates = [date for date in map(iso_date, map(clean, fields.values.get("date", ()))) if date]
    date = max(dates, key=len, default="")
    years = (year_of(clean(text)) for text in fields.values.get("year", ()))
    year = next((year for year in years if year is not None), int(date[:4]) if date else None)
    return year, date or (f"{year:04d}" if year else "")


def _pages(fields: Fields) -> str:
    """First and last page, or what is told instead."""
    whole, start, end = (clean(fields.first(name)) for name in ("pages", "start_page", "end_page"))
    start = start or whole
    pages = (
        f"{start}-{end}" if start and end and end != start and not start.endswith(f"-{end}") else start or end
    )
    pages = re.sub(r"\s*[-–—‐‑−]+\s*", "-", pages)
    return "" if pages.lower() in _NO_PAGES else pages


def _numbers(fields: Fields, told: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """DOI, PMID, PMCID and registry numbers: from their fields first, else where they are announced."""
    notes = [text for texts in told["extra"].values() for text in texts if len(text) < 1000]
    places = (*told["urls"], *notes)
    get = fields.values.get
    doi = _first(map(identifiers.normal_doi, get("doi", ()))) or _first(map(identifiers.doi_in_text, places))
    pmid = _first(map(identifiers.normal_pmid, get("pmid", ())))
    pmcid = _first(map(identifiers.normal_pmcid, (*get("pmcid", ()), *get("pmid", ()))))
    texts = (*get("registry", ()), told["title"], told["abstract"], told["accession"], *notes)
    return {
        "doi": doi,
        "pmid": pmid or _first(map(identifiers.pmid_in_text, places)),
        "pmcid": pmcid or _first(identifiers.normal_pmcid(text) for text in places if len(text) < 80),
        "registry_numbers": identifiers.registry_numbers(texts),
    }


def _first(texts: Iterable[str]) -> str:
    """The first that is not empty."""
    return next(filter(None, texts), "")


def _overridden(record: Record, told: str) -> Record:
    """The record with what a writer of ours noted because the format has no exact place for it."""
    if not told:
        return record
    try:
        changes = json.loads(told)
        return Record.from_dict({**record.to_dict(), **changes})
    except (ValueError, TypeError, InputError, RecursionError):
        extra = {**record.extra, OVERRIDE: (clean(told),)}
        return record.corrected(extra=extra)
