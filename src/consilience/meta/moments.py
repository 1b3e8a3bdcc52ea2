"""Variance components by the method of moments of Hedges, Tipton & Johnson (2010), as robumeta has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.clusters import Clusters


@dataclass(frozen=True)
class Moments:
    """``tau2`` between studies and ``omega2`` within them.

    ``Q`` is the weighted residual sum of squares, ``expected_Q`` its expectation without heterogeneity.
    """

    tau2: float
    omega2: float
    Q: float
    tau2_untruncated: float
    omega2_untruncated: float
    expected_Q: float

    @property
    def I2(self) -> float:
        """Percent of Q beyond its expectation, ``100 (Q - E Q) / Q``, robumeta's I2."""
        return 100 * max(0.0, (self.Q - self.expected_Q) / self.Q) if self.Q > 0 else 0.0


def study_mean_variance(vi: Array, clusters: Clusters) -> Array:
    """The mean sampling variance of each study, in row order (k,)."""
    mean: Array = (clusters.sums(vi) / clusters.sizes)[clusters.codes]
    return mean


def correlated_effects_weights(vi: Array, clusters: Clusters, tau2: float) -> Array:
    """``w_ij = 1 / (k_j (mean v_j + tau2))``, robumeta's weights for correlated effects."""
    weights: Array = 1.0 / (clusters.sizes[clusters.codes] * (study_mean_variance(vi, clusters) + tau2))
    return weights


def _first_fit(y: Array, X: Array, w: Array) -> tuple[Array, Array]:
    """The bread and the residuals of a diagonally weighted fit."""
    Xw = X * w[:, None]
    bread = np.linalg.inv(X.T @ Xw)
    return bread, y - X @ (bread @ (Xw.T @ y))


def correlated_effects_moments(y: Array, vi: Array, X: Array, clusters: Clusters, rho: float) -> Moments:
    """tau2 of the correlated-effects model: the Q statistic set to its expectation.

    With w_j = 1/(k_j vbar_j): E Q = J - tr(M sum_j (w_j/k_j) [(1-rho) X_j'X_j + rho X_j'JX_j])
    + tau2 (sum_j k_j w_j - tr(M sum_j w_j^2 X_j'JX_j)) (Hedges, Tipton & Johnson 2010, eq. 15).
    """
    w = correlated_effects_weights(vi, clusters, 0.0)
    bread, e = _first_fit(y, X, w)
    Q = float(w @ e**2)
    wj = clusters.sums(w) / clusters.sizes
    sums = clusters.sums(X)
    within = (X * (w / clusters.sizes[clusters.codes])[:, None]).T @ X
    between = (sums * (wj / clusters.sizes)[:, None]).T @ sums
    expected = clusters.J - np.sum(bread * ((1 - rho) * within + rho * between))
    slope = float(w.sum() - np.sum(bread * ((sums * (wj**2)[:, None]).T @ sums)))
    raw = (Q - float(expected)) / slope if slope > 0 else 0.0
    return Moments(max(raw, 0.0), 0.0, Q, raw, 0.0, float(expected))


def hierarchical_moments(y: Array, vi: Array, X: Array, clusters: Clusters) -> Moments:
    """tau2 and omega2 of the hierarchical model: two quadratic forms set to their expectations.

    Q = e'We with W = diag(1/v) and Q1 = sum_j (1'e_j)^2, e the residuals of the fit weighted by W, under
    Var(y_j) = tau2 J + omega2 I + diag(v_j) (Hedges, Tipton & Johnson 2010, eqs. 17-18).
    """
    w = 1.0 / vi
    bread, e = _first_fit(y, X, w)
    Q = float(w @ e**2)
    Q1 = float(np.sum(clusters.sums(e) ** 2))
    weighted = _expected_weighted(w, X, bread, clusters)
    unweighted = _expected_unweighted(w, X, bread, clusters)
    A1, B1, C1 = unweighted
    A2, B2, C2 = weighted
    determinant = B1 * A2 - B2 * A1
    omega_raw = (A2 * (Q1 - C1) - A1 * (Q - C2)) / determinant if determinant != 0 else 0.0
    omega2 = max(omega_raw, 0.0)
    tau_raw = (Q - C2 - omega2 * B2) / A2 if A2 > 0 else 0.0
    return Moments(max(tau_raw, 0.0), omega2, Q, tau_raw, omega_raw, C2)


def _expected_weighted(w: Array, X: Array, bread: Array, clusters: Clusters) -> tuple[float, float, float]:
    """Coefficients of tau2, omega2 and 1 in E[e'We]."""
    wsums = clusters.sums(X * w[:, None])
    tau = w.sum() - np.sum(bread * (wsums.T @ wsums))
    omega = w.sum() - np.sum(bread * ((X * (w**2)[:, None]).T @ X))
    return float(tau), float(omega), float(len(w) - X.shape[1])


def _expected_unweighted(w: Array, X: Array, bread: Array, clusters: Clusters) -> tuple[float, float, float]:
    """Coefficients of tau2, omega2 and 1 in E[sum_j (1'e_j)^2]."""
    sums, wsums = clusters.sums(X), clusters.sums(X * w[:, None])
    S = sums.T @ sums
    size = clusters.sizes.astype(float)

    def coefficient(total: float, cross: Array, middle: Array) -> float:
        """tr(E V E') for E = sums of rows of I - H: total - 2 cross + the projected part."""
        return float(total - 2 * np.sum(bread * cross) + np.sum((bread @ S @ bread) * middle))

    WXX = (X * w[:, None]).T @ X
    tau = coefficient(float(size @ size), (wsums * size[:, None]).T @ sums, wsums.T @ wsums)
    omega = coefficient(float(size.sum()), wsums.T @ sums, (X * (w**2)[:, None]).T @ X)
    v = coefficient(float((1 / w).sum()), sums.T @ sums, WXX)
    return tau, omega, v
