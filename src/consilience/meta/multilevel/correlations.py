"""Correlations of true effects between the levels of a random term, with their derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from consilience.meta.arrays import Array


class Correlation(Protocol):
    """A correlation matrix (m, m) as a function of q parameters between ``lower`` and ``upper``."""

    @property
    def names(self) -> tuple[str, ...]:
        """What tells the parameters apart, such as ``[a,b]``."""

    @property
    def lower(self) -> Array:
        """Smallest values (q,)."""

    @property
    def upper(self) -> Array:
        """Largest values (q,)."""

    def matrix(self, r: Array) -> Array:
        """R (m, m)."""

    def first(self, r: Array) -> Array:
        """dR (q, m, m)."""

    def second(self, r: Array) -> dict[tuple[int, int], Array]:
        """Second derivatives that are not zero."""


@dataclass(frozen=True)
class Independent:
    """No correlation between ``size`` levels."""

    size: int
    names: tuple[str, ...] = ()

    @property
    def lower(self) -> Array:
        """None."""
        return np.empty(0)

    upper = lower

    def matrix(self, r: Array) -> Array:  # noqa: ARG002
        """The identity."""
        return np.eye(self.size)

    def first(self, r: Array) -> Array:  # noqa: ARG002
        """None."""
        return np.empty((0, self.size, self.size))

    def second(self, r: Array) -> dict[tuple[int, int], Array]:  # noqa: ARG002
        """None."""
        return {}


@dataclass(frozen=True)
class Equal:
    """Compound symmetry: one correlation for all pairs, at least ``-1 / (m - 1)``."""

    size: int
    names: tuple[str, ...] = ("",)

    @property
    def lower(self) -> Array:
        """Where the matrix would cease to be a correlation."""
        return np.array([-1.0 / max(self.size - 1, 1)])

    @property
    def upper(self) -> Array:
        """One."""
        return np.ones(1)

    def matrix(self, r: Array) -> Array:
        """1 on the diagonal, r beside it."""
        out = np.full((self.size, self.size), r[0])
        np.fill_diagonal(out, 1.0)
        return out

    def first(self, r: Array) -> Array:  # noqa: ARG002
        """Ones beside the diagonal."""
        return (1.0 - np.eye(self.size))[None]

    def second(self, r: Array) -> dict[tuple[int, int], Array]:  # noqa: ARG002
        """None: linear."""
        return {}


@dataclass(frozen=True)
class Autoregressive:
    """``r^|t_i - t_j|``; ``gaps`` (m, m) are distances in steps (AR) or in time (CAR, then r >= 0)."""

    gaps: Array
    continuous: bool
    names: tuple[str, ...] = ("",)

    @property
    def lower(self) -> Array:
        """-1 in steps, 0 in continuous time."""
        return np.array([0.0 if self.continuous else -1.0])

    @property
    def upper(self) -> Array:
        """One."""
        return np.ones(1)

    def _power(self, r: float, less: int) -> Array:
        """``gap (gap - 1) ... r^(gap - less)``, 0 where the factor is 0."""
        factor = self.gaps if less == 1 else self.gaps * (self.gaps - 1)
        base = r if not self.continuous else max(r, 1e-12)
        exponent = np.where(factor == 0, 0.0, self.gaps - less)
        out: Array = factor * np.power(base, exponent)
        return out

    def matrix(self, r: Array) -> Array:
        """Powers of r."""
        out: Array = np.power(float(r[0]), self.gaps)
        return out

    def first(self, r: Array) -> Array:
        """``gap r^(gap - 1)``."""
        return self._power(float(r[0]), 1)[None]

    def second(self, r: Array) -> dict[tuple[int, int], Array]:
        """``gap (gap - 1) r^(gap - 2)``."""
        return {(0, 0): self._power(float(r[0]), 2)}


@dataclass(frozen=True)
class Unstructured:
    """Each pair of levels has its own correlation; ``labels`` name the levels."""

    labels: tuple[str, ...]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Pairs of levels in the order of the parameters."""
        return [(i, j) for i in range(len(self.labels)) for j in range(i + 1, len(self.labels))]

    @property
    def names(self) -> tuple[str, ...]:
        """``[a,b]`` of each pair."""
        return tuple(f"[{self.labels[i]},{self.labels[j]}]" for i, j in self.pairs)

    @property
    def lower(self) -> Array:
        """Minus one."""
        return -np.ones(len(self.pairs))

    @property
    def upper(self) -> Array:
        """One."""
        return np.ones(len(self.pairs))

    def matrix(self, r: Array) -> Array:
        """1 on the diagonal, the parameters beside it."""
        out = np.eye(len(self.labels))
        for value, (i, j) in zip(r, self.pairs):
            out[i, j] = out[j, i] = value
        return out

    def first(self, r: Array) -> Array:  # noqa: ARG002
        """A one in both places of each pair."""
        out = np.zeros((len(self.pairs), len(self.labels), len(self.labels)))
        for a, (i, j) in enumerate(self.pairs):
            out[a, i, j] = out[a, j, i] = 1.0
        return out

    def second(self, r: Array) -> dict[tuple[int, int], Array]:  # noqa: ARG002
        """None: linear."""
        return {}
