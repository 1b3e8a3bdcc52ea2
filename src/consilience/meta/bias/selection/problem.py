"""A selection model put as a maximisation: what was seen, bounds, starting points."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.bias.selection.climb import Summit, best_of, climb
from consilience.meta.bias.selection.likelihood import Seen, evaluate
from consilience.meta.bias.selection.weights import FAMILIES, Smooth, cells
from consilience.meta.errors import InputError

LEAST_WEIGHT, MOST_WEIGHT = 1e-6, 1e4


@dataclass(frozen=True)
class Problem:
    """``seen`` with bounds (P,) of (beta, tau2, working delta) and the ``neutral`` working delta (q,)."""

    seen: Seen
    lower: Array
    upper: Array
    neutral: Array
    counts: tuple[int, ...] = ()

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.seen.X.shape[1])

    def objective(self, theta: Array) -> tuple[float, Array, Array]:
        """Total log-likelihood, score and Hessian."""
        with np.errstate(invalid="ignore", over="ignore"):
            at = evaluate(self.seen, theta)
        w = self.seen.weights
        total = at.value.sum() if w is None else w @ at.value
        score = at.score.sum(axis=0) if w is None else w @ at.score
        if not (np.isfinite(total) and np.isfinite(score).all()):
            return -np.inf, np.zeros_like(theta), -np.eye(theta.size)
        return float(total), score, at.hessian

    def holding(self, index: int | slice, value: float | Array) -> Problem:
        """The same problem with parameters held at a value."""
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[index] = upper[index] = value
        return replace(self, lower=lower, upper=upper)

    def solve(self, starts: list[Array]) -> Summit:
        """The best summit from these starts."""
        return best_of(self.objective, starts, self.lower, self.upper)

    def refine(self, start: Array) -> Summit:
        """The summit above one start."""
        return climb(self.objective, start, self.lower, self.upper)


def step_problem(
    yi: Array,
    vi: Array,
    X: Array,
    steps: tuple[float, ...],
    alternative: str,
    fixed: Array | None,
    tau2: float | None,
) -> Problem:
    """A step function: weights of the intervals beyond the first, on the log scale."""
    cut = cells(steps, alternative)
    interval = np.searchsorted(np.asarray(steps), p_values(yi, vi, alternative), side="left")
    q = len(steps)
    counts = np.bincount(interval, minlength=q + 1)
    seen = Seen(yi, vi, X, cut, interval, None, q)
    low, high = np.full(q, np.log(LEAST_WEIGHT)), np.full(q, np.log(MOST_WEIGHT))
    for j in range(q):
        if fixed is not None and not np.isnan(fixed[j + 1]):
            low[j] = high[j] = np.log(fixed[j + 1]) if fixed[j + 1] > 0 else -np.inf
        elif counts[0] == 0:
            low[j] = high[j] = 0.0
        elif counts[j + 1] == 0:
            low[j] = high[j] = -np.inf
    lower, upper = _bounds(X.shape[1], tau2, low, high)
    return Problem(seen, lower, upper, np.zeros(q), tuple(int(c) for c in counts))


def smooth_problem(
    yi: Array, vi: Array, X: Array, type: str, steps: tuple[float, ...], alternative: str,
    fixed: Array | None, tau2: float | None,
) -> Problem:  # fmt: skip
    """A smooth weight function, its parameters on their own scale."""
    family = FAMILIES[type]
    if type == "beta" and len(steps) not in (0, 2):
        raise InputError("The beta model takes no steps, or two outside of which the weight is constant.")
    if type != "beta" and len(steps) > 1:
        raise InputError(f"type={type!r} takes at most one step, up to which the weight is 1.")
    q = len(family.names)
    seen = Seen(yi, vi, X, None, None, Smooth(family, alternative, steps), q)
    low, high = np.array(family.lower), np.array(family.upper)
    if fixed is not None:
        given = ~np.isnan(fixed)
        low[given] = high[given] = fixed[given]
    lower, upper = _bounds(X.shape[1], tau2, low, high)
    return Problem(seen, lower, upper, np.array(family.neutral))


def _bounds(p: int, tau2: float | None, low: Array, high: Array) -> tuple[Array, Array]:
    first = (0.0, np.inf) if tau2 is None else (tau2, tau2)
    return np.r_[np.full(p, -np.inf), first[0], low], np.r_[np.full(p, np.inf), first[1], high]


def starting_points(problem: Problem, beta: Array, tau2: float) -> list[Array]:
    """From no selection, from strong selection with a smaller mean, and from little heterogeneity."""
    typical = float(np.median(problem.seen.vi))
    strong = problem.neutral.copy()
    if problem.seen.cut is not None:
        strong = strong - 1.0
    elif strong.size == 1:
        strong = strong + 1.0
    else:
        strong = np.array([0.9, 1.3])
    return [
        np.r_[beta, tau2, problem.neutral],
        np.r_[0.5 * beta, max(tau2, 0.2 * typical), strong],
        np.r_[beta, 0.01 * typical, problem.neutral],
    ]


def p_values(yi: Array, vi: Array, alternative: str) -> Array:
    """p-values of single results in the direction of selection."""
    z = yi / np.sqrt(vi)
    if alternative == "two.sided":
        return np.asarray(2.0 * special.ndtr(-np.abs(z)))
    return np.asarray(special.ndtr(-z if alternative == "greater" else z))
