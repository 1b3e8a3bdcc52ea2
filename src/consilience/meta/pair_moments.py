"""Sums over all pairs of clusters behind a robust covariance, without forming the pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.robust import RobustCovariance


@dataclass(frozen=True)
class PairMoments:
    """Moments of C V_R C' under the working model, for q contrasts.

    ``mean`` (q, q) is its expectation, sum_j P_jj; ``covariance`` (q, q, q, q) that of its entries:
    cov[s, t, u, v] = sum_ij (P_ij,su P_ij,tv + P_ij,sv P_ij,tu).
    """

    mean: Array
    covariance: Array


def pair_moments(robust: RobustCovariance, C: Array) -> PairMoments:
    """Mean and covariance of ``C V_R C'``; cost linear in clusters (Pustejovsky & Tipton 2018, section 3)."""
    own = C @ robust.own @ C.T
    L = C @ robust.L
    J, q, r = L.shape
    LK = L @ robust.K
    between = LK @ np.swapaxes(L, 1, 2)
    diagonal = own + between
    flat = L.reshape(J, q * r)
    S = (flat.T @ flat).reshape(q, r, q, r)
    SK = np.einsum("satb,ac->sctb", S, robust.K) @ robust.K
    # sum over all i, j of (L_i K L_j')_su (L_i K L_j')_tv, then the diagonal terms put right
    every = np.tensordot(SK, S, axes=((1, 3), (1, 3))).transpose(0, 2, 1, 3)
    d, b = diagonal.reshape(J, q * q), between.reshape(J, q * q)
    every = every + (d.T @ d - b.T @ b).reshape(q, q, q, q)
    covariance = np.einsum("sutv->stuv", every) + np.einsum("svtu->stuv", every)
    return PairMoments(diagonal.sum(axis=0), covariance)
