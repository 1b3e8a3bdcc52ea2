"""Covariance of a selection model's parameters: inverse information, or a sandwich over clusters."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.bias.selection.climb import Summit
from consilience.meta.bias.selection.likelihood import evaluate
from consilience.meta.bias.selection.problem import Problem
from consilience.meta.clusters import Clusters


def covariance(problem: Problem, summit: Summit, clusters: Clusters | None) -> Array:
    """``H^-1``, or ``J/(J-1) H^-1 (sum_j s_j s_j') H^-1``; NaN for held parameters and those at a bound."""
    at = evaluate(problem.seen, summit.theta)
    out = np.full(at.hessian.shape, np.nan)
    free = np.flatnonzero((problem.lower < problem.upper) & ~summit.at_bound)
    information = -at.hessian[np.ix_(free, free)]
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = information / np.outer(scale, scale)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled)[0] < 1e-12:
        return out
    inverse = np.linalg.inv(scaled) / np.outer(scale, scale)
    if clusters is not None:
        scores = clusters.sums(at.score[:, free])
        inverse = clusters.J / (clusters.J - 1) * inverse @ (scores.T @ scores) @ inverse
    out[np.ix_(free, free)] = inverse
    return out
