"""``selection_model``: step, beta, half-normal, negative exponential, logistic and power selection."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from consilience.meta.arrays import Array, column
from consilience.meta.bias.evidence import as_fit
from consilience.meta.bias.selection.climb import Summit
from consilience.meta.bias.selection.covariance import covariance
from consilience.meta.bias.selection.likelihood import natural
from consilience.meta.bias.selection.notes import notes
from consilience.meta.bias.selection.problem import Problem, smooth_problem, starting_points, step_problem
from consilience.meta.bias.selection.result import SelectionFit
from consilience.meta.bias.selection.weights import FAMILIES, check_steps
from consilience.meta.clusters import Clusters, make_clusters
from consilience.meta.errors import InputError
from consilience.meta.univariate.entry import rma
from consilience.meta.univariate.inputs import as_frame
from consilience.meta.univariate.results import RmaFit

ALTERNATIVES = ("greater", "less", "two.sided")


def selection_model(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    type: str = "stepfun",
    steps: Any = None,
    alternative: str = "greater",
    delta: Any = None,
    cluster: Any = None,
    level: float = 0.95,
    **options: Any,
) -> SelectionFit:
    """Fit a random-effects model together with the chance ``w(p)`` that a result is seen, by ML.

    ``L_i = w(p_i) N(yi; x_i'beta, vi + tau2) / E[w(p(Y))]``.

    Args:
        effects: an ``rma`` fit (moderators allowed), or effects (or data) as ``rma`` takes them.
        vi: sampling variances, where ``effects`` is no fit.
        data: the frame that column names refer to.
        type: ``stepfun`` (weights of intervals of p relative to the first), ``beta`` p^(d1-1) (1-p)^(d2-1),
            ``halfnorm`` exp(-d p^2), ``negexp`` exp(-d p), ``logistic`` 2 exp(-d p)/(1+exp(-d p)) or
            ``power`` (1-p)^d.
        steps: cut points of p (stepfun; default .025, the three-parameter model). For other types: a
            threshold up to which the weight is 1 (beta: two, outside of which it is constant).
        alternative: the test that selection looks at: ``greater``, ``less`` or ``two.sided``.
        delta: fixed weights or parameters (NaN where to be estimated); for steps the first is 1.
        cluster: study of each effect (column or values) where effects are dependent: standard errors
            are then cluster-robust (sandwich times J/(J-1)).
        level: of confidence intervals.
        options: of ``rma`` (mods, method="EE" for tau2 = 0, tau2), where ``effects`` is no fit.

    Sources: Hedges & Vevea (1996), J. Educ. Behav. Stat. 21, 299-332; Vevea & Woods (2005); Citkowicz &
    Vevea (2017); Preston, Ashby & Smyth (2004); Pustejovsky, Joshi & Citkowicz (2025) for clusters.

    >>> y = [0.9, 0.8, 0.5, 0.45, 0.3, 0.1, 0.05, 0.6]
    >>> v = [0.10, 0.08, 0.03, 0.03, 0.02, 0.01, 0.02, 0.05]
    >>> selection_model(y, v).delta_names
    ('p <= 0.025', '0.025 < p <= 1')
    """
    fit = as_fit(effects, vi, data=data, **options)
    if alternative not in ALTERNATIVES:
        raise InputError(f"alternative={alternative!r} is not known; use one of {', '.join(ALTERNATIVES)}.")
    problem, cuts = _problem(fit, type, steps, alternative, delta)
    clusters = None if cluster is None else _clusters(cluster, effects, data, fit)
    plain = rma(fit.yi, fit.vi, mods=fit.X, intercept=False, method=_method(fit), tau2=fit.options.tau2)
    summit = problem.solve(starting_points(problem, plain.beta, plain.tau2))
    return _result(fit, type, cuts, alternative, problem, summit, clusters, plain.beta, level)


def _method(fit: RmaFit) -> str:
    return "EE" if fit.method in ("EE", "FE") else "ML"


def _problem(
    fit: RmaFit, type: str, steps: Any, alternative: str, delta: Any
) -> tuple[Problem, tuple[float, ...]]:
    tau2 = 0.0 if fit.method in ("EE", "FE") else fit.options.tau2
    if type == "stepfun":
        cuts = check_steps(0.025 if steps is None else steps)
        fixed = _fixed(delta, len(cuts) + 1, "one per interval of p, the first of them 1")
        if fixed is not None and fixed[0] != 1:
            raise InputError(f"delta[0]={fixed[0]:g} must be 1: weights are relative to the first interval.")
        return step_problem(fit.yi, fit.vi, fit.X, cuts, alternative, fixed, tau2), cuts
    if type not in FAMILIES:
        raise InputError(f"type={type!r} is not known; use stepfun, {', '.join(FAMILIES)}.")
    cuts = () if steps is None else check_steps(steps)
    fixed = _fixed(delta, len(FAMILIES[type].names), "one per parameter")
    return smooth_problem(fit.yi, fit.vi, fit.X, type, cuts, alternative, fixed, tau2), cuts


def _fixed(delta: Any, size: int, what: str) -> Array | None:
    if delta is None:
        return None
    values = np.atleast_1d(np.asarray(delta, dtype=float))
    if values.size != size or np.any(values < 0):
        raise InputError(f"delta={delta!r} must hold {size} numbers of at least 0 ({what}).")
    return values


def _clusters(cluster: Any, effects: Any, data: Any, fit: RmaFit) -> Clusters:
    frame = as_frame(data) if data is not None else as_frame(effects)
    values = column(cluster, pd.DataFrame() if frame is None else frame, "cluster").to_numpy()
    if len(values) == fit.k_given:
        values = values[fit.rows]
    if len(values) != fit.k:
        raise InputError(f"cluster has {len(values)} values but there are {fit.k_given} effects.")
    found = make_clusters(values)
    if found.J < 2:
        raise InputError("All effects come from one cluster; robust standard errors need at least two.")
    return found


def _result(
    fit: RmaFit, type: str, steps: tuple[float, ...], alternative: str, problem: Problem, summit: Summit,
    clusters: Clusters | None, unadjusted: Array, level: float,
) -> SelectionFit:  # fmt: skip
    p, theta = problem.p, summit.theta
    vcov = covariance(problem, summit, clusters)
    se = np.sqrt(np.diag(vcov))
    delta = natural(problem.seen, theta[p + 1 :])
    stepped = problem.seen.cut is not None
    se_delta = np.r_[np.nan, delta[1:] * se[p + 1 :]] if stepped else se[p + 1 :]
    critical = float(-special.ndtri((1.0 - level) / 2.0))
    free = np.flatnonzero(problem.lower[p + 1 :] < problem.upper[p + 1 :])
    LRT, tau2_LRT = _likelihood_ratios(problem, summit, unadjusted, free.size, clusters)
    names = interval_names(steps) if stepped else FAMILIES[type].names
    bound = [
        n for n, b in zip((*fit.terms, "tau2", *(names[1:] if stepped else names)), summit.at_bound) if b
    ]
    return SelectionFit(
        type=type, alternative=alternative, steps=steps, terms=fit.terms, k=fit.k,
        J=fit.k if clusters is None else clusters.J, beta=theta[:p], se=se[:p],
        p_value=2.0 * special.ndtr(-np.abs(theta[:p] / se[:p])), ci_lower=theta[:p] - critical * se[:p],
        ci_upper=theta[:p] + critical * se[:p], unadjusted=unadjusted, tau2=float(theta[p]),
        se_tau2=float(se[p]), delta=delta, se_delta=se_delta, delta_names=names, loglik=summit.value,
        LRT=LRT, LRT_df=int(free.size), LRT_p=float(special.chdtrc(free.size, LRT)) if free.size else np.nan,
        tau2_LRT=tau2_LRT, selection_p=_wald(theta[p + 1 :] - problem.neutral, vcov[p + 1 :, p + 1 :], free),
        level=level, converged=summit.converged, at_bound=tuple(bound), counts=problem.counts, theta=theta,
        vcov=vcov, problem=problem, clusters=clusters,
        cautions=notes(problem, summit, names, tuple(bound), alternative, fit.k, clusters),
    )  # fmt: skip


def interval_names(steps: tuple[float, ...]) -> tuple[str, ...]:
    """Labels of the intervals of p."""
    ends = (*steps, 1.0)
    return (f"p <= {ends[0]:g}", *(f"{a:g} < p <= {b:g}" for a, b in pairwise(ends)))


def _likelihood_ratios(
    problem: Problem, summit: Summit, unadjusted: Array, free: int, clusters: Clusters | None
) -> tuple[float, float]:
    """Twice the log-likelihood lost without selection, and without heterogeneity."""
    if clusters is not None:
        return float("nan"), float("nan")
    p, nan = problem.p, float("nan")
    none = problem.holding(
        slice(p + 1, None), np.where(_free(problem), problem.neutral, problem.lower[p + 1 :])
    )
    begin = np.r_[unadjusted, summit.theta[p], summit.theta[p + 1 :]]
    selection = 2.0 * (summit.value - none.solve([begin, summit.theta]).value) if free else nan
    if problem.lower[p] == problem.upper[p]:
        return max(selection, 0.0) if free else nan, nan
    flat = problem.holding(p, 0.0).solve([summit.theta])
    return max(selection, 0.0) if free else nan, max(2.0 * (summit.value - flat.value), 0.0)


def _free(problem: Problem) -> np.ndarray:
    return np.asarray(problem.lower[problem.p + 1 :] < problem.upper[problem.p + 1 :])


def _wald(gap: Array, vcov: Array, free: np.ndarray) -> float:
    """Wald test that the free weight parameters are neutral, on the working scale."""
    V, g = vcov[np.ix_(free, free)], gap[free]
    if free.size == 0 or not (np.isfinite(V).all() and np.isfinite(g).all()):
        return float("nan")
    return float(special.chdtrc(free.size, float(g @ np.linalg.solve(V, g))))
