"""Cluster bootstrap intervals: studies drawn with replacement, the whole fit repeated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array
from consilience.meta.bootstrap.wald import REFITS, batches
from consilience.meta.errors import InputError
from consilience.meta.working.model import WorkingData


@dataclass(frozen=True)
class BootstrapIntervals:
    """Percentile limits of each coefficient; ``draws`` (R, p), ``failed`` resamples without an estimate."""

    terms: tuple[str, ...]
    estimate: Array
    se: Array
    ci_lower: Array
    ci_upper: Array
    level: float
    draws: Array
    failed: int

    def to_frame(self) -> pd.DataFrame:
        """term estimate se ci_lower ci_upper."""
        columns = (self.terms, self.estimate, self.se, self.ci_lower, self.ci_upper)
        return pd.DataFrame(dict(zip(("term", "estimate", "se", "ci_lower", "ci_upper"), columns)))


def cluster_bootstrap(
    data: WorkingData,
    model: str,
    beta: Array,
    terms: tuple[str, ...],
    *,
    reps: int = 1999,
    seed: int | None = None,
    level: float = 0.95,
) -> BootstrapIntervals:
    """Refit to resamples of J studies; a study drawn twice counts as two studies."""
    if model not in REFITS:
        raise InputError(f"The cluster bootstrap is for {', '.join(REFITS)} fits; this one is {model}.")
    J = data.clusters.J
    counts = np.random.default_rng(seed).multinomial(J, np.full(J, 1 / J), size=reps).T.astype(float)
    usable = _full_rank(data, counts)
    draws = np.full((reps, len(beta)), np.nan)
    for some in batches(reps, J):
        which = np.flatnonzero(usable[some]) + some.start
        if len(which):
            c = counts[:, which]
            draws[which] = REFITS[model](data, data.y, np.ones_like(c), c).beta
    kept = draws[np.isfinite(draws).all(axis=1)]
    if len(kept) < 2:
        raise InputError("Too few resamples have an estimate; a moderator's level is in too few studies.")
    lower, upper = np.quantile(kept, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    se = kept.std(axis=0, ddof=1)
    return BootstrapIntervals(terms, beta, se, lower, upper, level, draws, reps - len(kept))


def _full_rank(data: WorkingData, counts: Array) -> np.ndarray:
    """Resamples whose design still has full rank."""
    p = data.X.shape[1]
    scale = np.sqrt((data.X**2).mean(axis=0))
    X = data.X / scale
    XX = data.clusters.sums((X[:, :, None] * X[:, None, :]).reshape(len(X), p * p))
    grams = (XX.T @ counts).T.reshape(-1, p, p)
    smallest: np.ndarray = np.linalg.eigvalsh(grams)[:, 0] > 1e-9 * len(X)
    return smallest
