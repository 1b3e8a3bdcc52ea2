"""The searches for tau2 in one data set, likelihood and generalised Q: the steps of their batched twins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from consilience.meta.univariate.likelihood import LAST, MAX_STEPS, TOLERANCE, TRUSTED
from consilience.meta.univariate.single import Single, SingleFit, traces_one


class Found(NamedTuple):
    """An estimate of tau2, whether its search converged, evaluations, whether it lies at zero."""

    tau2: float
    converged: bool
    steps: int
    boundary: bool


class _Point(NamedTuple):
    loglik: float
    step: float
    newton: bool


def log_likelihood_one(fit: SingleFit, restricted: bool) -> float:
    """Log-likelihood up to a constant of the data (no ``2 pi``, no ``log|X'X|``)."""
    value = 0.5 * (float(np.log(fit.weights).sum()) - fit.rss)
    return value - 0.5 * fit.logdet if restricted else value


def _evaluate(single: Single, fit: SingleFit, tau2: float, restricted: bool) -> _Point:
    """Log-likelihood and the step from here: Newton's where the likelihood is concave, else Fisher's."""
    w = fit.weights
    trace, squares = traces_one(fit, single.basis) if restricted else (float(w.sum()), float(w @ w))
    wr = w * fit.resid
    wwr = w * wr
    u = wwr @ single.basis.Q
    expected = 0.5 * squares
    observed = float(wwr @ wr) - float(u @ fit.inverse @ u) - expected
    newton = observed > 0.1 * expected
    score = 0.5 * (float(wr @ wr) - trace)
    step = max(score / (observed if newton else expected), -tau2)
    return _Point(log_likelihood_one(fit, restricted), step, newton)


def maximise_one(single: Single, restricted: bool) -> Found:
    """Climb from the most likely of zero, Hedges's and DerSimonian and Laird's estimates."""
    starts = dict.fromkeys((0.0, max(single.hedges, 0.0), max(single.dersimonian_laird, 0.0)))
    fits = [(single.at(tau2), tau2) for tau2 in starts]
    fit, tau2 = max(fits, key=lambda pair: log_likelihood_one(pair[0], restricted))
    return climb_one(single, fit, tau2, restricted)


def climb_one(single: Single, fit: SingleFit, tau2: float, restricted: bool) -> Found:
    """``likelihood.climb`` for one data set, from tau2 and the fit there."""
    scale, steps = single.typical_variance, 0
    here = _evaluate(single, fit, tau2, restricted)
    loglik, step, newton = here
    for _ in range(MAX_STEPS):
        size = tau2 + scale
        if abs(step) <= TOLERANCE * size:
            return Found(tau2, True, steps, tau2 == 0.0)
        proposal, before = max(tau2 + step, 0.0), abs(step)
        there = _evaluate(single, single.at(proposal), proposal, restricted)
        steps += 1
        if there.loglik < loglik and before > TRUSTED * size:
            step, newton = 0.25 * step, False
            continue
        final = newton and before <= LAST * size
        tau2, (loglik, step, newton) = proposal, there
        if final:
            return Found(tau2, True, steps, tau2 == 0.0)
    return Found(tau2, False, steps, tau2 == 0.0)


def solve_q_one(single: Single, target: float) -> Found:
    """``moments.solve_q`` for one data set: Newton steps on 1/Q in a bracket; zero where Q(0) is below."""
    low, high, tau2 = 0.0, single.plain.rss / target, 0.0
    for step in range(1, MAX_STEPS + 1):
        fit = single.at(tau2)
        wr = fit.weights * fit.resid
        if fit.rss > target:
            low = tau2
        else:
            high = tau2
        # residuals of zero leave no slope to follow: the bracket has closed already
        square = float(wr @ wr)
        proposal = tau2 + fit.rss * (fit.rss / target - 1.0) / square if square > 0 else low
        if not low <= proposal <= high:
            proposal = 0.5 * (low + high)
        done = abs(proposal - tau2) <= TOLERANCE * (tau2 + high * 1e-3)
        tau2 = proposal
        if done:
            return Found(tau2, True, step, tau2 == 0.0)
    return Found(tau2, False, MAX_STEPS, tau2 == 0.0)
