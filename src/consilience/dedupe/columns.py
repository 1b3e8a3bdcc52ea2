"""What de-duplication looks at: a few columns of text, one entry a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from consilience.errors import InputError
from consilience.records.record import Record

ABSTRACT_LETTERS = 600
ALIASES = {
    "ID": "ids", "id": "ids", "record_id": "ids", "author": "authors", "number": "issue", "isbn": "issn",
    "secondary_title": "journal", "pubmed_id": "pmid", "database": "source",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Equally long lists of text; what a source does not tell is an empty string.

    ``authors`` holds names parted by ``;``. ``ids`` names the records and must be unique.

    >>> Columns(ids=["a"], title=["Sleep"]).year
    ['']
    """

    ids: Sequence[str]
    title: Sequence[str]
    authors: Sequence[str] = ()
    year: Sequence[str] = ()
    journal: Sequence[str] = ()
    volume: Sequence[str] = ()
    issue: Sequence[str] = ()
    pages: Sequence[str] = ()
    doi: Sequence[str] = ()
    pmid: Sequence[str] = ()
    issn: Sequence[str] = ()
    abstract: Sequence[str] = ()
    type: Sequence[str] = ()
    registry: Sequence[str] = ()
    source: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Fill what is not given, and refuse what is uneven."""
        blank = [""] * len(self.ids)
        for part in fields(self):
            values = getattr(self, part.name)
            if len(values) == 0:
                object.__setattr__(self, part.name, blank)
            elif len(values) != len(self.ids):
                told = f"column {part.name!r} has {len(values)} entries, 'ids' has {len(self.ids)}"
                raise InputError(f"{told}; make them equally long")
        if len(set(self.ids)) != len(self.ids):
            twice = next(one for one in self.ids if list(self.ids).count(one) > 1)
            raise InputError(
                f"the record id {twice!r} stands more than once in 'ids'; give each record its own"
            )

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def from_mapping(cls, table: Mapping[str, Iterable[object]]) -> Columns:
        """Columns of a data frame or a dictionary; unknown columns are left out, missing ids are numbered.

        >>> Columns.from_mapping({"title": ["Sleep", "Mood"], "year": [2019, None]}).year
        ['2019', '']
        """
        known = {part.name for part in fields(cls)}
        found: dict[str, list[str]] = {}
        for name in table:
            key = ALIASES.get(str(name), str(name))
            if key in known and key not in found:
                found[key] = [_text(value) for value in table[name]]
        if "title" not in found:
            raise InputError("the table has no column 'title'; name the column with the titles so")
        found.setdefault("ids", [str(row) for row in range(1, len(found["title"]) + 1)])
        return cls(**found)

    @classmethod
    def from_records(cls, records: Iterable[Record], ids: Sequence[str] | None = None) -> Columns:
        """Columns of records; without ``ids`` each is named by its ``identity`` (copies: ``-2``, ``-3``)."""
        rows = [_row(record) for record in records]
        columns = dict(zip(_FROM_RECORD, map(list, zip(*rows)), strict=True)) if rows else {"title": []}
        names = columns.pop("identity", [])
        return cls(ids=list(ids) if ids is not None else _numbered(names), **columns)


_FROM_RECORD = (
    "identity", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "issn",
    "abstract", "type", "registry", "source",
)  # fmt: skip


def _row(record: Record) -> tuple[str, ...]:
    """One record's entries, in the order of the columns."""
    authors = "; ".join(f"{one.family}," for one in record.authors)
    year = "" if record.year is None else str(record.year)
    return (
        record.identity, record.title, authors, year, record.journal, record.volume, record.issue,
        record.pages, record.doi, record.pmid, " ".join(record.issn), record.abstract[:ABSTRACT_LETTERS],
        record.type, " ".join(record.registry_numbers), record.source,
    )  # fmt: skip


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, with a number where one comes again."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return told


def _text(value: object) -> str:
    """One cell as text: nothing for what is missing, whole numbers without a decimal point."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
