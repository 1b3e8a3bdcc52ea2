"""Reports of one study that are not duplicates: registration, protocol, conference abstract, article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from consilience.dedupe import guards
from consilience.dedupe.result import Deduplicated
from consilience.dedupe.titles import HELD, LETTERS, SAME, WORD
from consilience.records.identifiers import registry_numbers

MOST_NUMBERS = 3
_BY_GUARD = {
    guards.KIND: "different kinds of report with one title",
    guards.KIND_HERE: "different kinds of report with one title",
    guards.UPDATE: "versions of one review",
    guards.MEETING_ONE: "conference abstract and article with one title",
    guards.PLACE: "one title and author in two places",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Two works that report one study, and why this is thought; ``one`` < ``other``."""

    one: str
    other: str
    why: str


def link_reports(found: Deduplicated, texts: Iterable[str]) -> tuple[Link, ...]:
    """Works that seem to report one study; all of them stay in the review.

    ``texts``: for each record, in order, the text in which registry numbers may stand. Works that name
    more than three numbers (reviews of trials) are not linked by them. Each work is linked to the
    first that names the number, so cost is linear.
    """
    links: dict[tuple[str, str], str] = {}
    for one, other, why in (*_by_number(found, texts), *_by_guard(found)):
        if one != other:
            links.setdefault((min(one, other), max(one, other)), why)
    return tuple(Link(one, other, why) for (one, other), why in sorted(links.items()))


def _by_number(found: Deduplicated, texts: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Works that name one registry number."""
    named: dict[str, set[str]] = {}
    for work, text in zip(found.works, texts, strict=True):
        if text:
            named.setdefault(work, set()).update(registry_numbers((text,)))
    first: dict[str, str] = {}
    for work, numbers in sorted(named.items()):
        for number in sorted(numbers) if len(numbers) <= MOST_NUMBERS else ():
            yield first.setdefault(number, work), work, f"both name {number}"


def _by_guard(found: Deduplicated) -> Iterator[tuple[str, str, str]]:
    """Works with one title and author that a guard keeps apart."""
    pairs = found.pairs
    titled = np.isin(pairs.levels["title"], (LETTERS, SAME, HELD, WORD)) & (pairs.levels["authors"] >= 2)
    for at in np.flatnonzero(titled & np.isin(pairs.guard, list(_BY_GUARD))).tolist():
        one, other = found.works[pairs.left[at]], found.works[pairs.right[at]]
        yield one, other, _BY_GUARD[int(pairs.guard[at])]
