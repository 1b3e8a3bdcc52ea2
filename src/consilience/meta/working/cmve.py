"""CMVE, correlated multivariate effects: each category its own true effect, with any covariance between."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks, from_groups
from consilience.meta.clusters import SizeGroup
from consilience.meta.likelihood import LinearCovariance, evaluate
from consilience.meta.working.model import WorkingData, WorkingFit, WorkingModel
from consilience.meta.working.sampling import sampling_covariance

MAX_ITERATIONS = 500
RELATIVE_GAIN = 1e-12


def cmve_model(data: WorkingData) -> tuple[LinearCovariance, list[tuple[int, int]]]:
    """V with rho within studies plus T[c, d] for effects of categories c and d of one study."""
    pairs = [(a, b) for a in range(len(data.categories)) for b in range(a + 1)]
    components = tuple(_pair_blocks(data, a, b) for a, b in pairs)
    names = tuple(f"T[{data.categories[a]}, {data.categories[b]}]" for a, b in pairs)
    return LinearCovariance(sampling_covariance(data), components, names), pairs


def _pair_blocks(data: WorkingData, a: int, b: int) -> Blocks:
    codes = data.category
    assert codes is not None

    def build(group: SizeGroup) -> Array:
        one = np.equal(codes[group.rows], a).astype(np.float64)
        two = np.equal(codes[group.rows], b).astype(np.float64)
        outer: Array = one[:, :, None] * two[:, None, :]
        return outer if a == b else outer + np.swapaxes(outer, 1, 2)

    return from_groups(data.clusters, build)


def fit_cmve(data: WorkingData) -> WorkingFit:
    """Fit by scoring over the Cholesky factor of T, so that T stays a covariance (Pustejovsky & Tipton 2022).

    Components are ``tau2[category]``; the correlations of true effects are kept beside them.
    """
    model, pairs = cmve_model(data)
    search = _Search(data, model, pairs)
    theta, loglik, converged, iterations = search.run()
    sigma = model.sigma(theta)
    T = _matrix(theta, pairs, len(data.categories))
    spread = np.sqrt(np.diag(T))
    components = {f"tau2[{c}]": float(T[i, i]) for i, c in enumerate(data.categories)}
    correlations = {
        f"{data.categories[a]}, {data.categories[b]}": float(T[a, b] / (spread[a] * spread[b]))
        for a, b in pairs
        if a != b and spread[a] > 0 and spread[b] > 0
    }
    return WorkingFit(
        weights=sigma.inverse(),
        target=sigma,
        inverse_variance=True,
        components=components,
        sampling=model.V,
        loglik=loglik,
        converged=converged,
        iterations=iterations,
        boundary=tuple(n for n, v in correlations.items() if abs(v) > 1 - 1e-6),
        correlations=correlations,
    )


def _matrix(theta: Array, pairs: list[tuple[int, int]], size: int) -> Array:
    T = np.zeros((size, size))
    for value, (a, b) in zip(theta, pairs):
        T[a, b] = T[b, a] = value
    return T


class _Search:
    """Levenberg-Marquardt scoring on the entries of L, T = L L'."""

    def __init__(self, data: WorkingData, model: LinearCovariance, pairs: list[tuple[int, int]]) -> None:
        self.data, self.model, self.pairs = data, model, pairs
        self.size, self.restricted = len(data.categories), data.estimator != "ML"

    def theta(self, factor: Array) -> Array:
        L = _matrix(factor, self.pairs, self.size)
        T = np.tril(L) @ np.tril(L).T
        return np.array([T[a, b] for a, b in self.pairs])

    def jacobian(self, factor: Array) -> Array:
        """d theta / d factor: T changes by e_a l_b' + l_b e_a' when entry (a, b) of L does."""
        L = np.tril(_matrix(factor, self.pairs, self.size))
        out = np.empty((len(self.pairs), len(self.pairs)))
        for column, (a, b) in enumerate(self.pairs):
            change = np.zeros((self.size, self.size))
            change[a] = L[:, b]
            change = change + change.T
            out[:, column] = [change[c, d] for c, d in self.pairs]
        return out

    def run(self) -> tuple[Array, float, bool, int]:
        typical = float(np.median(self.model.V.diagonal()))
        factor = np.array([np.sqrt(typical) if a == b else 0.3 * np.sqrt(typical) for a, b in self.pairs])
        at = evaluate(self.data.y, self.data.X, self.model, self.theta(factor), self.restricted)
        damping, quiet = 1e-3, 0
        for iteration in range(1, MAX_ITERATIONS + 1):
            jacobian = self.jacobian(factor)
            score, information = jacobian.T @ at.score, jacobian.T @ at.expected @ jacobian
            ridge = damping * (np.diag(information) + 1e-8 * np.trace(information) / len(factor))
            step = np.linalg.solve(information + np.diag(ridge), score)
            proposal = evaluate(
                self.data.y, self.data.X, self.model, self.theta(factor + step), self.restricted
            )
            gain = proposal.loglik - at.loglik
            if gain >= 0:
                factor, at, damping = factor + step, proposal, max(damping / 5, 1e-12)
                quiet = quiet + 1 if gain <= RELATIVE_GAIN * max(1.0, abs(at.loglik)) else 0
                if quiet >= 3:
                    return at.theta, at.loglik, True, iteration
            else:
                damping *= 4
                if damping > 1e12:
                    return at.theta, at.loglik, True, iteration
        return at.theta, at.loglik, False, MAX_ITERATIONS


MODEL = WorkingModel(
    "CMVE", "correlated multivariate effects, a variance for each category and any covariance",
    ("REML", "ML"), fit_cmve, ("subgroup",), r_random="~ {subgroup} | {cluster}",
)  # fmt: skip
