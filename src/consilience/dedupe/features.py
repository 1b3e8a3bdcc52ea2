"""Every record's normalised values, as lists and codes that pairs can be compared by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from consilience.dedupe import kinds
from consilience.dedupe.columns import Columns
from consilience.dedupe.normalise import (
    families,
    first_number,
    first_page,
    fold,
    journal_words,
    spans_pages,
    title_numbers,
    title_words,
    words,
)
from consilience.records.identifiers import registry_numbers

Codes = NDArray[np.int64]
T = TypeVar("T")
_DOI = re.compile(r"10\.\d{4,9}[\d.]*/\S+")
_YEAR = re.compile(r"1[4-9]\d\d|2[01]\d\d")
_ISSN = re.compile(r"\d{4}-?\d{3}[\dxX]\b")


@dataclass(frozen=True, slots=True)
class Features:
    """Normalised columns in one canonical order; a code of -1 stands for what is not told."""

    title: list[str]
    key: list[str]
    families: list[str]
    first: list[str]
    journal: list[str]
    issn: list[frozenset[str]]
    abstract: list[str]
    page: list[str]
    lettered_page: list[str]
    spans: list[bool]
    volume: list[str]
    issue: list[str]
    doi: list[str]
    pmid: list[str]
    numbers: list[tuple[str, ...]]
    registered: list[frozenset[str]]
    year: Codes
    kinds: Codes

    def __len__(self) -> int:
        return len(self.title)

    def ordered(self, ids: Sequence[str]) -> tuple[Features, list[int]]:
        """The rows sorted by what they say, so that no order of input matters; and where each stood."""
        year = self.year.tolist()
        said = zip(
            self.key,
            year,
            self.families,
            self.journal,
            self.volume,
            self.lettered_page,
            self.doi,
            self.pmid,
            ids,
        )
        order = [row for _, row in sorted(zip(said, range(len(self)), strict=True))]
        taken: dict[str, Any] = {
            part.name: column[order]
            if isinstance(column := getattr(self, part.name), np.ndarray)
            else [column[row] for row in order]
            for part in fields(self)
        }
        return Features(**taken), order


def normalised(columns: Columns) -> Features:
    """Normalise every column once."""
    title = [title_words(text) for text in columns.title]
    people = [families(text) for text in columns.authors]
    journal = _each(columns.journal, journal_words)
    pages = _each(columns.pages, first_page)
    doi = [_doi(text) for text in columns.doi]
    places = zip(title, _each(columns.journal, fold), _each(columns.type, fold), doi, strict=True)
    return Features(
        title=title,
        key=[text.replace(" ", "") for text in title],
        families=[" ".join(names) for names in people],
        first=[names[0] if names else "" for names in people],
        journal=journal,
        issn=_each(columns.issn, _issns),
        abstract=[words(text[:300])[:200] for text in columns.abstract],
        page=[page for page, _ in pages],
        lettered_page=[lettered for _, lettered in pages],
        spans=_each(columns.pages, spans_pages),
        volume=_each(columns.volume, first_number),
        issue=_each(columns.issue, first_number),
        doi=doi,
        pmid=[first_number(text) for text in columns.pmid],
        numbers=[title_numbers(text) for text in title],
        registered=_registered(columns),
        year=np.array([_year(text) for text in columns.year], dtype=np.int64),
        kinds=np.array([kinds.kinds(*place) for place in places], dtype=np.int64),
    )


def codes(values: Iterable[object]) -> Codes:
    """Whole numbers that equal values share; -1 for what is empty."""
    known: dict[object, int] = {}
    told = (known.setdefault(value, len(known)) if value else -1 for value in values)
    return np.fromiter(told, dtype=np.int64)


def _each(texts: Sequence[str], make: Callable[[str], T]) -> list[T]:
    """``make`` of each text, computed once for each different text."""
    known = {text: make(text) for text in set(texts)}
    return [known[text] for text in texts]


def _registered(columns: Columns) -> list[frozenset[str]]:
    """The trial registry numbers that each record names in its own fields (not in its abstract)."""
    seen = {
        text: frozenset(registry_numbers((text,))) for text in {*columns.journal, *columns.registry} if text
    }
    seen[""] = frozenset()
    return [
        seen[journal] | seen[registry]
        for journal, registry in zip(columns.journal, columns.registry, strict=True)
    ]


def _doi(text: str) -> str:
    """A DOI without address, in lower case."""
    found = _DOI.search(text.lower()) if text else None
    return found[0].rstrip(".,;") if found else ""


def _year(text: str) -> int:
    """The first year in a text, or -1."""
    found = _YEAR.search(text)
    return int(found[0]) if found else -1


def _issns(text: str) -> frozenset[str]:
    """The journal numbers in a text."""
    return frozenset(one.replace("-", "").upper() for one in _ISSN.findall(text))
