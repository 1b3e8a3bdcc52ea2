"""CMVE, correlated multivariate effects: each category its own true effect, with any covariance between."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks, from_groups
from consilience.meta.clusters import SizeGroup
from consilience.meta.likelihood import Evaluation, LinearCovariance, evaluate
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
    """Fit by Newton steps over the Cholesky factor of T, so that T stays a covariance.

    Components are ``tau2[category]``; correlations of true effects are kept beside them. Source:
    Pustejovsky & Tipton (2022).
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
    """Newton's method on the entries of L, T = L L', with curvature made positive and steps halved."""

    def __init__(self, data: WorkingData, model: LinearCovariance, pairs: list[tuple[int, int]]) -> None:
        self.data, self.model, self.pairs = data, model, pairs
        self.size, self.restricted = len(data.categories), data.estimator != "ML"

    def theta(self, factor: Array) -> Array:
        """Entries of T from entries of L."""
        L = np.tril(_matrix(factor, self.pairs, self.size))
        T = L @ L.T
        return np.array([T[a, b] for a, b in self.pairs])

    def at(self, factor: Array) -> Evaluation:
        """The likelihood and its derivatives in T."""
        return evaluate(self.data.y, self.data.X, self.model, self.theta(factor), self.restricted)

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

    def bend(self, score: Array) -> Array:
        """sum of score times the second derivatives of T in L; it matters where T is singular."""
        S = _matrix(score, self.pairs, self.size)
        out = np.zeros((len(self.pairs), len(self.pairs)))
        for m, (i, c) in enumerate(self.pairs):
            for n, (j, d) in enumerate(self.pairs):
                if c == d:
                    out[m, n] = S[i, j] * (2.0 if i == j else 1.0)
        return out

    def direction(self, factor: Array, now: Evaluation) -> Array:
        """An ascent direction: the Newton step with absolute curvatures."""
        J = self.jacobian(factor)
        hessian = J.T @ now.observed @ J - self.bend(now.score)
        values, vectors = np.linalg.eigh(hessian)
        floor = 1e-10 * float(np.abs(values).max())
        step: Array = vectors @ ((vectors.T @ (J.T @ now.score)) / np.maximum(np.abs(values), floor))
        return step

    def climb(self, factor: Array) -> tuple[Array, Evaluation, bool, int]:
        """To the nearest maximum from ``factor``."""
        now = self.at(factor)
        for iteration in range(1, MAX_ITERATIONS + 1):
            step, length = self.direction(factor, now), 1.0
            proposal = self.at(factor + step)
            while proposal.loglik < now.loglik and length > 1e-12:
                length /= 2
                proposal = self.at(factor + length * step)
            gain = proposal.loglik - now.loglik
            if gain <= RELATIVE_GAIN * max(1.0, abs(now.loglik)):
                return factor, now, True, iteration
            factor, now = factor + length * step, proposal
        return factor, now, False, MAX_ITERATIONS

    def run(self) -> tuple[Array, float, bool, int]:
        """The best of climbs from positive, no and negative correlation: the surface can have two tops."""
        typical = float(np.sqrt(np.median(self.model.V.diagonal())))
        best = None
        for lean in (0.3, 0.0, -0.3):
            start = np.array([typical if a == b else lean * typical for a, b in self.pairs])
            found = self.climb(start)
            if best is None or found[1].loglik > best[1].loglik:
                best = found
        assert best is not None
        return best[1].theta, best[1].loglik, best[2], best[3]


MODEL = WorkingModel(
    "CMVE", "correlated multivariate effects, a variance for each category and any covariance",
    ("REML", "ML"), fit_cmve, ("subgroup",), r_random="~ {subgroup} | {cluster}",
)  # fmt: skip
