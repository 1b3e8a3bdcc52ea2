"""The reason of a decision, in words."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from consilience.dedupe.evidence import FIELDS, MAYBE_FROM, SAME_FROM
from consilience.dedupe.guards import GUARDS
from consilience.dedupe.result import OUTCOMES, Deduplicated
from consilience.errors import InputError


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two records are one work or not: outcome, score, what speaks for it and against it."""

    one: str
    other: str
    outcome: str
    score: float
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    guard: str = ""

    @property
    def text(self) -> str:
        """The reason as one sentence or two."""
        limits = f"same from {SAME_FROM:g}, maybe from {MAYBE_FROM:g}"
        told = [f"{self.outcome.capitalize()} ({self.score:g} points; {limits})"]
        told += [f"for: {', '.join(self.speaks_for)}"] if self.speaks_for else []
        told += [f"against: {', '.join(self.speaks_against)}"] if self.speaks_against else []
        return "; ".join(told) + "." + (f" Held back: {self.guard}." if self.guard else "")


def reason(found: Deduplicated, at: int) -> Reason:
    """The reason of one compared pair, by its place in ``found.pairs``."""
    pairs = found.pairs
    levels = [levels[int(pairs.levels[name][at])] for name, levels in FIELDS.items()]
    guard = GUARDS[int(pairs.guard[at])].words
    refused = "other records of these works contradict" if pairs.refused[at] else ""
    return Reason(
        one=found.ids[int(pairs.left[at])],
        other=found.ids[int(pairs.right[at])],
        outcome="maybe" if pairs.refused[at] else OUTCOMES[int(pairs.outcome[at])],
        score=round(float(pairs.score[at]), 1),
        speaks_for=tuple(level.words for level in levels if level.weight > 0),
        speaks_against=tuple(level.words for level in levels if level.weight < 0),
        guard=guard or refused,
    )


def explain(found: Deduplicated, one: str, other: str) -> tuple[Reason, ...]:
    """Why two records are one work, or are not.

    One reason where they were compared; a chain of reasons where other records join them; none where
    they share so little that they were not compared, or where only a person's word joins them.
    Raises InputError for an unknown id.
    """
    rows = {record: row for row, record in enumerate(found.ids)}
    for record in (one, other):
        if record not in rows:
            raise InputError(f"there is no record {record!r} among the {len(found)} that were compared")
    start, end = rows[one], rows[other]
    direct = _edges(found, [start, end], any_outcome=True).get(start, {})
    if end in direct:
        return (reason(found, direct[end]),)
    if found.works[start] != found.works[end]:
        return ()
    members = [row for row, work in enumerate(found.works) if work == found.works[start]]
    return tuple(reason(found, at) for at in _path(_edges(found, members), start, end))


def _edges(found: Deduplicated, rows: list[int], *, any_outcome: bool = False) -> dict[int, dict[int, int]]:
    """The compared pairs within some rows: row -> row -> place of the pair."""
    pairs = found.pairs
    inside = np.isin(pairs.left, rows) & np.isin(pairs.right, rows)
    edges: dict[int, dict[int, int]] = {}
    for at in np.flatnonzero(inside & (any_outcome | (pairs.outcome == 2))).tolist():
        left, right = int(pairs.left[at]), int(pairs.right[at])
        edges.setdefault(left, {})[right] = at
        edges.setdefault(right, {})[left] = at
    return edges


def _path(edges: dict[int, dict[int, int]], start: int, end: int) -> list[int]:
    """The shortest chain of pairs from one row to another; empty where there is none."""
    came: dict[int, tuple[int, int]] = {}
    waiting = deque([start])
    while waiting and end not in came:
        row = waiting.popleft()
        for following, at in sorted(edges.get(row, {}).items()):
            if following != start and following not in came:
                came[following] = (row, at)
                waiting.append(following)
    chain: list[int] = []
    while end in came:
        end, at = came[end]
        chain.append(at)
    return chain[::-1]
