"""What people decided about pairs: it goes before what the program would say, and can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consilience.errors import InputError

OUTCOMES = ("same", "different")


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on two records: ``same`` work or ``different`` works.

    >>> Decision("b", "a", "same", who="A. Reader").pair
    ('a', 'b')
    """

    one: str
    other: str
    outcome: str
    who: str = ""
    when: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise InputError(
                f"a decision is 'same' or 'different'; {self.one!r} and {self.other!r} have {self.outcome!r}"
            )
        if self.one == self.other:
            raise InputError(f"a decision needs two records; {self.one!r} stands on both sides")

    @property
    def pair(self) -> tuple[str, str]:
        """The two records, in the order of their ids."""
        return (self.one, self.other) if self.one < self.other else (self.other, self.one)


def in_force(decisions: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    """The last decision on each pair."""
    return {decision.pair: decision for decision in decisions}


def undo(decisions: Iterable[Decision], one: str, other: str) -> tuple[Decision, ...]:
    """The decisions without those on this pair, so that the program decides again.

    >>> undo([Decision("a", "b", "same"), Decision("a", "c", "same")], "b", "a")
    (Decision(one='a', other='c', outcome='same', who='', when='', note=''),)
    """
    pair = (one, other) if one < other else (other, one)
    return tuple(decision for decision in decisions if decision.pair != pair)


def rows_of(decisions: Iterable[Decision], rows: Mapping[str, int], outcome: str) -> list[tuple[int, int]]:
    """The pairs of rows with this outcome, sorted; decisions on records that are not here rest."""
    told = (decision for decision in in_force(decisions).values() if decision.outcome == outcome)
    return sorted((rows[one.one], rows[one.other]) for one in told if one.one in rows and one.other in rows)
