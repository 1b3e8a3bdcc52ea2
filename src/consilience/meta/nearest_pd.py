"""The correlation matrix nearest to one that cannot be."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array

SMALLEST_SHARE = 1e-7
MAX_ITERATIONS = 1000


def nearest_correlation(R: Array) -> Array:
    """Alternating projections with Dykstra's correction (Higham 2002, IMA J. Numer. Anal. 22, 329-343).

    The smallest eigenvalue ends near ``SMALLEST_SHARE`` of the largest, the diagonal at 1.
    """
    current, correction = np.where(np.isfinite(R), R, 0.0), np.zeros_like(R)
    for _ in range(MAX_ITERATIONS):
        shifted = current - correction
        definite = _clipped(shifted)
        correction = definite - shifted
        before, current = current, definite.copy()
        np.fill_diagonal(current, 1.0)
        if np.abs(current - before).max() <= 1e-10:
            break
    final = _clipped(current)
    spread = np.sqrt(np.diag(final))
    out: Array = final / np.outer(spread, spread)
    np.fill_diagonal(out, 1.0)
    return out


def _clipped(matrix: Array) -> Array:
    """The nearest matrix whose eigenvalues are not below the floor."""
    values, vectors = np.linalg.eigh(matrix)
    kept = np.maximum(values, SMALLEST_SHARE * values[-1])
    out: Array = (vectors * kept) @ vectors.T
    return out
