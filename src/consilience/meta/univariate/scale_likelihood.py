"""Likelihood of a model whose heterogeneity depends on moderators, with its analytic derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.weighted import Batch, WeightedFit, solve_weighted

MAX_STEPS = 200
# Half a Newton step's promise is the gain in log-likelihood that is still to be had.
_PROMISE = 1e-12


@dataclass(frozen=True)
class ScaleModel:
    """Data, the scale's basis ``Z`` (k, q), link ("log": log tau2_i = Z_i a; "identity": tau2_i = Z_i a)."""

    batch: Batch
    Z: Array
    log_link: bool
    restricted: bool

    def tau2(self, alpha: Array) -> Array:
        """Heterogeneity of each study, (k,)."""
        eta = self.Z @ alpha
        return np.asarray(np.exp(eta) if self.log_link else eta)


@dataclass(frozen=True)
class ScalePoint:
    """Log-likelihood (no constants), score (q,), observed and expected information (q, q), mean's fit."""

    loglik: float
    score: Array
    observed: Array
    expected: Array
    fit: WeightedFit


def evaluate(model: ScaleModel, alpha: Array) -> ScalePoint:
    """Value and derivatives at ``alpha``; cost linear in studies.

    With ``P`` the projection of the (restricted) likelihood and ``e = Py``:
    ``dl/dtau2_i = (e_i^2 - P_ii) / 2`` and ``d2l/dtau2_i dtau2_j = P_ij^2 / 2 - e_i P_ij e_j``
    (Viechtbauer and Lopez-Lopez, 2022, Res. Synth. Methods 13, 697-715); for ML, W replaces P except in
    ``e P e``.
    """
    tau2 = model.tau2(alpha)
    w = 1.0 / (model.batch.v[0] + tau2)
    fit = solve_weighted(model.batch, w[None, :])
    leverage = _leverage(model, fit)
    diagonal = w - w**2 * leverage if model.restricted else w
    e = w * fit.resid[0]
    slope = 0.5 * (e**2 - diagonal)
    first = tau2 if model.log_link else np.ones_like(tau2)
    G = model.Z * first[:, None]
    expected = 0.5 * _squares(model, fit, G, leverage)
    observed = _quadratic(model, fit, G, e) - expected
    if model.log_link:
        observed = observed - (model.Z * (slope * tau2)[:, None]).T @ model.Z
    loglik = 0.5 * float(np.log(w).sum() - fit.rss[0] - (fit.logdet[0] if model.restricted else 0.0))
    return ScalePoint(loglik, G.T @ slope, observed, expected, fit)


def _leverage(model: ScaleModel, fit: WeightedFit) -> Array:
    Q = model.batch.basis.Q
    return np.asarray(np.einsum("ij,jl,il->i", Q, fit.inverse[0], Q))


def _squares(model: ScaleModel, fit: WeightedFit, G: Array, leverage: Array) -> Array:
    """``sum_ij G_i P_ij^2 G_j'``: the square of a bilinear form is bilinear in outer products."""
    w, p = fit.weights[0], model.batch.basis.size
    if not model.restricted:
        return np.asarray((G * (w**2)[:, None]).T @ G)
    # P_ii^2 without the part that the full double sum below brings again
    diagonal = w**2 - 2.0 * w**3 * leverage
    moments = (model.batch.basis.cross.T @ (G * (w**2)[:, None])).T.reshape(-1, p, p)
    inner = fit.inverse[0] @ moments @ fit.inverse[0]
    return np.asarray((G * diagonal[:, None]).T @ G + np.einsum("aij,bij->ab", inner, moments))


def _quadratic(model: ScaleModel, fit: WeightedFit, G: Array, e: Array) -> Array:
    """``sum_ij G_i e_i P_ij e_j G_j'``."""
    w = fit.weights[0]
    scaled = G * e[:, None]
    through = model.batch.basis.Q.T @ (scaled * w[:, None])
    return np.asarray((scaled * w[:, None]).T @ scaled - through.T @ fit.inverse[0] @ through)


@dataclass(frozen=True)
class ScaleClimb:
    """Where the climb ended."""

    alpha: Array
    point: ScalePoint
    converged: bool
    steps: int


def climb_scale(model: ScaleModel, start: Array) -> ScaleClimb:
    """Newton steps with the observed information (the expected one where it is not positive definite).

    Steps are shortened until the likelihood does not fall and every tau2 is positive; the end is judged by
    the gain that a full step still promises, which is free of units.
    """
    alpha, point = start, evaluate(model, start)
    for count in range(MAX_STEPS):
        step = _step(point)
        promise = float(point.score @ step)
        moved = _shortened(model, alpha, point, step)
        if promise <= _PROMISE:
            return ScaleClimb(*(moved or (alpha, point)), True, count)
        if moved is None:
            return ScaleClimb(alpha, point, promise < 1e-9, count)
        alpha, point = moved
    return ScaleClimb(alpha, point, False, MAX_STEPS)


def _step(point: ScalePoint) -> Array:
    for information in (point.observed, point.expected):
        values, vectors = np.linalg.eigh(information)
        if values[0] > 1e-10 * max(abs(values[-1]), np.finfo(float).tiny):
            return np.asarray(vectors @ ((vectors.T @ point.score) / values))
    return np.asarray(np.linalg.lstsq(point.expected, point.score, rcond=None)[0])


def _shortened(
    model: ScaleModel, alpha: Array, point: ScalePoint, step: Array
) -> tuple[Array, ScalePoint] | None:
    """The longest of the step, its half, its quarter ... that does not lower the likelihood."""
    reach = np.abs(model.Z @ step).max()
    # on the log scale one step may not change a tau2 by more than a factor of e^5
    factor = min(1.0, 5.0 / reach) if model.log_link and reach > 0 else 1.0
    for _ in range(50):
        proposal = alpha + factor * step
        if model.log_link or np.all(model.tau2(proposal) > 0):
            there = evaluate(model, proposal)
            if np.isfinite(there.loglik) and there.loglik >= point.loglik:
                return proposal, there
        factor *= 0.5
    return None
