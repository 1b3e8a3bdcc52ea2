"""The records of one work as one record: the fullest of each field, with every other kept beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from consilience.dedupe.result import Deduplicated
from consilience.errors import InputError
from consilience.records.record import Record

_SINGLE = (
    "title",
    "abstract",
    "authors",
    "year",
    "date",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "pmcid",
)
_MANY = ("registry_numbers", "issn", "keywords", "urls")


@dataclass(frozen=True, slots=True)
class Work:
    """One work: its merged record and the records it was merged from, untouched.

    ``ids`` names them; ``sources`` tells where they came from, each source once.
    """

    name: str
    record: Record
    ids: tuple[str, ...]
    members: tuple[Record, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The databases that hold this work, sorted."""
        return tuple(sorted({member.source for member in self.members if member.source}))

    def variants(self, field: str) -> tuple[tuple[str, Any], ...]:
        """Every different value of a field, with the first source that tells it."""
        seen: dict[Any, str] = {}
        for member in self.members:
            value = getattr(member, field)
            if value:
                seen.setdefault(value, member.source)
        return tuple((source, value) for value, source in seen.items())


def merge(records: Sequence[Record], found: Deduplicated) -> tuple[Work, ...]:
    """The works, in the order in which the first record of each stands.

    ``records`` must be those that were de-duplicated, in the same order; raises InputError otherwise.
    """
    if len(records) != len(found):
        raise InputError(
            f"{len(records)} records were given, but {len(found)} were de-duplicated; give the same ones"
        )
    return tuple(
        Work(
            name=name,
            record=merged([records[row] for row in rows]),
            ids=tuple(found.ids[row] for row in rows),
            members=tuple(records[row] for row in rows),
        )
        for name, rows in found.groups().items()
    )


def merged(members: Sequence[Record]) -> Record:
    """One record with the fullest value of each field; lists are joined, unknown fields all kept.

    The order of members does not matter.

    >>> one = merged([Record(title="Sleep", doi="10.1000/x"), Record(title="Sleep", pages="1-9")])
    >>> one.doi, one.pages
    ('10.1000/x', '1-9')
    """
    members = sorted(members, key=lambda member: member.identity)
    if len(members) == 1:
        return members[0]
    taken: dict[str, Any] = {name: _fullest(members, name) for name in _SINGLE}
    taken |= {name: _joined(getattr(member, name) for member in members) for name in _MANY}
    for name in ("accession", "language", "type", "source"):
        taken[name] = "; ".join(_joined((getattr(member, name),) for member in members))
    names = sorted({name for member in members for name in member.extra})
    taken["extra"] = {name: _joined(member.extra.get(name, ()) for member in members) for name in names}
    return Record(**taken)


def _fullest(members: Sequence[Record], name: str) -> Any:
    """The fullest value of a field: the commonest identifier or year, the longest text."""
    values = [value for value in (getattr(member, name) for member in members) if value]
    if not values:
        return getattr(members[0], name)
    common = name in ("doi", "pmid", "pmcid", "year", "volume", "issue")
    fullness: Callable[[Any], Any] = values.count if common else _size
    return max(values, key=lambda value: (fullness(value), str(value)))


def _size(value: Any) -> int:
    """How much a value tells; a title in capitals tells less."""
    if isinstance(value, str):
        return len(value) - (len(value) // 2 if value.isupper() else 0)
    return sum(len(author.name) for author in value)


def _joined(parts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """All different values, sorted by first appearance."""
    return tuple(dict.fromkeys(value for part in parts for value in part if value))
