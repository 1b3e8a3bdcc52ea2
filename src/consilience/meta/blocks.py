"""Block-diagonal symmetric matrices: one (m, n, n) array for each cluster size, never k x k."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array, Ints
from consilience.meta.clusters import Clusters, SizeGroup
from consilience.meta.errors import InputError

LARGEST_DENSE = 5000


@dataclass(frozen=True)
class Blocks:
    """A block-diagonal matrix; ``parts[g]`` holds the blocks of ``clusters.groups[g]``."""

    clusters: Clusters
    parts: tuple[Array, ...]

    def __add__(self, other: Blocks) -> Blocks:
        return Blocks(self.clusters, tuple(a + b for a, b in zip(self.parts, other.parts)))

    def scaled(self, factor: float) -> Blocks:
        """Every block times ``factor``."""
        return Blocks(self.clusters, tuple(factor * part for part in self.parts))

    def diagonal(self) -> Array:
        """The diagonal, in row order (k,)."""
        out = np.empty(self.clusters.k)
        for group, part in zip(self.clusters.groups, self.parts):
            out[group.rows] = np.einsum("mii->mi", part)
        return out

    def matmul(self, values: Array) -> Array:
        """The matrix times ``values`` (k,) or (k, q), in row order."""
        out = np.empty_like(values)
        for group, part in zip(self.clusters.groups, self.parts):
            if values.ndim == 1:
                out[group.rows] = np.einsum("mij,mj->mi", part, values[group.rows])
            else:
                out[group.rows] = part @ values[group.rows]
        return out

    def inverse(self) -> Blocks:
        """The inverse, block by block."""
        return Blocks(self.clusters, tuple(np.linalg.inv(part) for part in self.parts))

    def to_dense(self) -> Array:
        """The whole (k, k) matrix in row order, to look at a small one."""
        k = self.clusters.k
        if k > LARGEST_DENSE:
            raise InputError(f"to_dense would need {k} x {k} numbers; it is meant for {LARGEST_DENSE} rows.")
        out = np.zeros((k, k))
        for group, part in zip(self.clusters.groups, self.parts):
            out[group.rows[:, :, None], group.rows[:, None, :]] = part
        return out

    def on(self, clusters: Clusters, kept: Ints) -> Blocks:
        """The same covariances for the ``kept`` rows, in blocks of other ``clusters`` of those rows.

        Raises InputError where two kept rows covary across clusters.
        """
        if clusters.k == self.clusters.k and np.array_equal(clusters.codes, self.clusters.codes):
            return Blocks(clusters, self.parts)
        place = np.full(self.clusters.k, -1, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        home = np.empty((clusters.k, 2), dtype=np.int64)
        parts = [np.zeros((*group.rows.shape, group.size)) for group in clusters.groups]
        slot = np.empty(clusters.k, dtype=np.int64)
        for number, group in enumerate(clusters.groups):
            home[group.rows.ravel(), 0] = number
            home[group.rows.ravel(), 1] = np.repeat(np.arange(len(group.members)), group.size)
            slot[group.rows] = np.arange(group.size)
        for group, part in zip(self.clusters.groups, self.parts):
            m, i, j = np.nonzero(part)
            a, b = place[group.rows[m, i]], place[group.rows[m, j]]
            keep = (a >= 0) & (b >= 0)
            a, b, values = a[keep], b[keep], part[m, i, j][keep]
            if np.any(clusters.codes[a] != clusters.codes[b]):
                raise InputError("V has covariances between clusters; cluster must join effects that covary.")
            for number, target in enumerate(parts):
                mine = home[a, 0] == number
                target[home[a[mine], 1], slot[a[mine]], slot[b[mine]]] = values[mine]
        return Blocks(clusters, tuple(parts))


def from_groups(clusters: Clusters, build: Callable[[SizeGroup], Array]) -> Blocks:
    """Blocks from a function of a size group that returns (m, n, n)."""
    return Blocks(clusters, tuple(build(group) for group in clusters.groups))


def diagonal_blocks(clusters: Clusters, values: Array) -> Blocks:
    """A diagonal matrix as blocks, from its diagonal (k,)."""

    def build(group: SizeGroup) -> Array:
        out = np.zeros((*group.rows.shape, group.size))
        index = np.arange(group.size)
        out[:, index, index] = values[group.rows]
        return out

    return from_groups(clusters, build)


def outer_blocks(clusters: Clusters, values: Array) -> Blocks:
    """Blocks a_j a_j' from a vector (k,)."""
    return from_groups(clusters, lambda g: values[g.rows][:, :, None] * values[g.rows][:, None, :])


def cholesky(blocks: Blocks, what: str = "V") -> tuple[Array, ...]:
    """Lower Cholesky factors; an error names the first cluster whose block is not positive definite."""
    try:
        return tuple(np.linalg.cholesky(part) for part in blocks.parts)
    except np.linalg.LinAlgError:
        raise InputError(_not_positive_definite(blocks, what)) from None


def _not_positive_definite(blocks: Blocks, what: str) -> str:
    for group, part in zip(blocks.clusters.groups, blocks.parts):
        for member, block in zip(group.members, part):
            smallest = float(np.linalg.eigvalsh(block)[0])
            if not smallest > 0:
                label = blocks.clusters.labels[member]
                return (
                    f"{what} is not positive definite in cluster {label!r} (smallest eigenvalue "
                    f"{smallest:.3g}); look for two identical effects, rho too near 1, or a wrong covariance."
                )
    return f"{what} is not positive definite in at least one cluster; check its covariances."
