"""An orthonormal basis of the moderators: every fit of one data set shares it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

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

    @cached_property
    def back(self) -> Array:
        """Inverse of ``R``: from coefficients on the basis to coefficients of the moderators."""
        return 1.0 / self.R if self.R.size == 1 else np.asarray(np.linalg.inv(self.R))

    @property
    def logdet_xtx(self) -> float:
        """Log determinant of ``X'X``."""
        return float(2.0 * np.log(np.abs(np.diag(self.R))).sum())


def orthonormal(Q: Array, R: Array) -> Basis:
    """Pair a basis with the outer products of its rows."""
    k, p = Q.shape
    return Basis(Q, R, (Q[:, :, None] * Q[:, None, :]).reshape(k, p * p))


def constant(k: int) -> Basis:
    """The basis of an intercept alone."""
    root = float(np.sqrt(k))
    return Basis(np.full((k, 1), 1.0 / root), np.array([[root]]), np.full((k, 1), 1.0 / k))


def factorise(X: Array) -> tuple[Basis, tuple[int, ...]]:
    """The basis of ``X`` (k, p), and the columns that earlier ones already determine (then unusable)."""
    if X.shape[1] == 1 and X[0, 0] != 0 and np.all(X[0, 0] == X):
        root = float(np.sqrt(X.shape[0]))
        return orthonormal(np.full_like(X, 1.0 / root), np.array([[X[0, 0] * root]])), ()
    if X.shape[0] < X.shape[1]:
        return orthonormal(X, np.eye(X.shape[1])), tuple(range(X.shape[0], X.shape[1]))
    Q, R = np.linalg.qr(X)
    length = np.sqrt((R * R).sum(axis=0))
    aliased = tuple(int(j) for j in np.flatnonzero(np.abs(np.diag(R)) <= _ALIASED * length))
    return orthonormal(Q, R), aliased
