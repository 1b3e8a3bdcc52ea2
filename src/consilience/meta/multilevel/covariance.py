"""The marginal covariance of a multilevel model, block by block, with its derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks
from consilience.meta.clusters import Clusters
from consilience.meta.multilevel.random_terms import RandomTerm
from consilience.meta.multilevel.shapes import Parameter


@dataclass(frozen=True)
class MultilevelCovariance:
    """``Sigma(phi) = V + sum over terms of [same group] * T(phi)[inner, inner]``.

    Terms whose numbers are in ``crossing`` join the blocks and are not part of ``sigma``.
    """

    V: Blocks
    terms: tuple[RandomTerm, ...]
    crossing: tuple[int, ...] = ()

    @property
    def clusters(self) -> Clusters:
        """The blocks' clusters."""
        return self.V.clusters

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Of all terms in order."""
        return tuple(p for term in self.terms for p in term.shape.parameters)

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Where each term's parameters stand."""
        ends = np.cumsum([0] + [len(term.shape.parameters) for term in self.terms])
        return tuple(slice(int(a), int(b)) for a, b in pairwise(ends))

    @cached_property
    def _together(self) -> tuple[tuple[Array, ...], ...]:
        """For each term and size group (m, n, n): whether two effects share the term's group."""
        return tuple(
            tuple(
                np.equal(term.outer[g.rows][:, :, None], term.outer[g.rows][:, None, :]).astype(np.float64)
                for g in self.clusters.groups
            )
            for term in self.terms
        )

    def spread(self, number: int, T: Array) -> Blocks:
        """Blocks of term ``number`` with the level matrix T."""
        term, together = self.terms[number], self._together[number]
        if len(T) == 1:
            return Blocks(self.clusters, together if T[0, 0] == 1 else tuple(T[0, 0] * t for t in together))
        parts = []
        for group, mask in zip(self.clusters.groups, together):
            inner = term.inner[group.rows]
            parts.append(mask * T[inner[:, :, None], inner[:, None, :]])
        return Blocks(self.clusters, tuple(parts))

    def split(self, phi: Array) -> tuple[Array, ...]:
        """The parameters of each term."""
        return tuple(phi[at] for at in self.slices)

    def matrices(self, phi: Array) -> list[Array]:
        """The level matrices T of all terms."""
        return [term.shape.matrix(phi[at]) for term, at in zip(self.terms, self.slices)]

    def sigma(self, theta: Array) -> Blocks:
        """The marginal covariance."""
        total = self.V
        for number, T in enumerate(self.matrices(theta)):
            if T.any() and number not in self.crossing:
                total = total + self.spread(number, T)
        return total

    def derivatives(self, theta: Array) -> tuple[Blocks, ...]:
        """Its first derivatives."""
        return tuple(
            self.spread(number, D)
            for number, (term, at) in enumerate(zip(self.terms, self.slices))
            for D in term.shape.first(theta[at])
        )

    def curvatures(self, theta: Array) -> dict[tuple[int, int], Blocks]:
        """Its second derivatives that are not zero."""
        out = {}
        for number, (term, at) in enumerate(zip(self.terms, self.slices)):
            for (a, b), bend in term.shape.second(theta[at]).items():
                out[at.start + a, at.start + b] = self.spread(number, bend)
        return out
