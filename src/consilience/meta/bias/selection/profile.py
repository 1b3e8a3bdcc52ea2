"""Profile likelihood limits: how far a parameter can go before the best fit loses chi2/2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import optimize, special

from consilience.meta.arrays import Array
from consilience.meta.bias.selection.problem import Problem

if TYPE_CHECKING:
    from consilience.meta.bias.selection.result import SelectionFit


def profile_confint(fit: SelectionFit, level: float) -> pd.DataFrame:
    """name, estimate, ci_lower, ci_upper; a limit at the bound of the parameter is that bound."""
    drop = 0.5 * float(special.chdtri(1, 1.0 - level))
    problem, rows = fit.problem, []
    stepped = problem.seen.cut is not None
    for i, name in enumerate(fit.parameter_names()):
        if not problem.lower[i] < problem.upper[i]:
            continue
        ends = [_limit(problem, fit.theta, fit.vcov, i, fit.loglik - drop, side) for side in (-1.0, 1.0)]
        weight = stepped and i > problem.p
        values = [float(np.exp(v)) if weight else float(v) for v in (fit.theta[i], *ends)]
        rows.append((name, *values))
    return pd.DataFrame(rows, columns=["name", "estimate", "ci_lower", "ci_upper"])


def _limit(problem: Problem, theta: Array, vcov: Array, i: int, aim: float, side: float) -> float:
    bound = problem.lower[i] if side < 0 else problem.upper[i]
    last = [theta]

    def excess(value: float) -> float:
        summit = problem.holding(i, value).solve([last[0], theta])
        last[0] = summit.theta
        return summit.value - aim

    se = float(np.sqrt(vcov[i, i])) if np.isfinite(vcov[i, i]) else max(abs(theta[i]), 0.1)
    inside, step = float(theta[i]), se
    for _ in range(40):
        outside = float(np.clip(inside + side * step, problem.lower[i], problem.upper[i]))
        if excess(outside) < 0:
            break
        if outside == bound:
            return float(bound)
        inside, step = outside, step * 1.6
    else:
        return float(side * np.inf)
    return float(optimize.brentq(excess, min(inside, outside), max(inside, outside), xtol=1e-9, rtol=1e-10))
