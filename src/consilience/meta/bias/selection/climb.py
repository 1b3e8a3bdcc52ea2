"""Maximise a log-likelihood with analytic derivatives under bounds: damped Newton steps, several starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array

Objective = Callable[[Array], tuple[float, Array, Array]]
_STEPS = 200
# Twice the rise that a full Newton step still promises: far below what a likelihood can tell apart.
_DECREMENT = 1e-16


@dataclass(frozen=True)
class Summit:
    """Where the search ended: ``theta``, the log-likelihood, whether converged, ``at_bound`` (P,), steps."""

    theta: Array
    value: float
    converged: bool
    at_bound: np.ndarray
    steps: int


def climb(objective: Objective, start: Array, lower: Array, upper: Array) -> Summit:
    """Newton steps on the free parameters; a bound is left again when the slope points inward."""
    theta = np.clip(start, lower, upper)
    value, slope, curve = objective(theta)
    damping, converged, step = 1e-4, False, 0
    while step < _STEPS:
        step += 1
        stuck = ((theta <= lower) & (slope <= 0)) | ((theta >= upper) & (slope >= 0))
        free = np.flatnonzero(~stuck)
        if free.size == 0:
            converged = True
            break
        move, promised = _newton(slope[free], curve[np.ix_(free, free)], damping)
        trial = theta.copy()
        trial[free] = np.clip(theta[free] + move, lower[free], upper[free])
        if promised < _DECREMENT * max(1.0, abs(value)) and damping < 1e-2:
            converged = True
            break
        new = objective(trial)
        if np.isfinite(new[0]) and new[0] >= value - 1e-13 * abs(value):
            theta, (value, slope, curve), damping = trial, new, max(damping / 10, 1e-14)
        elif damping > 1e12:
            break
        else:
            damping *= 10
    bound = (theta <= lower) | (theta >= upper)
    return Summit(theta, value, converged, bound & (lower < upper), step)


def _newton(slope: Array, curve: Array, damping: float) -> tuple[Array, float]:
    """A step up the damped quadratic; directions that curve upward are followed by their slope."""
    size = np.sqrt(np.maximum(np.abs(np.diag(curve)), 1e-12))
    values, vectors = np.linalg.eigh(curve / size[:, None] / size)
    along = vectors.T @ (slope / size)
    bend = np.maximum(np.abs(values), 1e-9) + damping
    return (vectors @ (along / bend)) / size, float((along**2 / bend).sum())


def best_of(objective: Objective, starts: list[Array], lower: Array, upper: Array) -> Summit:
    """The highest summit from several starts."""
    found = [climb(objective, s, lower, upper) for s in starts]
    finite = [s for s in found if np.isfinite(s.value)] or found
    top = max(s.value for s in finite)
    near = [s for s in finite if s.value >= top - 1e-9 * max(1.0, abs(top))]
    return next((s for s in near if s.converged), near[0])
