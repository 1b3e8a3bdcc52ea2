"""Whether two names are one journal: full, abbreviated, by initials, or by ISSN."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from consilience.dedupe.features import Codes, Features

DIFFER, UNTOLD, ALIKE, SAME = range(4)


def journal_levels(f: Features, left: Codes, right: Codes) -> NDArray[np.int8]:
    """The level of each pair's journals (see ``evidence.JOURNAL``)."""
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return np.array(
        [SAME if f.issn[i] & f.issn[j] else journal_level(f.journal[i], f.journal[j]) for i, j in pairs],
        dtype=np.int8,
    )


@lru_cache(maxsize=200_000)
def journal_level(one: str, other: str) -> int:
    """The level of two journals' telling words.

    >>> journal_level("j clin oncol", "journal clinical oncology") == SAME
    True
    >>> journal_level("lancet", "lancet neurology") == DIFFER
    True
    """
    if not one or not other:
        return UNTOLD
    if one == other:
        return SAME
    first, second = one.split(), other.split()
    if abbreviates(first, second) or _initials(first, second) or _initials(second, first):
        return SAME
    short, long = (one, other) if len(one) < len(other) else (other, one)
    if len(short.split()) >= 3 and long.startswith(short + " "):
        return SAME
    return ALIKE if fuzz.token_sort_ratio(one, other) >= 82 else DIFFER


def abbreviates(first: list[str], second: list[str]) -> bool:
    """Whether word by word one shortens the other (``clin`` for ``clinical``, ``intl``, ``natl``)."""
    return len(first) == len(second) and all(map(_shortens, first, second))


def _shortens(one: str, other: str) -> bool:
    """Whether the shorter word's letters stand in the longer one in order, from its first letter."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if long.startswith(short):
        return True
    letters = iter(long)
    return len(short) > 2 and short[:2] == long[:2] and all(letter in letters for letter in short)


def _initials(short: list[str], long: list[str]) -> bool:
    """Whether one word is the other's initials (``jama``: journal american medical association)."""
    return len(short) == 1 and len(long) > 1 and short[0] == "".join(word[0] for word in long)
