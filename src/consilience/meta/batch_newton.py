"""Newton's method for many small problems side by side, each over two variances >= 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array, Ints
from consilience.meta.che_likelihood import CheValue

MAX_ITERATIONS = 100
RELATIVE_STEP = 1e-9
# A sound Newton step this small is the last: what it leaves is about its square.
LAST_NEWTON_STEP = 1e-5


@dataclass(frozen=True)
class BatchMinimum:
    """``theta`` (2, R) where each problem is smallest, ``converged`` (R,), the most ``iterations`` used."""

    theta: Array
    value: Array
    converged: np.ndarray
    iterations: int


@dataclass
class _State:
    """The present point of each problem; arrays are overwritten as steps are accepted."""

    theta: Array
    value: Array
    direction: Array
    length: Array
    done: np.ndarray


def minimise_batch(
    evaluate: Callable[[Array, Ints], CheValue], start: Array, typical: float, held: np.ndarray
) -> BatchMinimum:
    """Minimise each column of ``start`` (2, R); ``evaluate(theta, which)`` answers for some problems.

    ``held`` (2,) components keep their start. Steps are halved where the value would rise; convergence is
    relative to ``typical``, so units change nothing.
    """
    R = start.shape[1]
    everyone = np.arange(R)
    first = evaluate(start, everyone)
    state = _State(start.copy(), first.value.copy(), np.zeros((2, R)), np.ones(R), np.zeros(R, dtype=bool))
    _plan(state, first, everyone, held, typical)
    iteration = 0
    while iteration < MAX_ITERATIONS and not state.done.all():
        iteration += 1
        which = np.flatnonzero(~state.done)
        proposal = np.maximum(state.theta[:, which] + state.length[which] * state.direction[:, which], 0.0)
        at = evaluate(proposal, which)
        tolerance = 1e-12 * np.maximum(1.0, np.abs(state.value[which]))
        good = at.value <= state.value[which] + tolerance
        _accept(state, at, proposal, which, good, held, typical)
        state.length[which[~good]] /= 2
        stuck = which[~good & (state.length[which] < 1e-10)]
        state.done[stuck] = True
    return BatchMinimum(state.theta, state.value, state.done & (state.length >= 1e-10), iteration)


def _accept(
    state: _State,
    at: CheValue,
    proposal: Array,
    which: Ints,
    good: np.ndarray,
    held: np.ndarray,
    typical: float,
) -> None:
    accepted = which[good]
    state.theta[:, accepted] = proposal[:, good]
    state.value[accepted] = at.value[good]
    state.length[accepted] = 1.0
    _plan(state, _take(at, good), accepted, held, typical)


def _take(at: CheValue, good: np.ndarray) -> CheValue:
    return CheValue(
        at.value[good],
        at.gradient[:, good],
        at.observed[:, :, good],
        at.average[:, :, good],
        at.beta[good],
        at.bread[good],
    )


def _plan(state: _State, at: CheValue, which: Ints, held: np.ndarray, typical: float) -> None:
    """The next direction of each problem, and whether the step would still change anything."""
    theta = state.theta[:, which]
    free = ~held[:, None] & ~((theta <= 0) & (at.gradient >= 0))
    step = _newton(at.gradient, at.observed, free)
    bad = ~np.isfinite(step).all(axis=0)
    fallback = _newton(at.gradient, at.average, free)
    step = np.where(bad, fallback, step)
    gradient_step = -at.gradient / np.maximum(np.abs(np.einsum("aar->ar", at.average)), 1e-300)
    step = np.where(np.isfinite(step).all(axis=0), step, np.where(free, gradient_step, 0.0))
    state.direction[:, which] = step
    clipped = np.maximum(theta + step, 0.0) - theta
    size = (np.abs(clipped) / (theta + 1e-3 * typical)).max(axis=0)
    last = ~bad & (size <= LAST_NEWTON_STEP)
    state.theta[:, which[last]] = theta[:, last] + clipped[:, last]
    state.done[which] = last | (size <= RELATIVE_STEP)


def _newton(gradient: Array, information: Array, free: np.ndarray) -> Array:
    """``-H^-1 g`` on the free components by 2 x 2 algebra; NaN where H is not positive definite there."""
    one, two = (np.where(free[i], information[i, i], 1.0) for i in (0, 1))
    off = np.where(free[0] & free[1], information[0, 1], 0.0)
    g = np.where(free, gradient, 0.0)
    determinant = one * two - off**2
    sound = (one > 0) & (two > 0) & (determinant > 1e-10 * one * two)
    with np.errstate(divide="ignore", invalid="ignore"):
        step = -np.stack([two * g[0] - off * g[1], one * g[1] - off * g[0]]) / determinant
    out: Array = np.where(sound, step, np.nan)
    return out
