"""Correlated effects: everything is J x R matrix products of per-study sums."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.bootstrap.replicates import Refits
from consilience.meta.working.model import WorkingData


def refit_ce(
    data: WorkingData, e: Array, draws: Array, counts: Array | None = None, C: Array | None = None
) -> Refits:
    """Correlated-effects fits to ``e * draws`` (J, R), tau2 by moments in each."""
    clusters, X, p = data.clusters, data.X, data.X.shape[1]
    XX = clusters.sums((X[:, :, None] * X[:, None, :]).reshape(len(X), p * p))
    Xe, ee = clusters.sums(X * e[:, None]), clusters.sums(e**2)
    k, vbar = clusters.sizes.astype(float), clusters.sums(data.vi) / clusters.sizes
    c = np.ones((len(k), 1)) if counts is None else counts
    tau2 = _moments(data, XX, Xe, ee, draws, c)
    weights = c / (k[:, None] * (vbar[:, None] + tau2))
    information = (XX.T @ weights).T.reshape(-1, p, p)
    # one solve for beta = M X'Wy and, where contrasts are asked for, M C'
    right = (Xe.T @ (weights * draws)).T[:, :, None]
    if C is not None:
        right = np.concatenate([right, np.broadcast_to(C.T, (len(right), p, len(C)))], axis=2)
    solved = np.linalg.solve(information, right)
    beta = solved[:, :, 0]
    pieces = None if C is None else _pieces(XX, Xe, weights, draws, beta, solved[:, :, 1:])
    theta = np.stack([tau2, np.zeros_like(tau2)])
    return Refits(beta, theta, np.ones(len(tau2), dtype=bool), pieces)


def _pieces(XX: Array, Xe: Array, weights: Array, draws: Array, beta: Array, MC: Array) -> Array:
    """``C M X_j'W_j (e_j eta - X_j beta)`` (q, J, R), for MC (R, p, q), by products of per-study sums."""
    R, p, q = MC.shape
    out = np.empty((q, *draws.shape))
    for index in range(q):
        row = MC[:, :, index]
        fitted = XX @ (row[:, :, None] * beta[:, None, :]).reshape(R, p * p).T
        np.multiply(Xe @ row.T, draws, out=out[index])
        out[index] -= fitted
        out[index] *= weights
    return out


def _moments(data: WorkingData, XX: Array, Xe: Array, ee: Array, draws: Array, c: Array) -> Array:
    """tau2 (R,) of each replicate by the moments of Hedges, Tipton & Johnson (2010, eq. 15)."""
    given = (data.fixed or {}).get("tau2")
    if given is not None:
        return np.full(draws.shape[1], float(given))
    clusters, p = data.clusters, data.X.shape[1]
    k, vbar = clusters.sizes.astype(float), clusters.sums(data.vi) / clusters.sizes
    w = 1 / (k * vbar)
    sums = clusters.sums(data.X)
    JJ = (sums[:, :, None] * sums[:, None, :]).reshape(len(sums), p * p)
    wc = w[:, None] * c
    M = np.linalg.inv((XX.T @ wc).T.reshape(-1, p, p))
    XWy = (Xe.T @ (wc * draws)).T
    Q = (ee[:, None] * wc * draws**2).sum(axis=0) - (XWy * (M @ XWy[:, :, None])[:, :, 0]).sum(axis=1)
    inner = (1 - data.rho) * XX + data.rho * JJ
    flat = M.reshape(len(M), p * p)
    expected = c.sum(axis=0) - np.einsum("rx,xr->r", flat, inner.T @ (wc / k[:, None]))
    slope = (k[:, None] * wc).sum(axis=0) - np.einsum("rx,xr->r", flat, JJ.T @ (w[:, None] * wc))
    out: Array = np.where(slope > 0, np.maximum(Q - expected, 0.0) / np.where(slope > 0, slope, 1.0), 0.0)
    return out
