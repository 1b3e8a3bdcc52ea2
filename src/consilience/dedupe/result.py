"""What de-duplication found: the work of each record, every compared pair, and the counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OUTCOMES = ("different", "maybe", "same")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Compared pairs as arrays: rows of the input, score, guard, outcome (0 different, 1 maybe, 2 same)."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    score: NDArray[np.float64]
    guard: NDArray[np.int8]
    outcome: NDArray[np.int8]
    levels: dict[str, NDArray[np.int8]]
    refused: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """The work of each record (``works``, in the order of ``ids``) and the pairs it rests on.

    A work is named by the id of one of its records; that name stays when records are added later.
    """

    ids: tuple[str, ...]
    works: tuple[str, ...]
    sources: tuple[str, ...]
    pairs: Pairs

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labels(self) -> dict[str, str]:
        """The work of each record by its id: what a later run takes as ``previous``."""
        return dict(zip(self.ids, self.works, strict=True))

    @property
    def n_works(self) -> int:
        """How many works are left when duplicates are removed."""
        return len(set(self.works))

    @property
    def n_duplicates(self) -> int:
        """How many records are removed as duplicates."""
        return len(self.ids) - self.n_works

    def groups(self) -> dict[str, list[int]]:
        """The rows of each work, in the order of input."""
        found: dict[str, list[int]] = {}
        for row, work in enumerate(self.works):
            found.setdefault(work, []).append(row)
        return found

    def maybe(self) -> list[int]:
        """The pairs for a person to decide: likely first, only one for each two works."""
        pairs = self.pairs
        asked = np.flatnonzero((pairs.outcome == 1) | pairs.refused)
        queue: dict[tuple[str, str], int] = {}
        for at in asked[np.argsort(-pairs.score[asked], kind="stable")].tolist():
            one, other = sorted((self.works[pairs.left[at]], self.works[pairs.right[at]]))
            if one != other:
                queue.setdefault((one, other), at)
        return list(queue.values())
