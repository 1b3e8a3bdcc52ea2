"""Hierarchical effects: weights differ by effect, so products run over effects, in chunks of draws."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from consilience.meta.arrays import Array
from consilience.meta.bootstrap.replicates import Refits
from consilience.meta.clusters import Clusters
from consilience.meta.working.model import WorkingData


def refit_he(
    data: WorkingData, e: Array, draws: Array, counts: Array | None = None, C: Array | None = None
) -> Refits:
    """Hierarchical-effects fits to ``e * draws`` (J, R), both components by moments in each."""
    clusters, X, p = data.clusters, data.X, data.X.shape[1]
    c = np.ones_like(draws) if counts is None else counts
    theta = _moments(data, e, draws, c)
    weights = 1 / (data.vi[:, None] + theta.sum(axis=0))
    weighted = weights * c[clusters.codes]
    pairs = (X[:, :, None] * X[:, None, :]).reshape(len(X), p * p)
    bread = np.linalg.inv((pairs.T @ weighted).T.reshape(-1, p, p))
    y = e[:, None] * draws[clusters.codes]
    beta = np.einsum("rab,rb->ra", bread, (X.T @ (weighted * y)).T)
    pieces = None
    if C is not None:
        CM = np.einsum("qa,rab->rqb", C, bread)
        residual = weights * (y - X @ beta.T)
        projected = [(X @ CM[:, q].T) * residual for q in range(len(C))]
        pieces = np.stack([_by_study(clusters) @ values for values in projected])
    return Refits(beta, theta, np.ones(draws.shape[1], dtype=bool), pieces)


def _by_study(clusters: Clusters) -> csr_array:
    """The (J, k) indicator matrix, sparse: it sums columns within studies."""
    k = clusters.k
    return csr_array((np.ones(k), (clusters.codes, np.arange(k))), shape=(clusters.J, k))


def _moments(data: WorkingData, e: Array, draws: Array, c: Array) -> Array:
    """tau2 and omega2 (2, R) by the moments of Hedges, Tipton & Johnson (2010, eqs. 17-18)."""
    clusters, X, p, w = data.clusters, data.X, data.X.shape[1], 1 / data.vi
    flat = (X[:, :, None] * X[:, None, :]).reshape(len(X), p * p)
    WXX, WWXX = (clusters.sums(flat * f[:, None]) for f in (w, w**2))
    sums, wsums = clusters.sums(X), clusters.sums(X * w[:, None])
    size, we = clusters.sizes.astype(float), clusters.sums(w)
    M = np.linalg.inv((WXX.T @ c).T.reshape(-1, p, p))
    b = np.einsum("rab,rb->ra", M, (clusters.sums(X * (w * e)[:, None]).T @ (c * draws)).T)
    Q = (clusters.sums(w * e**2)[:, None] * c * draws**2).sum(axis=0)
    Q = Q - np.einsum("ra,rab,rb->r", b, np.linalg.inv(M), b)
    Q1 = (c * (clusters.sums(e)[:, None] * draws - sums @ b.T) ** 2).sum(axis=0)
    MSM = M @ _over(c, _outer(sums, sums), p) @ M

    def trace(matrix: Array, left: Array) -> Array:
        out: Array = np.einsum("rab,rba->r", left, matrix)
        return out

    WW, JW = _over(c, _outer(wsums, wsums), p), _over(c, WXX, p)
    A2 = c.T @ we - trace(WW, M)
    B2 = c.T @ we - trace(_over(c, WWXX, p), M)
    C2 = c.T @ size - p
    A1 = c.T @ size**2 - 2 * trace(_over(c, _outer(wsums * size[:, None], sums), p), M) + trace(WW, MSM)
    cross = _over(c, _outer(wsums, sums), p)
    B1 = c.T @ size - 2 * trace(cross, M) + trace(_over(c, WWXX, p), MSM)
    C1 = c.T @ clusters.sums(data.vi) - 2 * trace(_over(c, _outer(sums, sums), p), M) + trace(JW, MSM)
    omega2 = np.maximum((A2 * (Q1 - C1) - A1 * (Q - C2)) / (B1 * A2 - B2 * A1), 0.0)
    given = data.fixed or {}
    omega2 = np.full_like(omega2, given["omega2"]) if "omega2" in given else omega2
    tau2 = np.maximum((Q - C2 - omega2 * B2) / A2, 0.0)
    tau2 = np.full_like(tau2, given["tau2"]) if "tau2" in given else tau2
    return np.stack([tau2, omega2])


def _outer(a: Array, b: Array) -> Array:
    """Outer products study by study, flattened (J, p p)."""
    out: Array = (a[:, :, None] * b[:, None, :]).reshape(len(a), -1)
    return out


def _over(c: Array, flat: Array, p: int) -> Array:
    """Sums over the studies drawn: (R, p, p)."""
    out: Array = (flat.T @ c).T.reshape(-1, p, p)
    return out
