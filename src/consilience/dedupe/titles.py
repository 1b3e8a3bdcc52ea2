"""How alike two titles are, and whether what differs carries meaning."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from consilience.dedupe.features import Codes, Features
from consilience.dedupe.vocabulary import FALSE_FRIENDS, OPPOSED, REPORT_WORDS, TITLE_SMALL

DIFFER, SHARE, ALIKE, LETTERS, SAME, HELD, WORD, SHORT, GENERIC, UNTOLD = range(10)


def title_levels(f: Features, left: Codes, right: Codes, ratio: NDArray[np.float32]) -> NDArray[np.int8]:
    """The level of each pair's titles (see ``evidence.TITLE``)."""
    pairs = zip(left.tolist(), right.tolist(), ratio.tolist(), strict=True)
    return np.array([_level(f, i, j, alike) for i, j, alike in pairs], dtype=np.int8)


def _level(f: Features, i: int, j: int, ratio: float) -> int:
    """The level of one pair."""
    one, other = f.key[i], f.key[j]
    if not one or not other:
        return UNTOLD
    if one == other:
        return SAME if len(one) >= 25 else SHORT if len(one) >= 12 else GENERIC
    short, long = (one, other) if len(one) < len(other) else (other, one)
    held = len(short) >= 25 and short in long
    if (held or ratio >= 80) and word_replaced(f.title[i], f.title[j]):
        return WORD
    if ratio >= 95:
        return LETTERS
    if held:
        return HELD
    return ALIKE if ratio >= 84 else SHARE if ratio >= 68 else DIFFER


def word_replaced(one: str, other: str) -> bool:
    """Whether each title has a word of meaning for which the other has nothing similar.

    A word that tells one report of a study from another (``pilot``, ``follow``) counts on one side alone.

    >>> word_replaced("sleep in women with asthma", "sleep in men with asthma")
    True
    >>> word_replaced("haemorrhage after stroke", "hemorrhage after strokes")
    False
    """
    first, second = one.split(), other.split()
    only = set(first) - set(second), set(second) - set(first)
    if _tells(only[0], first, second) or _tells(only[1], second, first):
        return True
    if only[0] and only[1] and OPPOSED & (only[0] | only[1]):
        return True
    told = [sorted(part - TITLE_SMALL, key=len, reverse=True) for part in only]
    unlike = [
        [
            word
            for word in told[side]
            if not word.isdigit() and len(word) > 2 and not _similar(word, only[1 - side], others)
        ]
        for side, others in ((0, other.replace(" ", "")), (1, one.replace(" ", "")))
    ]
    return bool(unlike[0] and unlike[1])


def _tells(only: set[str], own: list[str], other: list[str]) -> bool:
    """Whether a word that tells reports apart stands on one side (``non immune`` is ``nonimmune``)."""
    found = REPORT_WORDS & only
    if not found:
        return False
    joined = {word + following for word, following in pairwise(own)} & set(other)
    return not all(any(pair.startswith(word) for pair in joined) for word in found)


def _similar(word: str, others: set[str], joined: str) -> bool:
    """Whether a word stands in the other title, split or spelt a little differently."""
    if len(word) > 4 and word in joined:
        return True
    return any(fuzz.ratio(word, one) >= 75 and {word, one} not in FALSE_FRIENDS for one in others)
