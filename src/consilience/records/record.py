"""What one record of a database is: the same fields, whichever export it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from consilience.errors import InputError


@dataclass(frozen=True, slots=True)
class Author:
    """A person (family and given names), or a group that signs as one (``collective``).

    >>> Author("Pinto-Gouveia", "Jose").name
    'Pinto-Gouveia, Jose'
    >>> Author("WHO Study Group", collective=True).name
    'WHO Study Group'
    """

    family: str
    given: str = ""
    collective: bool = False

    @property
    def name(self) -> str:
        """The name as indexes sort it: ``family, given``."""
        return f"{self.family}, {self.given}" if self.given else self.family


@dataclass(frozen=True, slots=True)
class Record:
    """One bibliographic record as a database gave it; frozen: a correction is a new record.

    Text is Unicode (NFC) on one line, without markup. ``date`` is ISO 8601 as far as it is known
    (``2021``, ``2021-04`` or ``2021-04-21``). ``extra`` holds every field that has no place among
    the others, by the name that the export gave it. ``raw`` is the record as it stood in the file;
    ``file``, ``place`` (its line there) and ``format`` say where. These four take no part in equality.

    >>> record = Record(title="Sleep and IL-6", year=2019, doi="10.1000/x", source="PubMed")
    >>> record.year, record.authors, record == Record(**{**record.to_dict(), "raw": "TY  - JOUR"})
    (2019, (), True)
    """

    title: str = ""
    abstract: str = ""
    authors: tuple[Author, ...] = ()
    year: int | None = None
    date: str = ""
    journal: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    registry_numbers: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    accession: str = ""
    keywords: tuple[str, ...] = ()
    language: str = ""
    type: str = ""
    urls: tuple[str, ...] = ()
    source: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    raw: str = field(default="", compare=False, repr=False)
    file: str = field(default="", compare=False)
    place: int = field(default=0, compare=False)
    format: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Let records be made from what JSON knows: lists and mappings."""
        for name in ("registry_numbers", "issn", "keywords", "urls"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        authors = (Author(**one) if isinstance(one, dict) else one for one in self.authors)
        object.__setattr__(self, "authors", tuple(authors))
        extra = {key: tuple(values) for key, values in self.extra.items()}
        object.__setattr__(self, "extra", extra)

    def __hash__(self) -> int:
        """Agree with equality, which leaves out where the record stood."""
        return hash((self.title, self.year, self.doi, self.pmid, self.source))

    @property
    def identity(self) -> str:
        """32 hexadecimal digits that equal records share, on any machine (SHA-256 of the fields)."""
        told = self.to_dict()
        for name in PROVENANCE:
            told.pop(name)
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """Every field, as JSON can hold it."""
        told = {part.name: getattr(self, part.name) for part in fields(self)}
        told["authors"] = [asdict(author) for author in self.authors]
        for name in ("registry_numbers", "issn", "keywords", "urls"):
            told[name] = list(told[name])
        told["extra"] = {key: list(values) for key, values in self.extra.items()}
        return told

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Record:
        """The record that ``to_dict`` told; raises InputError for anything else.

        >>> Record.from_dict({"title": "Sleep", "year": 2019}).title
        'Sleep'
        """
        unknown = set(told) - {part.name for part in fields(cls)}
        if unknown:
            raise InputError(f"a record has no field {sorted(unknown)[0]!r}; put it under 'extra'")
        try:
            return cls(**told)
        except (TypeError, AttributeError, ValueError) as error:
            raise InputError(f"this is not a record of Consilience: {error}") from None

    def corrected(self, **changes: Any) -> Record:
        """A copy with these fields changed."""
        return replace(self, **changes)


PROVENANCE = ("raw", "file", "place", "format")
