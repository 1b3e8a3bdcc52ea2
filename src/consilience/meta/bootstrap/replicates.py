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
    """``beta`` (R, p), ``bread`` (R, p, p), ``scores`` X_j'W_j e_j (J, p, R), ``theta`` (2, R)."""

    beta: Array
    bread: Array
    scores: Array
    theta: Array
    converged: np.ndarray


def wald_f(refits: Refits, C: Array) -> Array:
    """Naive F (R,) from CR0 covariances: ``(C b)'(C V C')^-1 (C b) / q``."""
    q = len(C)
    CM = np.einsum("qa,rab->rqb", C, refits.bread)
    pieces = np.einsum("rqb,jbr->rjq", CM, refits.scores, optimize=True)
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
