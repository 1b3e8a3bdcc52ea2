"""Candidate pairs at linear cost: records that share a key, each with its next neighbours only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from consilience.dedupe.features import Codes, Features, codes

ENDS = 20
WIDE, NARROW = 24, 10


def candidate_pairs(features: Features) -> tuple[Codes, Codes]:
    """Rows that share at least one key, as two arrays with left < right, without repeats.

    Within a block the rows stand in order of title. A block of up to ``window`` rows gives all its
    pairs; in a larger one each row meets its next ``window`` neighbours, so cost stays linear.
    """
    n = len(features)
    found = [np.unique(_neighbours(key, window, n)) for key, window in _keys(features)]
    both = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
    return both // max(n, 1), both % max(n, 1)


def _keys(features: Features) -> Iterator[tuple[Codes, int]]:
    """Each blocking key with its window: identifiers, the title's ends, author with year or page, place."""
    f = features
    year = [str(one) if one > 0 else "" for one in f.year.tolist()]
    yield codes(f.doi), WIDE
    yield codes(f.pmid), WIDE
    yield codes(f.key), WIDE
    yield codes(key[:ENDS] for key in f.key), NARROW
    yield codes(key[-ENDS:] for key in f.key), NARROW
    yield codes(abstract[:60] for abstract in f.abstract), NARROW
    yield _joined(f.first, year), NARROW
    yield _joined(f.first, f.page), NARROW
    yield _joined(f.volume, f.page, year), NARROW


def _joined(*columns: list[str]) -> Codes:
    """One code for several columns; -1 where any of them is empty."""
    return codes("|".join(parts) if all(parts) else "" for parts in zip(*columns, strict=True))


def _neighbours(key: Codes, window: int, n: int) -> Codes:
    """Pairs of rows with one key as ``left * n + right``; ``window`` next rows each."""
    rows = np.argsort(key, kind="stable")
    rows = rows[np.searchsorted(key[rows], 0) :]
    block = key[rows]
    pairs = []
    for step in range(1, min(window, len(rows) - 1) + 1):
        same = block[step:] == block[:-step]
        if not same.any():
            break
        left, right = rows[:-step][same], rows[step:][same]
        pairs.append(np.minimum(left, right) * n + np.maximum(left, right))
    return np.concatenate(pairs) if pairs else np.empty(0, dtype=np.int64)
