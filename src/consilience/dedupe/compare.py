"""Candidate pairs compared field by field, all pairs of a batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from consilience.dedupe.features import Codes, Features, codes
from consilience.dedupe.journals import journal_levels
from consilience.dedupe.titles import title_levels

Levels = NDArray[np.int8]
BATCH = 200_000
ALIKE = 62.0


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs worth a decision: their rows, the level of each field, the alikeness of titles (0-100)."""

    left: Codes
    right: Codes
    ratio: NDArray[np.float32]
    levels: dict[str, Levels]

    def __len__(self) -> int:
        return len(self.left)


def compare(features: Features, left: Codes, right: Codes) -> Compared:
    """Compare pairs in batches; pairs with unlike titles and no shared identifier or place fall out."""
    strong = _strong_codes(features)
    lengths = np.array([len(key) for key in features.key], dtype=np.int64)
    parts = [
        _batch(features, strong, lengths, left[at : at + BATCH], right[at : at + BATCH])
        for at in range(0, len(left), BATCH)
    ]
    if not parts:
        return _batch(features, strong, lengths, left, right)
    whole = {name: np.concatenate([part.levels[name] for part in parts]) for name in parts[0].levels}
    return Compared(
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.ratio for part in parts]),
        whole,
    )


def similarity(
    texts: Sequence[str], left: Codes, right: Codes, scorer: Any = fuzz.ratio, least: float = 0.0
) -> NDArray[np.float32]:
    """Alikeness of each pair's texts, from 0 to 100; 0 where it is under ``least``."""
    if len(left) == 0:
        return np.empty(0, dtype=np.float32)
    pairs = [texts[row] for row in left.tolist()], [texts[row] for row in right.tolist()]
    return np.asarray(process.cpdist(*pairs, scorer=scorer, score_cutoff=least, dtype=np.float32, workers=1))


def _strong_codes(f: Features) -> tuple[Codes, ...]:
    """Codes of which one in common keeps a pair in, however unlike its titles are."""
    places = ("|".join(parts) if all(parts) else "" for parts in zip(f.first, f.volume, f.page, strict=True))
    return (
        codes(f.doi),
        codes(f.pmid),
        codes(places),
        codes(text if len(text) > 80 else "" for text in f.abstract),
    )


def _batch(f: Features, strong: tuple[Codes, ...], lengths: Codes, left: Codes, right: Codes) -> Compared:
    """Compare one batch."""
    ratio = similarity(f.title, left, right, least=ALIKE)
    keep = ratio >= ALIKE
    for column in strong:
        keep |= _agree(column, left, right)
    keep |= _held(f, lengths, left, right, ~keep)
    left, right, ratio = left[keep], right[keep], ratio[keep]
    levels = {
        "title": title_levels(f, left, right, ratio),
        "authors": _authors(f, left, right),
        "year": _years(f.year, left, right),
        "journal": journal_levels(f, left, right),
        "volume": _volumes(f, left, right),
        "issue": _three(f.issue, left, right),
        "pages": _pages(f, left, right),
        "doi": _three(f.doi, left, right),
        "pmid": _three(f.pmid, left, right),
        "abstract": _abstracts(f, left, right),
    }
    return Compared(left, right, ratio, levels)


def _agree(column: Codes, left: Codes, right: Codes) -> NDArray[np.bool_]:
    """Where both rows tell the same."""
    return np.asarray((column[left] == column[right]) & (column[left] >= 0))


def _held(
    f: Features, lengths: Codes, left: Codes, right: Codes, among: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Where one title stands whole in another that is at least twice as long."""
    short, long = np.minimum(lengths[left], lengths[right]), np.maximum(lengths[left], lengths[right])
    held = among & (short >= 25) & (2 * short <= long)
    for at in np.flatnonzero(held).tolist():
        one, other = f.key[left[at]], f.key[right[at]]
        held[at] = one in other or other in one
    return np.asarray(held)


def _told(texts: Sequence[str], left: Codes, right: Codes) -> tuple[Codes, Codes, NDArray[np.bool_]]:
    """Codes of the two sides and where both are told."""
    column = codes(texts[row] for row in np.concatenate([left, right]).tolist())
    one, other = column[: len(left)], column[len(left) :]
    return one, other, (one >= 0) & (other >= 0)


def _three(texts: Sequence[str], left: Codes, right: Codes) -> Levels:
    """0 differs, 1 not told in both, 2 the same."""
    one, other, told = _told(texts, left, right)
    return np.where(told, np.where(one == other, 2, 0), 1).astype(np.int8)


def _authors(f: Features, left: Codes, right: Codes) -> Levels:
    """0 differ, 1 not told, 2 overlap, 3 same first author."""
    one, other, told = _told(f.first, left, right)
    alike = similarity(f.families, left, right, fuzz.token_set_ratio) >= 80
    alike |= similarity(f.first, left, right) >= 80
    level = np.where(one == other, 3, np.where(alike, 2, 0))
    return np.where(told, level, 1).astype(np.int8)


def _years(year: Codes, left: Codes, right: Codes) -> Levels:
    """0 far apart, 1 two apart, 2 one apart, 3 not told, 4 the same."""
    one, other = year[left], year[right]
    apart = np.minimum(np.abs(one - other), 3)
    level = np.array([4, 2, 1, 0])[apart]
    return np.where((one > 0) & (other > 0), level, 3).astype(np.int8)


def _volumes(f: Features, left: Codes, right: Codes) -> Levels:
    """0 differ, 1 not told (or the year stands there), 2 exchanged with the issue, 3 the same."""
    level = np.empty(len(left), dtype=np.int8)
    for at, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        one, other = f.volume[i], f.volume[j]
        if not one or not other:
            level[at] = 1
        elif one == other:
            level[at] = 3
        elif one == f.issue[j] or other == f.issue[i]:
            level[at] = 2
        else:
            level[at] = int(one == str(f.year[i]) or other == str(f.year[j]))
    return level


def _pages(f: Features, left: Codes, right: Codes) -> Levels:
    """0 differ, 1 not told (or counted from 1 before print), 2 same number, 3 same with letters."""
    level = np.empty(len(left), dtype=np.int8)
    for at, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        one, other = f.page[i], f.page[j]
        if not one or not other:
            level[at] = 1
        elif one == other:
            level[at] = 3 if f.lettered_page[i] == f.lettered_page[j] else 2
        else:
            level[at] = int("1" in (f.lettered_page[i], f.lettered_page[j]))
    return level


def _abstracts(f: Features, left: Codes, right: Codes) -> Levels:
    """0 differ, 1 not told or in between, 2 begin alike."""
    ratio = similarity(f.abstract, left, right)
    told = np.array(
        [min(len(f.abstract[i]), len(f.abstract[j])) > 60 for i, j in zip(left.tolist(), right.tolist())],
        dtype=bool,
    )
    return np.where(told & (ratio >= 80), 2, np.where(told & (ratio < 45), 0, 1)).astype(np.int8)
