"""An orthonormal basis of the moderators: every fit of one data set shares it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.meta.errors import InputError

Array = NDArray[np.float64]

# A column that keeps less than this share of its length once the earlier columns are taken out of it
# carries no information of its own in double precision.
_ALIASED = 1e-10


@dataclass(frozen=True)
class Basis:
    """``X = Q R`` with orthonormal ``Q``; ``cross`` holds each row's outer product, (k, p*p).

    Weighted sums of squares of ``Q`` are as well conditioned as the weights, whatever the units of
    the moderators (a year of publication, a dose in grams), and permuting or leaving out studies
    needs no new factorisation.
    """

    Q: Array
    R: Array
    cross: Array

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return int(self.Q.shape[1])

    @property
    def logdet_xtx(self) -> float:
        """Log determinant of ``X'X``."""
        return float(2.0 * np.log(np.abs(np.diag(self.R))).sum())


def orthonormal(Q: Array, R: Array) -> Basis:
    """Pair a basis with the outer products of its rows."""
    k, p = Q.shape
    return Basis(Q, R, (Q[:, :, None] * Q[:, None, :]).reshape(k, p * p))


def aliased_columns(X: Array) -> list[int]:
    """Columns that earlier columns already determine."""
    length = np.sqrt((X * X).sum(axis=0))
    empty = [int(j) for j in np.flatnonzero(length == 0)]
    if X.shape[0] < X.shape[1]:
        return sorted(set(empty) | set(range(X.shape[0], X.shape[1])))
    R = np.linalg.qr(X / np.where(length > 0, length, 1.0), mode="r")
    return sorted(set(empty) | {int(j) for j in np.flatnonzero(np.abs(np.diag(R)) < _ALIASED)})


def factorise(X: Array, terms: tuple[str, ...]) -> Basis:
    """Factorise the design matrix; refuse one whose columns determine each other."""
    if X.shape[1] == 1 and np.ptp(X[:, 0]) == 0 and X[0, 0] != 0:
        root = np.sqrt(float(X.shape[0]))
        return orthonormal(np.full_like(X, 1.0 / root), np.array([[X[0, 0] * root]]))
    aliased = aliased_columns(X)
    if aliased:
        names = ", ".join(repr(terms[j]) for j in aliased)
        raise InputError(
            f"mods: {names} cannot be told apart from the other moderators in these {X.shape[0]} studies "
            "(the design is rank-deficient). Leave out one of the terms, or merge levels."
        )
    Q, R = np.linalg.qr(X)
    return orthonormal(Q, R)
