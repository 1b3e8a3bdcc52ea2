"""Moment estimators of tau2, each the solution of one generalised Q statistic (not yet cut at zero)."""

from __future__ import annotations

import numpy as np
from scipy import special

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.likelihood import MAX_STEPS, TOLERANCE, Climb
from consilience.meta.univariate.weighted import (
    Batch,
    WeightedFit,
    inverse_variance,
    quadratic_pp,
    solve_weighted,
    trace_p,
)


def _fixed(batch: Batch) -> WeightedFit:
    return inverse_variance(batch, np.zeros(batch.y.shape[0]))


def typical_variance(batch: Batch) -> Array:
    """Higgins and Thompson's typical sampling variance ``(k - p) / tr(P)``; (B,)."""
    return np.asarray((batch.k - batch.basis.size) / trace_p(_fixed(batch), batch.basis))


def typical_variance_and_start(batch: Batch) -> tuple[Array, Array]:
    """Typical variance and DerSimonian and Laird's estimate, which share their only fit; (B,) each."""
    fit, df = _fixed(batch), batch.k - batch.basis.size
    trace = trace_p(fit, batch.basis)
    return df / trace, (fit.rss - df) / trace


def generalised(batch: Batch, weights: Array) -> Array:
    """Generalised Q estimator: solve ``E[y'Py] = y'Py`` for weights (B, k) free of tau2 (Kacker, 2004)."""
    fit = solve_weighted(batch, batch.mask(weights))
    return np.asarray((fit.rss - trace_pv(fit, batch)) / trace_p(fit, batch.basis))


def trace_pv(fit: WeightedFit, batch: Batch) -> Array:
    """Trace of ``P diag(v)``, (B,)."""
    p = batch.basis.size
    inner = ((fit.weights**2 * batch.v) @ batch.basis.cross).reshape(-1, p, p)
    total = np.einsum("bk,bk->b", fit.weights, batch.v)
    return np.asarray(total - np.einsum("bij,bji->b", fit.inverse, inner))


def dersimonian_laird(batch: Batch) -> Array:
    """``(Q - (k - p)) / tr(P)`` (DerSimonian and Laird, 1986)."""
    fit = _fixed(batch)
    return np.asarray((fit.rss - (batch.k - batch.basis.size)) / trace_p(fit, batch.basis))


def hedges(batch: Batch) -> Array:
    """Unweighted variance component estimator (Hedges and Olkin, 1985)."""
    return generalised(batch, np.ones_like(batch.y))


def hunter_schmidt(batch: Batch) -> Array:
    """``(Q - k) / sum(w)`` (Schmidt and Hunter, 2015; Viechtbauer et al., 2015)."""
    fit = _fixed(batch)
    return np.asarray((fit.rss - batch.k) / fit.weights.sum(axis=1))


def hunter_schmidt_corrected(batch: Batch) -> Array:
    """Hunter and Schmidt with the k / (k - p) correction (Brannick et al., 2019)."""
    fit = _fixed(batch)
    k = batch.k
    return np.asarray((k / (k - batch.basis.size) * fit.rss - k) / fit.weights.sum(axis=1))


def sidik_jonkman(batch: Batch) -> Array:
    """Start from the variance of the outcomes, rescale once (Sidik and Jonkman, 2005); never negative."""
    one = batch.mask(np.ones_like(batch.y))
    k = batch.k
    centred = batch.y - ((one * batch.y).sum(axis=1) / k)[:, None]
    start = np.einsum("bk,bk,bk->b", one, centred, centred) / k
    fit = inverse_variance(batch, start)
    return np.asarray(start * fit.rss / (k - batch.basis.size))


def solve_q(batch: Batch, target: Array) -> Climb:
    """The tau2 >= 0 at which the generalised Q statistic ``y'P(tau2)y`` equals ``target`` (B,).

    Q falls in tau2 and is close to hyperbolic, so Newton steps are taken on 1/Q, inside the bracket
    ``0 <= tau2 <= SSE / target`` which holds because ``Q(tau2) <= SSE / tau2``. Zero where Q(0) is
    already below the target.
    """
    one = batch.mask(np.ones_like(batch.y))
    low = np.zeros(batch.y.shape[0])
    high = solve_weighted(batch, one).rss / target
    tau2, steps = low.copy(), np.zeros(low.shape[0], dtype=int)
    converged = np.zeros(low.shape[0], dtype=bool)
    active = np.flatnonzero(np.isfinite(high))
    for _ in range(MAX_STEPS):
        fit = inverse_variance(batch.rows(active), tau2[active])
        steps[active] += 1
        above = fit.rss > target[active]
        low[active] = np.where(above, tau2[active], low[active])
        high[active] = np.where(above, high[active], tau2[active])
        move = fit.rss * (fit.rss / target[active] - 1.0) / quadratic_pp(fit)
        proposal = tau2[active] + move
        outside = (proposal < low[active]) | (proposal > high[active])
        proposal = np.where(outside, 0.5 * (low[active] + high[active]), proposal)
        spread = np.abs(proposal - tau2[active])
        done = spread <= TOLERANCE * (tau2[active] + high[active] * 1e-3)
        tau2[active] = proposal
        converged[active[done]] = True
        active = active[~done]
        if active.size == 0:
            break
    return Climb(tau2, converged, steps)


def paule_mandel(batch: Batch) -> Climb:
    """Empirical Bayes estimator: Q equal to its mean ``k - p`` (Paule and Mandel, 1982; Morris, 1983)."""
    return solve_q(batch, batch.k - batch.basis.size)


def median_unbiased(batch: Batch) -> Climb:
    """Median-unbiased Paule-Mandel: Q equal to the median of its chi-squared (Viechtbauer, 2021)."""
    return solve_q(batch, np.asarray(special.chdtri(batch.k - batch.basis.size, 0.5)))
