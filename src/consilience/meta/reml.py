"""REML and ML by scoring with analytic derivatives; a component may end at exactly zero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.likelihood import Evaluation, LinearCovariance, evaluate

MAX_ITERATIONS = 200
RELATIVE_STEP = 1e-9
NO_INFORMATION = 1e-10
NO_GAIN = 1e-13


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is largest over theta >= 0, and whether the search got there."""

    theta: Array
    loglik: float
    converged: bool
    iterations: int
    information: Array
    """Expected information of theta at the maximum."""
    unidentified: tuple[int, ...] = ()
    """Components that the data say nothing about; they are left at zero."""


@dataclass(frozen=True)
class Box:
    """Bounds of the search (q,), and ``typical`` sizes (q,) against which a step counts as small.

    ``curved``: some parameters are roots of variances, in which the likelihood may bend upward; steps then
    use absolute curvatures, and the search ends where a step promises no gain.
    """

    lower: Array
    upper: Array
    typical: Array
    curved: bool = False

    def free(self, at: Evaluation, held: np.ndarray) -> np.ndarray:
        """Parameters that may move: not held, and not pressed against a bound."""
        down = (at.theta <= self.lower) & (at.score <= 0)
        up = (at.theta >= self.upper) & (at.score >= 0)
        return ~held & ~down & ~up


def maximise(
    evaluation: Callable[[Array], Evaluation], start: Array, typical: float, held: np.ndarray
) -> Maximum:
    """Maximise over theta >= 0; ``typical`` is a variance that sets the scale."""
    q = len(start)
    return maximise_within(evaluation, start, Box(np.zeros(q), np.full(q, np.inf), np.full(q, typical)), held)


def maximise_within(
    evaluation: Callable[[Array], Evaluation], start: Array, box: Box, held: np.ndarray
) -> Maximum:
    """Maximise within a box by Newton steps where the likelihood is concave, else by Fisher scoring.

    ``held`` parameters keep their start; convergence is a relative step, so units change nothing.
    """
    current = evaluation(start)
    for iteration in range(1, MAX_ITERATIONS + 1):
        free = box.free(current, held)
        if not free.any():
            return _maximum(current, True, iteration)
        proposal, step = _advance(evaluation, current, free, box)
        size = np.abs(current.theta[free]) + 1e-3 * box.typical[free]
        small = bool(np.all(np.abs(step) <= RELATIVE_STEP * size))
        if box.curved and proposal is not None:
            small = small or float(current.score[free] @ step) <= NO_GAIN * max(1.0, abs(current.loglik))
        if small or proposal is None:
            return _maximum(proposal or current, small or _flat(current, free), iteration)
        current = proposal
    return _maximum(current, False, MAX_ITERATIONS)


def _maximum(at: Evaluation, converged: bool, iterations: int) -> Maximum:
    return Maximum(at.theta, at.loglik, converged, iterations, at.expected)


def _flat(at: Evaluation, free: np.ndarray) -> bool:
    """Whether no direction promises a gain that double precision could show."""
    information = at.expected[np.ix_(free, free)]
    gain = float(at.score[free] @ np.linalg.pinv(information, hermitian=True) @ at.score[free])
    return gain <= 1e-10 * max(1.0, abs(at.loglik))


def _direction(at: Evaluation, free: np.ndarray) -> Array:
    """The Newton step on the free components, or the scoring step where curvature has the wrong sign."""
    score = at.score[free]
    for information in (at.observed, at.expected):
        inner = information[np.ix_(free, free)]
        scale = np.sqrt(np.abs(np.diag(inner)))
        if np.any(scale == 0):
            continue
        values, vectors = np.linalg.eigh(inner / np.outer(scale, scale))
        if values[0] > 1e-8 * values[-1]:
            step: Array = vectors @ ((vectors.T @ (score / scale)) / values) / scale
            return step
    ridge: Array = np.linalg.pinv(at.expected[np.ix_(free, free)], hermitian=True) @ score
    return ridge


def _curved_direction(at: Evaluation, free: np.ndarray, box: Box) -> Array:
    """The Newton step with absolute curvatures: uphill in every direction."""
    size = box.typical[free]
    values, vectors = np.linalg.eigh(at.observed[np.ix_(free, free)] * np.outer(size, size))
    values = np.maximum(np.abs(values), 1e-9 * float(np.abs(values).max()))
    step: Array = size * (vectors @ ((vectors.T @ (at.score[free] * size)) / values))
    return step


def _advance(
    evaluation: Callable[[Array], Evaluation], current: Evaluation, free: np.ndarray, box: Box
) -> tuple[Evaluation | None, Array]:
    """One step with halving; parameters that would leave the box stop at its side."""
    direction = _curved_direction(current, free, box) if box.curved else _direction(current, free)
    length = 1.0
    tolerance = 1e-12 * max(1.0, abs(current.loglik))
    for _ in range(40):
        theta = current.theta.copy()
        theta[free] = np.clip(theta[free] + length * direction, box.lower[free], box.upper[free])
        proposal = evaluation(theta)
        if proposal.loglik >= current.loglik - tolerance:
            return proposal, theta[free] - current.theta[free]
        length /= 2
    return None, np.full(int(free.sum()), np.inf)


def fit_components(
    y: Array, X: Array, model: LinearCovariance, restricted: bool = True, start: Array | None = None
) -> Maximum:
    """REML (or ML) estimates of the components of a linear covariance model."""
    typical = float(np.median(model.V.diagonal()))
    if start is None:
        residual = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
        excess = float(residual @ residual) / max(len(y) - X.shape[1], 1) - typical
        start = np.full(len(model.components), max(excess, 0.2 * typical) / max(len(model.components), 1))
    at_start = evaluate(y, X, model, start, restricted)
    told = np.diag(at_start.expected) * typical**2 > NO_INFORMATION
    start = np.where(told, start, 0.0)
    best = maximise(lambda theta: evaluate(y, X, model, theta, restricted), start, typical, ~told)
    return replace(best, unidentified=tuple(int(i) for i in np.flatnonzero(~told)))
