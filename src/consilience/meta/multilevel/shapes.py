"""The covariance matrix of a random term's levels: its parameters, their bounds, its derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.multilevel.correlations import Correlation

Kind = Literal["variance", "sd", "correlation", "factor"]


@dataclass(frozen=True)
class Parameter:
    """One parameter of the search: what it is, its name among the components, and its bounds."""

    kind: Kind
    name: str
    lower: float
    upper: float


class Shape(Protocol):
    """A covariance matrix T (m, m) as a function of parameters."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What the search varies."""

    def matrix(self, phi: Array) -> Array:
        """T (m, m)."""

    def first(self, phi: Array) -> Array:
        """dT (q, m, m)."""

    def second(self, phi: Array) -> dict[tuple[int, int], Array]:
        """Second derivatives that are not zero, by pair a <= b."""


def _correlations(correlation: Correlation, name: str) -> tuple[Parameter, ...]:
    return tuple(
        Parameter("correlation", name + suffix, float(low), float(high))
        for suffix, low, high in zip(correlation.names, correlation.lower, correlation.upper)
    )


@dataclass(frozen=True)
class OneVariance:
    """``T = tau2 R(r)``: every level varies alike."""

    correlation: Correlation
    variance_name: str
    correlation_name: str = "rho"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The variance, then the correlations."""
        first = Parameter("variance", self.variance_name, 0.0, np.inf)
        return (first, *_correlations(self.correlation, self.correlation_name))

    def matrix(self, phi: Array) -> Array:
        """``tau2 R``."""
        out: Array = phi[0] * self.correlation.matrix(phi[1:])
        return out

    def first(self, phi: Array) -> Array:
        """R, then ``tau2 dR``."""
        R, dR = self.correlation.matrix(phi[1:]), self.correlation.first(phi[1:])
        return np.concatenate([R[None], phi[0] * dR])

    def second(self, phi: Array) -> dict[tuple[int, int], Array]:
        """``dR`` across, ``tau2 d2R`` among correlations."""
        out = {(0, a + 1): dR for a, dR in enumerate(self.correlation.first(phi[1:]))}
        bends = self.correlation.second(phi[1:])
        return out | {(a + 1, b + 1): phi[0] * bend for (a, b), bend in bends.items()}


@dataclass(frozen=True)
class OwnVariances:
    """``T = diag(v)``: levels are independent, each with its own variance."""

    variance_names: tuple[str, ...]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """A variance for each level."""
        return tuple(Parameter("variance", name, 0.0, np.inf) for name in self.variance_names)

    def matrix(self, phi: Array) -> Array:
        """The diagonal."""
        return np.diag(phi)

    def first(self, phi: Array) -> Array:
        """A one in its place."""
        m = len(phi)
        out = np.zeros((m, m, m))
        out[np.arange(m), np.arange(m), np.arange(m)] = 1.0
        return out

    def second(self, phi: Array) -> dict[tuple[int, int], Array]:  # noqa: ARG002
        """None: linear."""
        return {}


@dataclass(frozen=True)
class OwnSpreads:
    """``T_ij = t_i t_j R_ij(r)`` with t the standard deviations of the levels."""

    correlation: Correlation
    variance_names: tuple[str, ...]
    correlation_name: str = "rho"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Standard deviations (named by their variances), then correlations."""
        spreads = tuple(Parameter("sd", name, 0.0, np.inf) for name in self.variance_names)
        return (*spreads, *_correlations(self.correlation, self.correlation_name))

    def _split(self, phi: Array) -> tuple[Array, Array]:
        m = len(self.variance_names)
        return phi[:m], phi[m:]

    def matrix(self, phi: Array) -> Array:
        """``t t' * R``."""
        t, r = self._split(phi)
        out: Array = np.outer(t, t) * self.correlation.matrix(r)
        return out

    def first(self, phi: Array) -> Array:
        """Row and column a of R times t for t_a; ``t t' * dR`` for the correlations."""
        t, r = self._split(phi)
        spreads = [_cross(self.correlation.matrix(r), t, a) for a in range(len(t))]
        return np.concatenate([np.stack(spreads), np.outer(t, t) * self.correlation.first(r)])

    def second(self, phi: Array) -> dict[tuple[int, int], Array]:
        """Of the product rule, term by term."""
        t, r = self._split(phi)
        m, R, dR = len(t), self.correlation.matrix(r), self.correlation.first(r)
        out: dict[tuple[int, int], Array] = {}
        for a in range(m):
            for b in range(a, m):
                out[a, b] = np.zeros((m, m))
                out[a, b][a, b] += R[a, b]
                out[a, b][b, a] += R[a, b]
            out |= {(a, m + c): _cross(dR[c], t, a) for c in range(len(dR))}
        bends = self.correlation.second(r)
        return out | {(m + a, m + b): np.outer(t, t) * bend for (a, b), bend in bends.items()}


def _cross(R: Array, t: Array, a: int) -> Array:
    """The derivative of ``t t' * R`` along t_a."""
    out = np.zeros_like(R)
    out[a] += R[a] * t
    out[:, a] += R[:, a] * t
    return out


@dataclass(frozen=True)
class Factored:
    """``T = L L'``, ``L = offset + sum phi_a basis_a``: any covariance, singular ones too, without bounds."""

    basis: Array
    offset: Array

    @property
    def size(self) -> int:
        """Number of levels."""
        return len(self.offset)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The entries of L."""
        return tuple(Parameter("factor", f"L[{a}]", -np.inf, np.inf) for a in range(len(self.basis)))

    def factor(self, phi: Array) -> Array:
        """L from its entries."""
        L: Array = self.offset + np.einsum("a,aij->ij", phi, self.basis)
        return L

    def nearest(self, L: Array) -> Array:
        """The parameters whose factor is nearest to L."""
        phi: Array = np.einsum("aij,ij->a", self.basis, L - self.offset)
        return phi

    def matrix(self, phi: Array) -> Array:
        """``L L'``."""
        L = self.factor(phi)
        return L @ L.T

    def first(self, phi: Array) -> Array:
        """``B_a L' + L B_a'``."""
        half = self.basis @ self.factor(phi).T
        out: Array = half + np.swapaxes(half, 1, 2)
        return out

    def second(self, phi: Array) -> dict[tuple[int, int], Array]:  # noqa: ARG002
        """Constant: ``B_a B_b' + B_b B_a'``."""
        products = np.einsum("aij,bkj->abik", self.basis, self.basis)
        bends = products + np.swapaxes(products, 2, 3)
        q = len(self.basis)
        return {(a, b): bends[a, b] for a in range(q) for b in range(a, q) if bends[a, b].any()}


def triangular(order: Sequence[int], rho: float | None = None, first: float | None = None) -> Factored:
    """A factor that is lower triangular in ``order`` of the levels.

    ``first`` fixes the standard deviation of the first level, ``rho`` the correlation of the first two.
    """
    m = len(order)
    offset, basis = np.zeros((m, m)), []
    for i, level in enumerate(order):
        rows = np.eye(i + 1, m)
        if i == 0 and first is not None:
            offset[level] = first * rows[0]
            continue
        if i == 1 and rho is not None:
            rows = rho * rows[:1] + np.sqrt(max(1 - rho**2, 0.0)) * rows[1:]
        for row in rows:
            basis.append(np.zeros((m, m)))
            basis[-1][level] = row
    return Factored(np.array(basis), offset)
