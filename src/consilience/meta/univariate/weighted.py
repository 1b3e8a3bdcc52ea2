"""Weighted least squares for many data sets at once: the kernel under every univariate model.

Arrays lead with a batch axis of length B: a single fit has B = 1, a permutation test or a
leave-one-out analysis as many as it needs. A weight of zero leaves a study out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.meta.univariate.basis import Array, Basis

SINGULAR = 1e-12


@dataclass(frozen=True)
class Batch:
    """B data sets on one basis: outcomes and variances (B, k), which studies take part (B, k) or all."""

    y: Array
    v: Array
    basis: Basis
    include: Array | None = None

    @property
    def k(self) -> Array:
        """Studies in each data set, (B,)."""
        if self.include is None:
            return np.full(self.y.shape[0], float(self.y.shape[1]))
        return np.asarray(self.include.sum(axis=1), dtype=float)

    def rows(self, keep: NDArray[np.intp]) -> Batch:
        """The data sets at these sorted positions."""
        if keep.size == self.y.shape[0]:
            return self
        include = None if self.include is None else self.include[keep]
        return Batch(self.y[keep], self.v[keep], self.basis, include)

    def repeat(self, times: int) -> Batch:
        """The whole batch several times over."""
        include = None if self.include is None else np.tile(self.include, (times, 1))
        y, v = (
            np.broadcast_to(a, (times, a.shape[1])) if len(a) == 1 else np.tile(a, (times, 1))
            for a in (self.y, self.v)
        )
        return Batch(y, v, self.basis, include)

    def mask(self, w: Array) -> Array:
        """Set the weights of left-out studies to zero."""
        return w if self.include is None else w * self.include


@dataclass(frozen=True)
class WeightedFit:
    """``coef`` (B, p) on the basis, ``inverse`` of Q'WQ (B, p, p), residuals (B, k), RSS, log|Q'WQ| (B,)."""

    weights: Array
    coef: Array
    inverse: Array
    resid: Array
    rss: Array
    logdet: Array


def cross_products(w: Array, basis: Basis) -> Array:
    """``Q' diag(w) Q`` for each row of ``w``: (B, p, p)."""
    p = basis.size
    return np.asarray((w @ basis.cross).reshape(-1, p, p))


def invert(S: Array) -> tuple[Array, Array]:
    """Inverse and log determinant of positive definite (B, p, p); NaN where one is singular."""
    if S.shape[-1] == 1:
        return 1.0 / S, np.log(S[:, 0, 0])
    if S.shape[-1] == 2:
        return _invert_pairs(S)
    root = np.sqrt(np.diagonal(S, axis1=1, axis2=2))
    scaled = S / (root[:, :, None] * root[:, None, :])
    scaled = np.where(np.isfinite(scaled), scaled, 0.0)
    values, vectors = np.linalg.eigh(scaled)
    values = np.where(values > SINGULAR, values, np.nan)
    inverse = (vectors / values[:, None, :]) @ vectors.transpose(0, 2, 1)
    logdet = np.log(values).sum(axis=1) + 2.0 * np.log(root).sum(axis=1)
    return inverse / (root[:, :, None] * root[:, None, :]), logdet


def _invert_pairs(S: Array) -> tuple[Array, Array]:
    """The 2 x 2 case in closed form."""
    a, b, d = S[:, 0, 0], S[:, 0, 1], S[:, 1, 1]
    det = a * d - b * b
    det = np.where(det > SINGULAR * a * d, det, np.nan)
    inverse = np.empty_like(S)
    inverse[:, 0, 0], inverse[:, 1, 1] = d / det, a / det
    inverse[:, 0, 1] = inverse[:, 1, 0] = -b / det
    return inverse, np.log(det)


def solve_weighted(batch: Batch, w: Array) -> WeightedFit:
    """Minimise ``sum w (y - Qb)^2`` in each data set."""
    inverse, logdet = invert(cross_products(w, batch.basis))
    coef = (inverse @ ((w * batch.y) @ batch.basis.Q)[:, :, None])[:, :, 0]
    resid = batch.y - coef @ batch.basis.Q.T
    rss = np.einsum("bk,bk,bk->b", w, resid, resid)
    return WeightedFit(w, coef, inverse, resid, rss, logdet)


def inverse_variance(batch: Batch, tau2: Array) -> WeightedFit:
    """Weighted fit with weights ``1 / (v + tau2)``; ``tau2`` has shape (B,)."""
    return solve_weighted(batch, batch.mask(1.0 / (batch.v + tau2[:, None])))


def trace_p(fit: WeightedFit, basis: Basis) -> Array:
    """Trace of ``P = W - W Q (Q'WQ)^-1 Q'W``, (B,)."""
    second = cross_products(fit.weights**2, basis)
    return np.asarray(fit.weights.sum(axis=1) - np.einsum("bij,bji->b", fit.inverse, second))


def traces(fit: WeightedFit, basis: Basis) -> tuple[Array, Array]:
    """Traces of ``P`` and of ``PP``, (B,) each."""
    w, w2, p = fit.weights, fit.weights**2, basis.size
    moments = (np.concatenate([w2, w2 * w]) @ basis.cross).reshape(2, -1, p, p)
    second, third = fit.inverse @ moments[0], fit.inverse @ moments[1]
    trace = w.sum(axis=1) - np.einsum("bii->b", second)
    square = w2.sum(axis=1) - 2.0 * np.einsum("bii->b", third) + np.einsum("bij,bji->b", second, second)
    return trace, square


def quadratic_pp(fit: WeightedFit) -> Array:
    """``y'PPy``, (B,)."""
    wr = fit.weights * fit.resid
    return np.asarray(np.einsum("bk,bk->b", wr, wr))


def quadratic_ppp(fit: WeightedFit, basis: Basis) -> Array:
    """``y'PPPy``, (B,)."""
    wr = fit.weights * fit.resid
    u = (fit.weights * wr) @ basis.Q
    return np.asarray(
        np.einsum("bk,bk,bk->b", fit.weights, wr, wr) - np.einsum("bi,bij,bj->b", u, fit.inverse, u)
    )
