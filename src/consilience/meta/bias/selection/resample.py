"""Cluster bootstrap of a selection model: studies drawn with replacement, the fit repeated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.meta.bias.selection.likelihood import natural
from consilience.meta.errors import InputError

if TYPE_CHECKING:
    from consilience.meta.bias.selection.result import SelectionFit


def bootstrap_confint(fit: SelectionFit, reps: int, seed: int, level: float) -> pd.DataFrame:
    """name, estimate, se, ci_lower, ci_upper, failed; each replicate starts at the fit.

    A replicate counts each study as often as it was drawn, as a weight on its log-likelihood.
    """
    if reps < 20:
        raise InputError(f"reps={reps} is too few for percentile limits; use 399 or more.")
    rng, units = np.random.default_rng(seed), fit.J
    codes = np.arange(fit.k) if fit.clusters is None else fit.clusters.codes
    draws = np.full((reps, fit.theta.size), np.nan)
    for r in range(reps):
        counts = np.bincount(rng.integers(0, units, units), minlength=units).astype(float)
        weights = counts[codes]
        if _estimable(fit, weights):
            seen = replace(fit.problem.seen, weights=weights)
            summit = replace(fit.problem, seen=seen).refine(fit.theta)
            draws[r] = summit.theta if summit.converged else np.nan
    kept = draws[np.isfinite(draws[:, : fit.problem.p]).all(axis=1)]
    if len(kept) < 20:
        raise InputError(
            "Fewer than 20 resamples had an estimate; there are too few studies for a bootstrap."
        )
    values = np.column_stack([kept[:, : fit.problem.p + 1], _deltas(fit, kept)])
    low, high = np.quantile(values, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    names = (*fit.terms, "tau2", *fit.delta_names)
    estimate = np.r_[fit.beta, fit.tau2, fit.delta]
    return pd.DataFrame(
        {"name": names, "estimate": estimate, "se": values.std(axis=0, ddof=1), "ci_lower": low,
         "ci_upper": high, "failed": reps - len(kept)}
    )  # fmt: skip


def _estimable(fit: SelectionFit, weights: np.ndarray) -> bool:
    """Whether a resample has studies in every interval of p whose weight is estimated."""
    interval = fit.problem.seen.interval
    if interval is None:
        return True
    present = np.bincount(interval, weights=weights, minlength=len(fit.counts)) > 0
    return bool(present[np.asarray(fit.counts) > 0].all())


def _deltas(fit: SelectionFit, thetas: np.ndarray) -> np.ndarray:
    return np.array([natural(fit.problem.seen, t[fit.problem.p + 1 :]) for t in thetas])
