"""Block-diagonal symmetric matrices: one (m, n, n) array for each cluster size, never k x k."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.clusters import Clusters, SizeGroup
from consilience.meta.errors import InputError


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
