"""What makes two alike records two reports: numbers, corrections, protocols, updates, other identifiers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.dedupe.compare import Compared
from consilience.dedupe.features import Features
from consilience.dedupe.kinds import APART, MEETING, REGISTRATION
from consilience.dedupe.titles import ALIKE, DIFFER, GENERIC, HELD, LETTERS, SAME, SHARE, SHORT, UNTOLD, WORD


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard: the most that it lets a pair be (0 different, 1 maybe, 2 same), and its words."""

    most: int
    words: str


NONE, NUMBERS, KIND, UPDATE, IDENTIFIERS, UNLIKE, PLACE, PART, REGISTERED, MEETING_ONE, KIND_HERE = range(11)
GUARDS = (
    Guard(2, ""),
    Guard(0, "the titles have different numbers (parts, phases, doses)"),
    Guard(0, "they are different kinds of report"),
    Guard(0, "they are versions of a review that is updated"),
    Guard(1, "they share an identifier but not their titles"),
    Guard(1, "the titles differ in meaning"),
    Guard(1, "what tells where they were published differs"),
    Guard(1, "the titles are not quite the same, and neither pages nor an identifier confirm them"),
    Guard(0, "they are registered under different numbers"),
    Guard(1, "one is a conference abstract, and they stand in different places"),
    Guard(1, "they are different kinds of report, on one page"),
)
KEEP_APART = (PLACE, MEETING_ONE, REGISTERED, KIND_HERE)


def guard_outcome(guard: NDArray[np.int8]) -> NDArray[np.int8]:
    """The most that each guard allows."""
    return np.array([one.most for one in GUARDS], dtype=np.int8)[guard]


def guard_levels(f: Features, compared: Compared) -> NDArray[np.int8]:
    """The first guard that speaks for each pair; 0 where none does."""
    told = compared.levels
    title, pages, volume = told["title"], told["pages"], told["volume"]
    by_doi, by_pmid = told["doi"] == 2, told["pmid"] == 2
    identified = by_doi | by_pmid
    confirmed = by_pmid | (by_doi & ((pages >= 2) | (told["abstract"] == 2)))
    alike = np.isin(title, (LETTERS, SAME, HELD, SHORT))
    here = (pages >= 2) & (volume == 3)
    kind = _asked(_kind_differs, f, compared)
    speaks = (
        (REGISTERED, _asked(_registered_apart, f, compared)),
        (NONE, (identified & alike) | _one_place(f, compared)),
        (KIND_HERE, kind & here & (told["authors"] == 3)),
        (KIND, kind),
        (UPDATE, _asked(_is_update, f, compared)),
        (NUMBERS, _asked(_numbers_differ, f, compared) & ~confirmed),
        (IDENTIFIERS, identified & (title == DIFFER)),
        (UNLIKE, np.isin(title, (DIFFER, SHARE, WORD, UNTOLD)) & ~confirmed),
        (PART, np.isin(title, (ALIKE, HELD, GENERIC)) & ~identified & (pages < 2) & (told["abstract"] < 2)),
        (MEETING_ONE, _asked(_one_meeting, f, compared) & ~here),
        (
            PLACE,
            (pages == 0) & ((volume == 0) | (told["issue"] == 0)) & ((told["journal"] == 0) | (volume == 3)),
        ),
    )
    return np.select([where for _, where in speaks], [which for which, _ in speaks], NONE).astype(np.int8)


def _asked(
    question: Callable[[Features, int, int], bool], f: Features, compared: Compared
) -> NDArray[np.bool_]:
    """The answer for each pair."""
    pairs = zip(compared.left.tolist(), compared.right.tolist(), strict=True)
    return np.array([question(f, i, j) for i, j in pairs], dtype=bool)


def _one_place(f: Features, compared: Compared) -> NDArray[np.bool_]:
    """Where authors, volume and a whole range of pages agree: no second work stands there."""
    told = compared.levels
    ranged = np.array(f.spans, dtype=bool)
    agree = (told["volume"] == 3) & (told["pages"] >= 2) & (told["authors"] >= 2) & (told["journal"] > 0)
    ranged = ranged[compared.left] & ranged[compared.right]
    return np.asarray(agree & ranged & ~np.isin(told["title"], (DIFFER, SHARE)))


def _numbers_differ(f: Features, i: int, j: int) -> bool:
    """Whether each title has a number that the other lacks."""
    one, other = f.numbers[i], f.numbers[j]
    if one == other or f.key[i] == f.key[j]:
        return False
    first, second = Counter(one), Counter(other)
    return bool(first - second and second - first)


def _kind_differs(f: Features, i: int, j: int) -> bool:
    """Whether just one of the two is a correction, a reply, a protocol, a registration, ..."""
    return bool((int(f.kinds[i]) ^ int(f.kinds[j])) & APART)


def _one_meeting(f: Features, i: int, j: int) -> bool:
    """Whether just one of the two is called a conference abstract."""
    return bool((int(f.kinds[i]) ^ int(f.kinds[j])) & MEETING)


def _registered_apart(f: Features, i: int, j: int) -> bool:
    """Whether both are registrations, of different numbers."""
    one, other = f.registered[i], f.registered[j]
    return bool(int(f.kinds[i]) & int(f.kinds[j]) & REGISTRATION and one and other and not one & other)


def _is_update(f: Features, i: int, j: int) -> bool:
    """Whether both are Cochrane reviews of different years or versions."""
    if "cochrane" not in f.journal[i] or "cochrane" not in f.journal[j]:
        return False
    return bool(f.year[i] != f.year[j] and min(f.year[i], f.year[j]) > 0) or bool(
        f.doi[i] and f.doi[j] and f.doi[i] != f.doi[j]
    )
