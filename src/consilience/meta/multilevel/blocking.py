"""Which effects a model joins: V, random effects and the robust clusters together decide the blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from consilience.meta.arrays import Array, Ints, column, numeric
from consilience.meta.blocks import Blocks, diagonal_blocks, from_groups
from consilience.meta.clusters import Clusters, clusters_from_codes
from consilience.meta.errors import InputError

Grouping = tuple[Ints, Sequence[Any]]


def joined(groupings: Sequence[Grouping], k: int) -> Clusters:
    """The finest clusters of k effects that keep every group of every grouping whole.

    They bear the labels of a grouping that is the same partition, else those of the first grouping.
    """
    nodes, rows, targets = k, [], []
    for codes, labels in groupings:
        rows.append(np.arange(k))
        targets.append(nodes + codes)
        nodes += len(labels)
    if not groupings:
        return clusters_from_codes(np.arange(k), tuple(range(1, k + 1)))
    i, j = np.concatenate(rows), np.concatenate(targets)
    graph = coo_array((np.ones(len(i)), (i, j)), shape=(nodes, nodes))
    found = connected_components(graph, directed=False)[1][:k]
    _, component = np.unique(found, return_inverse=True)
    return _labelled(component.astype(np.int64), groupings)


def _labelled(component: Ints, groupings: Sequence[Grouping]) -> Clusters:
    count = int(component.max()) + 1
    same = [g for g in groupings if len(g[1]) == count]
    codes, labels = same[0] if same else groupings[0]
    first = np.full(count, len(labels), dtype=np.int64)
    np.minimum.at(first, component, codes)
    order = np.argsort(first, kind="stable")
    place = np.empty(count, dtype=np.int64)
    place[order] = np.arange(count)
    return clusters_from_codes(place[component], tuple(labels[int(first[c])] for c in order))


def sampling_covariance(V: Any, frame: pd.DataFrame) -> Blocks:
    """V over all rows of the data, from a column or values of variances, blocks, a list, or a matrix."""
    if isinstance(V, Blocks):
        return _of_length(V, len(frame))
    if not isinstance(V, str) and len(V) and np.ndim(V[0] if isinstance(V, list | tuple) else V) == 2:
        return _from_list(V, len(frame)) if isinstance(V, list | tuple) else _from_matrix(V, len(frame))
    values = numeric(column(V, frame, "V"), "V")
    singles = clusters_from_codes(np.arange(len(values)), tuple(range(len(values))))
    return diagonal_blocks(singles, values)


def _of_length(V: Blocks, k: int) -> Blocks:
    if V.clusters.k != k:
        raise InputError(f"V covers {V.clusters.k} effects but data has {k} rows; make it of all rows.")
    return V


def _from_list(V: Sequence[Any], k: int) -> Blocks:
    """A list of square matrices, one after the other along the rows."""
    matrices = [np.asarray(block, dtype=float) for block in V]
    for number, block in enumerate(matrices):
        if block.ndim != 2 or block.shape[0] != block.shape[1]:
            raise InputError(f"V[{number}] has shape {block.shape}; each block must be a square matrix.")
    sizes = np.array([len(block) for block in matrices])
    if sizes.sum() != k:
        raise InputError(f"The blocks of V cover {sizes.sum()} effects but data has {k} rows.")
    codes = np.repeat(np.arange(len(matrices)), sizes).astype(np.int64)
    clusters = clusters_from_codes(codes, tuple(range(1, len(matrices) + 1)))
    blocks = from_groups(clusters, lambda g: np.stack([matrices[m] for m in g.members]))
    return _symmetric(blocks)


def _from_matrix(V: Any, k: int) -> Blocks:
    """A whole matrix, cut where it has no covariances."""
    matrix = np.asarray(V, dtype=float)
    if matrix.shape != (k, k):
        raise InputError(f"V has shape {matrix.shape} but data has {k} rows; it must be {k} x {k}.")
    found = connected_components(coo_array(np.nan_to_num(matrix) != 0), directed=False)[1].astype(np.int64)
    clusters = clusters_from_codes(found, tuple(range(1, int(found.max()) + 2)))
    return _symmetric(from_groups(clusters, lambda g: matrix[g.rows[:, :, None], g.rows[:, None, :]]))


def _symmetric(blocks: Blocks) -> Blocks:
    for part in blocks.parts:
        if not np.allclose(part, np.swapaxes(part, 1, 2), rtol=1e-10, atol=0, equal_nan=True):
            raise InputError("V is not symmetric; give covariances, the same above and below the diagonal.")
    return blocks


def covarying(V: Blocks) -> bool:
    """Whether V has any covariance at all."""
    return any(_off_diagonal(part) for part in V.parts)


def _off_diagonal(part: Array) -> bool:
    n = part.shape[-1]
    return n > 1 and bool(np.any(part * (1 - np.eye(n))))
