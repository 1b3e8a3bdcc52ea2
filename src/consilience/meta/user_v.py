"""A user's sampling covariance: a list of study blocks or a block-diagonal matrix, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from consilience.meta.arrays import Ints
from consilience.meta.blocks import Blocks, cholesky, from_groups
from consilience.meta.clusters import Clusters
from consilience.meta.errors import InputError


def user_blocks(V: Any, clusters: Clusters, kept: Ints) -> Blocks:
    """Blocks of ``V`` for the kept rows.

    ``V`` is ``Blocks``, a (k, k) matrix over the rows of the data (zero between studies), or a mapping from
    a study to its matrix with rows in the data's order.
    """
    if isinstance(V, Blocks):
        return V.on(clusters, kept)
    blocks = _from_mapping(V, clusters) if hasattr(V, "keys") else _from_matrix(V, clusters, kept)
    for part in blocks.parts:
        scale = np.sqrt(np.abs(np.einsum("mii->mi", part)))
        gap = np.abs(part - np.swapaxes(part, 1, 2)) > 1e-10 * scale[:, :, None] * scale[:, None, :]
        if gap.any():
            raise InputError("V is not symmetric; give covariances, the same above and below the diagonal.")
    cholesky(blocks, "V")
    return blocks


def _from_mapping(V: Any, clusters: Clusters) -> Blocks:
    matrices = {}
    for number, label in enumerate(clusters.labels):
        if label not in V:
            raise InputError(f"V has no matrix for study {label!r}.")
        matrix = np.asarray(V[label], dtype=float)
        n = int(clusters.sizes[number])
        if matrix.shape != (n, n):
            raise InputError(f"V of study {label!r} is {matrix.shape}, but the study has {n} effects.")
        matrices[number] = matrix
    return from_groups(clusters, lambda g: np.stack([matrices[int(m)] for m in g.members]))


def _from_matrix(V: Any, clusters: Clusters, kept: Ints) -> Blocks:
    matrix = np.asarray(V, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] <= int(kept.max()):
        raise InputError(
            f"V has shape {matrix.shape}; it must be square with a row for each row of the data."
        )
    matrix = matrix[np.ix_(kept, kept)]
    blocks = from_groups(clusters, lambda g: matrix[g.rows[:, :, None], g.rows[:, None, :]])
    inside = sum(float(np.abs(part).sum()) for part in blocks.parts)
    if float(np.abs(matrix).sum()) - inside > 1e-9 * inside:
        raise InputError("V has covariances between studies; cluster must join all effects that covary.")
    return blocks
