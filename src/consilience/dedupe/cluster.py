"""Pairs that are the same joined to works, strongest first, without chaining through a weak link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Pairs = Iterable[tuple[int, int]]


class Clusters:
    """Disjoint sets of rows. Some sets must never be joined: a set with a name neither, to another name."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))
        self._apart: dict[int, set[int]] = {}
        self._name: dict[int, str] = {}

    def find(self, row: int) -> int:
        """The lowest row of this row's set."""
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def name(self, row: int, name: str) -> None:
        """Give a row's set its name of earlier, unless it has one already."""
        self._name.setdefault(self.find(row), name)

    def keep_apart(self, one: int, other: int) -> bool:
        """Never join the sets of these rows; False where they are one set already."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return False
        self._apart.setdefault(one, set()).add(other)
        self._apart.setdefault(other, set()).add(one)
        return True

    def join(self, one: int, other: int) -> bool:
        """Join two sets unless they are to be kept apart; tell whether they are one now."""
        one, other = sorted((self.find(one), self.find(other)))
        if one == other:
            return True
        names = self._name.get(one), self._name.get(other)
        if other in self._apart.get(one, ()) or (names[0] and names[1] and names[0] != names[1]):
            return False
        self._parent[other] = one
        for third in self._apart.pop(other, ()):
            self._apart[third].discard(other)
            self.keep_apart(one, third)
        if names[1]:
            self._name[one] = names[1]
        return True


@dataclass(frozen=True, slots=True)
class Told:
    """What goes before the pairs: rows to join and to keep apart by a person's word, names of earlier."""

    same: list[tuple[int, int]] = field(default_factory=list)
    different: list[tuple[int, int]] = field(default_factory=list)
    earlier: list[tuple[int, int]] = field(default_factory=list)
    names: Mapping[int, str] = field(default_factory=dict)


def cluster(
    n: int, joined: Pairs, apart: Pairs, told: Told
) -> tuple[NDArray[np.int64], list[int], list[tuple[int, int]]]:
    """The set of each row (its lowest row), which of ``joined`` were refused, which decisions contradict.

    ``joined`` comes strongest first.
    """
    sets = Clusters(n)
    for one, other in told.same:
        sets.join(one, other)
    contradicted = [(one, other) for one, other in told.different if not sets.keep_apart(one, other)]
    for one, other in told.earlier:
        sets.join(one, other)
    for row, name in told.names.items():
        sets.name(row, name)
    for one, other in apart:
        sets.keep_apart(one, other)
    refused = [at for at, (one, other) in enumerate(joined) if not sets.join(one, other)]
    return np.array([sets.find(row) for row in range(n)], dtype=np.int64), refused, contradicted
