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

    ``pieces`` (J, R, q), where contrasts C were asked for, are ``C M X_j'W_j e_j``: their outer products sum
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
    pieces = np.swapaxes(refits.pieces, 0, 1)
    S = np.swapaxes(pieces, 1, 2) @ pieces
    estimate = refits.beta @ C.T
    if q == 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            single: Array = estimate[:, 0] ** 2 / S[:, 0, 0]
        return single
    good = np.linalg.cond(S) < 1e13
    out = np.full(len(S), np.nan)
    solved = np.linalg.solve(S[good], estimate[good][:, :, None])[:, :, 0]
    out[good] = np.einsum("rq,rq->r", estimate[good], solved) / q
    return out
