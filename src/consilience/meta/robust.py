"""Cluster-robust covariance: CR0 to CR3, and the pieces that degrees of freedom are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from consilience.meta.arrays import Array, Ints
from consilience.meta.errors import InputError
from consilience.meta.gls import WeightedFit

CRType = Literal["CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3"]

# A cluster whose leverage is this close to 1 is examined for directions that it alone determines.
NEAR_ONE = 1.0 - 1e-6
# Eigenvalues of I - H within a cluster lie in [0, 1]; below this a direction counts as undetermined.
NULL_EIGENVALUE = 1e-9


@dataclass(frozen=True)
class RobustCovariance:
    """``vcov = sum_j s_j s_j'`` with ``s_j = M X_j'W_j A_j e_j``, and its moments under the working model.

    ``scores`` (J, p). The quadratic forms behind Satterthwaite's and Hotelling's approximations are
    ``P_ij = [i = j] own_i + L_i K L_j'`` with ``own`` (J, p, p), ``L`` (J, p, r) and ``K`` (r, r): so every
    sum over pairs of clusters is a contraction of sums over clusters. ``lost`` (J, p) is the share of each
    coefficient's working variance that comes from directions which only that cluster determines.
    """

    type: CRType
    vcov: Array
    scores: Array
    own: Array
    L: Array
    K: Array
    lost: Array


def check_type(vcov: str) -> CRType:
    """The name of a robust covariance, checked."""
    known = get_args(CRType)
    for name in known:
        if vcov.lower() == name.lower():
            return name  # type: ignore[no-any-return]
    raise InputError(f"vcov='{vcov}' is not known; use one of {', '.join(known)}.")


def _identity(Phi: Array, spread: Array, hat: Array) -> Array:  # noqa: ARG001
    """CR0, CR1, CR1p, CR1S: residuals as they are."""
    return np.broadcast_to(np.eye(Phi.shape[-1]), Phi.shape)


def _inverse_leverage(Phi: Array, spread: Array, hat: Array) -> Array:  # noqa: ARG001
    """CR3: ``(I - H_jj)^-1``, the jackknife's adjustment."""
    return np.linalg.pinv(np.eye(Phi.shape[-1]) - hat, rcond=NULL_EIGENVALUE)


def _bias_reduced(Phi: Array, spread: Array, hat: Array) -> Array:
    """CR2: ``D'(D S D')^(-1/2) D``, D'D = Phi, S the variance of the residuals (Pustejovsky & Tipton)."""
    L = np.linalg.cholesky(Phi)
    Lt = np.swapaxes(L, -1, -2)
    values, vectors = np.linalg.eigh(Lt @ spread @ L)
    root = _inverse_roots(values, _null_counts(L, spread, hat))
    A: Array = L @ ((vectors * root[:, None, :]) @ np.swapaxes(vectors, -1, -2)) @ Lt
    return A


def _inverse_roots(values: Array, nulls: Ints) -> Array:
    """Inverse square roots of eigenvalues, the ``nulls`` smallest of each row set to zero."""
    floor = np.finfo(float).tiny
    roots = 1.0 / np.sqrt(np.maximum(values, floor))
    roots[np.arange(values.shape[1]) < nulls[:, None]] = 0.0
    return roots


def _null_counts(L: Array, spread: Array, hat: Array) -> Ints:
    """Directions per cluster whose residual is always zero; relative to Phi, so units do not matter."""
    counts = np.zeros(len(L), dtype=np.int64)
    for j in np.flatnonzero(np.einsum("mii->m", hat) > NEAR_ONE):
        whitened = np.linalg.solve(L[j], np.linalg.solve(L[j], spread[j]).T)
        counts[j] = int(np.sum(np.linalg.eigvalsh((whitened + whitened.T) / 2) < NULL_EIGENVALUE))
    return counts


ADJUSTMENTS: dict[str, Callable[[Array, Array, Array], Array]] = {
    "CR0": _identity,
    "CR1": _identity,
    "CR1p": _identity,
    "CR1S": _identity,
    "CR2": _bias_reduced,
    "CR3": _inverse_leverage,
}


def scale_factor(vcov: CRType, J: int, k: int, p: int) -> float:
    """The factor on the residuals: CR1 J/(J-1), CR1p J/(J-p), CR1S J(k-1)/((J-1)(k-p)), square-rooted."""
    factors = {
        "CR1": (J, J - 1),
        "CR1p": (J, J - p),
        "CR1S": (J * (k - 1), (J - 1) * (k - p)),
    }
    above, below = factors.get(vcov, (1, 1))
    return float(np.sqrt(above / below)) if below > 0 else float("nan")


def robust_covariance(fit: WeightedFit, vcov: CRType) -> RobustCovariance:
    """The robust covariance of a weighted fit and its working-model moments; cost linear in clusters."""
    clusters, M = fit.clusters, fit.bread
    p, factor = len(M), scale_factor(vcov, clusters.J, clusters.k, len(M))
    middle = fit.WX.T @ fit.target.matmul(fit.WX)
    scores, own = np.empty((clusters.J, p)), np.empty((clusters.J, p, p))
    N, U, lost = np.empty_like(own), np.empty_like(own), np.zeros((clusters.J, p))
    for group, W, Phi in zip(clusters.groups, fit.weights.parts, fit.target.parts):
        X, e = fit.X[group.rows], fit.residuals[group.rows]
        WXM = fit.WX[group.rows] @ M
        spread, hat = _residual_variance(fit, X, W, Phi, middle)
        A = factor * ADJUSTMENTS[vcov](Phi, spread, hat)
        G = np.swapaxes(A, -1, -2) @ WXM
        Gt, PhiG = np.swapaxes(G, -1, -2), Phi @ G
        scores[group.members] = np.einsum("mnp,mn->mp", G, e)
        own[group.members] = Gt @ PhiG
        N[group.members] = Gt @ X
        U[group.members] = np.swapaxes(PhiG, -1, -2) @ (W @ (X @ M))
        _mark_lost(lost, group.members, WXM, spread, Phi, hat, M)
    L, K = _pair_factors(fit, N, U, middle)
    return RobustCovariance(vcov, scores.T @ scores, scores, own, L, K, lost)


def residual_adjustments(fit: WeightedFit, vcov: CRType) -> tuple[Array, ...]:
    """The adjustment matrices A_j (m, n, n) of each size group, without the CR1 family's factor."""
    middle = fit.WX.T @ fit.target.matmul(fit.WX)
    out = []
    for group, W, Phi in zip(fit.clusters.groups, fit.weights.parts, fit.target.parts):
        spread, hat = _residual_variance(fit, fit.X[group.rows], W, Phi, middle)
        out.append(ADJUSTMENTS[vcov](Phi, spread, hat))
    return tuple(out)


def _residual_variance(
    fit: WeightedFit, X: Array, W: Array, Phi: Array, middle: Array
) -> tuple[Array, Array]:
    """Variance of the residuals under the working model, and the hat matrices, of one size group."""
    Xt = np.swapaxes(X, -1, -2)
    XM = X @ fit.bread
    hat = XM @ (Xt @ W)
    if fit.inverse_variance:
        return Phi - XM @ Xt, hat
    cross = hat @ Phi
    spread = Phi - cross - np.swapaxes(cross, -1, -2) + XM @ middle @ np.swapaxes(XM, -1, -2)
    return spread, hat


def _pair_factors(fit: WeightedFit, N: Array, U: Array, middle: Array) -> tuple[Array, Array]:
    """L and K of the pair terms: -N M N' where weights are inverse variances, three terms otherwise."""
    M = fit.bread
    if fit.inverse_variance:
        return N, -M
    p = len(M)
    zero = np.zeros((p, p))
    K = np.block([[zero, -np.eye(p)], [-np.eye(p), M @ middle @ M]])
    return np.concatenate([U, N], axis=2), K


def _mark_lost(
    lost: Array, members: Ints, WXM: Array, spread: Array, Phi: Array, hat: Array, M: Array
) -> None:
    """Fill in which coefficients lean on directions that one cluster alone determines."""
    for j in np.flatnonzero(np.einsum("mii->m", hat) > NEAR_ONE):
        L = np.linalg.cholesky(Phi[j])
        whitened = np.linalg.solve(L, np.linalg.solve(L, spread[j]).T)
        values, vectors = np.linalg.eigh((whitened + whitened.T) / 2)
        null = vectors[:, values < NULL_EIGENVALUE]
        lost[members[j]] = np.sum((null.T @ (L.T @ WXM[j])) ** 2, axis=0) / np.diag(M)
