"""Which effects belong together: clusters, their sizes, and rows grouped by cluster size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, Ints


@dataclass(frozen=True)
class SizeGroup:
    """All clusters of one size: ``members`` (m,) cluster numbers, ``rows`` (m, n) row numbers."""

    members: Ints
    rows: Ints

    @property
    def size(self) -> int:
        """Effects per cluster in this group."""
        return int(self.rows.shape[1])


@dataclass(frozen=True)
class Clusters:
    """A partition of k effects into J clusters.

    ``codes`` (k,) is each row's cluster number in the sorted order of ``labels``; ``groups`` puts
    clusters of equal size together, so that every computation is a few batched ones.
    """

    codes: Ints
    labels: tuple[Any, ...]
    sizes: Ints
    groups: tuple[SizeGroup, ...]

    @property
    def J(self) -> int:
        """Number of clusters."""
        return len(self.labels)

    @property
    def k(self) -> int:
        """Number of effects."""
        return len(self.codes)

    def sums(self, values: Array) -> Array:
        """Sums of ``values`` (k,) or (k, q) within clusters: (J,) or (J, q)."""
        if values.ndim == 1:
            return np.bincount(self.codes, weights=values, minlength=self.J).astype(np.float64)
        out = np.empty((self.J, values.shape[1]))
        for column in range(values.shape[1]):
            out[:, column] = np.bincount(self.codes, weights=values[:, column], minlength=self.J)
        return out

    def collect(self, per_group: Callable[[int, SizeGroup], Array]) -> Array:
        """One array (J, ...) from a function that answers for a size group with (m, ...)."""
        parts = [per_group(g, group) for g, group in enumerate(self.groups)]
        out = np.empty((self.J, *parts[0].shape[1:]))
        for group, part in zip(self.groups, parts):
            out[group.members] = part
        return out


def make_clusters(values: Any) -> Clusters:
    """Clusters from a column of names or numbers; labels are sorted, so row order changes nothing."""
    codes, labels = pd.factorize(pd.Series(values).to_numpy(), sort=True)
    return clusters_from_codes(codes.astype(np.int64), tuple(labels.tolist()))


def clusters_from_codes(codes: Ints, labels: tuple[Any, ...]) -> Clusters:
    """Clusters from cluster numbers 0..J-1 and their labels."""
    sizes = np.bincount(codes, minlength=len(labels)).astype(np.int64)
    order = np.argsort(codes, kind="stable").astype(np.int64)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
    groups = []
    for size in np.unique(sizes):
        members = np.flatnonzero(sizes == size).astype(np.int64)
        groups.append(SizeGroup(members, order[starts[members][:, None] + np.arange(size)]))
    return Clusters(codes, labels, sizes, tuple(groups))
