"""Refits for many draws at once: ``y* = e eta_j``, each replicate with its own variance components.

A refit needs only sums within studies, which are linear (X'Wy) or quadratic (y'Wy) in a study's draw.
The fitted part of the null model is left out: it lies in the columns of X and changes neither C beta nor the
residuals. ``counts`` (J, R), where given, says how often a study was drawn (cluster bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array


@dataclass(frozen=True)
class Refits:
    """``beta`` (R, p), ``theta`` (2, R) components, and whether each search ended.

    ``pieces`` (q, J, R), where contrasts C were asked for, are ``C M X_j'W_j e_j``: their outer products sum
    to the CR0 covariance of C beta.
    """

    beta: Array
    theta: Array
    converged: np.ndarray
    pieces: Array | None = None


def wald_f(refits: Refits, C: Array) -> Array:
    """Naive F (R,) from CR0 covariances: ``(C b)'(C V C')^-1 (C b) / q``."""
    q = len(C)
    assert refits.pieces is not None
    S = np.empty((len(refits.beta), q, q))
    for a, b in zip(*np.triu_indices(q)):
        S[:, a, b] = S[:, b, a] = np.einsum("jr,jr->r", refits.pieces[a], refits.pieces[b])
    estimate = refits.beta @ C.T
    if q == 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            single: Array = estimate[:, 0] ** 2 / S[:, 0, 0]
        return single
    # in units of each contrast's own SE, so that their scales do not matter
    scale = np.sqrt(np.einsum("rqq->rq", S))
    with np.errstate(divide="ignore", invalid="ignore"):
        values, vectors = np.linalg.eigh(np.nan_to_num(S / (scale[:, :, None] * scale[:, None, :])))
        along = np.einsum("rqa,rq->ra", vectors, estimate / scale)
        F = (along**2 / values).sum(axis=1) / q
    return np.where(values[:, 0] > 1e-13 * values[:, -1], F, np.nan)
