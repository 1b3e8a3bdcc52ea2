"""What de-duplication found as rows of text, for files that people read and fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from consilience.dedupe.decisions import Decision
from consilience.dedupe.explain import reason
from consilience.dedupe.links import Link
from consilience.dedupe.result import Deduplicated
from consilience.errors import InputError
from consilience.records.record import Record

Row = dict[str, str]
RECORD_COLUMNS = ("id", "work", "kept", "source", "file", "place", "year", "title")
PAIR_COLUMNS = (
    "one",
    "other",
    "outcome",
    "who",
    "when",
    "note",
    "score",
    "reason",
    "title_one",
    "title_other",
)
LINK_COLUMNS = ("one", "other", "why", "title_one", "title_other")
EXAMPLES = 3


def record_rows(records: Sequence[Record], found: Deduplicated) -> Iterator[Row]:
    """Each record with its work; ``kept`` is ``yes`` for the one that the work is named by."""
    for record, one, work in zip(records, found.ids, found.works, strict=True):
        place = str(record.place) if record.place else ""
        year = "" if record.year is None else str(record.year)
        kept = "yes" if one == work else "no"
        told = (one, work, kept, record.source, record.file, place, year, _cell(record.title))
        yield dict(zip(RECORD_COLUMNS, told, strict=True))


def maybe_rows(records: Sequence[Record], found: Deduplicated) -> list[Row]:
    """The pairs that wait for a person, ``outcome`` left empty to be filled with same or different."""
    return [_pair_row(records, found, at, "") for at in found.maybe()]


def example_rows(records: Sequence[Record], found: Deduplicated) -> list[Row]:
    """A few pairs of each outcome: the least sure that are the same, the likeliest of the others."""
    pairs, chosen = found.pairs, []
    ranked = np.argsort(pairs.score, kind="stable")
    same = [at for at in ranked.tolist() if pairs.outcome[at] == 2 and not pairs.refused[at]]
    different = [at for at in ranked[::-1].tolist() if pairs.outcome[at] == 0]
    for name, places in (("same", same), ("maybe", found.maybe()), ("different", different)):
        chosen += [_pair_row(records, found, at, name) for at in places[:EXAMPLES]]
    return chosen


def link_rows(records: Sequence[Record], found: Deduplicated, links: Iterable[Link]) -> Iterator[Row]:
    """Works that report one study, with their titles."""
    titles = {one: _cell(record.title) for one, record in zip(found.ids, records, strict=True)}
    for link in links:
        told = (link.one, link.other, link.why, titles.get(link.one, ""), titles.get(link.other, ""))
        yield dict(zip(LINK_COLUMNS, told, strict=True))


def read_decisions(rows: Iterable[Mapping[str, str | None]], file: str) -> tuple[Decision, ...]:
    """The decisions in a table with columns one, other, outcome; rows without an outcome are still open.

    Raises InputError where a column or a record's id is missing, or an outcome is not known.
    """
    decisions = []
    for line, row in enumerate(rows, 2):
        missing = [name for name in ("one", "other", "outcome") if name not in row]
        if missing:
            raise InputError(f"{file} has no column {missing[0]!r}; decisions need one, other and outcome")
        told = {name: (row.get(name) or "").strip() for name in PAIR_COLUMNS[:6]}
        if not told["outcome"]:
            continue
        try:
            decisions.append(Decision(**{**told, "outcome": told["outcome"].lower()}))
        except InputError as error:
            raise InputError(f"{file}, line {line}: {error}") from None
    return tuple(decisions)


def _pair_row(records: Sequence[Record], found: Deduplicated, at: int, outcome: str) -> Row:
    """One pair with its reason in words."""
    why = reason(found, at)
    titles = (_cell(records[int(rows[at])].title) for rows in (found.pairs.left, found.pairs.right))
    told = (why.one, why.other, outcome, "", "", "", f"{why.score:g}", why.text, *titles)
    return dict(zip(PAIR_COLUMNS, told, strict=True))


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
