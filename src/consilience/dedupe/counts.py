"""How many records came from where and how many went: what a PRISMA flow diagram asks."""

from __future__ import annotations

from dataclasses import dataclass

from consilience.dedupe.result import Deduplicated


@dataclass(frozen=True, slots=True)
class SourceCount:
    """One source: its records, copies within it, works that others hold too, works that it alone holds."""

    source: str
    identified: int
    copies_within: int
    shared_works: int
    only_here: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Records identified, removed as duplicates and left to screen; pairs that wait for a person."""

    identified: int
    duplicates: int
    screened: int
    maybe: int
    by_source: tuple[SourceCount, ...]

    def prisma(self) -> dict[str, int | str]:
        """The counts by the names of the PRISMA2020 table."""
        told = "; ".join(f"{one.source or 'not told'}, {one.identified}" for one in self.by_source)
        return {
            "database_results": self.identified,
            "database_specific_results": told,
            "duplicates": self.duplicates,
            "records_screened": self.screened,
        }


def count(found: Deduplicated) -> Counts:
    """The counts of a result. Sources stand in alphabetical order."""
    holders: dict[str, set[str]] = {}
    works: dict[str, list[str]] = {}
    for source, work in zip(found.sources, found.works, strict=True):
        holders.setdefault(work, set()).add(source)
        works.setdefault(source, []).append(work)
    by_source = tuple(_one_source(source, works[source], holders) for source in sorted(works))
    return Counts(len(found), found.n_duplicates, found.n_works, len(found.maybe()), by_source)


def _one_source(source: str, works: list[str], holders: dict[str, set[str]]) -> SourceCount:
    """The counts of one source."""
    held = set(works)
    only = sum(len(holders[work]) == 1 for work in held)
    return SourceCount(source, len(works), len(works) - len(held), len(held) - only, only)
