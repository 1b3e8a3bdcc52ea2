"""Refits on subsets of the studies: leave one out, cumulative, and all (or sampled) subsets (GOSH)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.inference import critical_values, two_sided_ps
from consilience.meta.univariate.many import ManyFits, chunks, fit_many, join
from consilience.meta.univariate.weighted import Batch

if TYPE_CHECKING:
    from consilience.meta.univariate.results import RmaFit


def refit(fit: RmaFit, count: int, masks: Callable[[slice], Array]) -> ManyFits:
    """Refit on ``count`` subsets; ``masks`` gives the 0/1 rows (b, k) of a slice of them."""
    parts = []
    for part in chunks(count, fit.k):
        include = masks(part)
        shape = include.shape
        batch = Batch(np.broadcast_to(fit.yi, shape), np.broadcast_to(fit.vi, shape), fit.basis, include)
        weights = None if fit.weights is None else np.broadcast_to(fit.weights, shape)
        parts.append(fit_many(batch, fit.options, weights))
    return join(parts)


def delete_each(fit: RmaFit) -> ManyFits:
    """Refit without each study in turn."""

    def masks(part: slice) -> Array:
        include = np.ones((part.stop - part.start, fit.k))
        include[np.arange(include.shape[0]), np.arange(part.start, part.stop)] = 0.0
        return include

    return refit(fit, fit.k, masks)


def leave_one_out(fit: RmaFit) -> pd.DataFrame:
    """Coefficients, tau2, I2 and Q without each study; one row per study (and coefficient)."""
    return _table(fit, delete_each(fit), fit.labels, "left_out")


def cumulative(fit: RmaFit, order: Array | None) -> pd.DataFrame:
    """Refit with the first study, the first two, and so on, in ``order`` (a value per study, ascending)."""
    values = np.arange(fit.k) if order is None else np.asarray(order)
    if values.shape != (fit.k,):
        raise InputError(
            f"order has {values.size} values but the fit has {fit.k} studies. Give one per study."
        )
    place = np.empty(fit.k, dtype=int)
    sequence = np.argsort(values, kind="stable")
    place[sequence] = np.arange(fit.k)
    fits = refit(
        fit, fit.k, lambda part: (place[None, :] <= np.arange(part.start, part.stop)[:, None]).astype(float)
    )
    return _table(fit, fits, tuple(fit.labels[i] for i in sequence), "added")


def _table(fit: RmaFit, fits: ManyFits, labels: tuple[str, ...], name: str) -> pd.DataFrame:
    p, size = fit.p, fits.k.size
    df = np.repeat(fits.df, p)
    estimate, se = fits.beta.ravel(), fits.se.ravel()
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = estimate / se
    half = critical_values(fit.level, df) * se
    shared = {key: np.repeat(getattr(fits, key), p) for key in ("k", "tau2", "I2", "H2", "QE", "QE_p")}
    frame = pd.DataFrame(
        {
            name: np.repeat(np.asarray(labels, dtype=object), p),
            "term": np.tile(np.asarray(fit.terms, dtype=object), size),
            "estimate": estimate,
            "se": se,
            "statistic": statistic,
            "p_value": two_sided_ps(statistic, df),
            "ci_lower": estimate - half,
            "ci_upper": estimate + half,
            **shared,
        }
    )
    return frame.drop(columns="term") if p == 1 else frame


def gosh(fit: RmaFit, subsets: int, seed: int) -> pd.DataFrame:
    """Refit on all subsets of at least p + 1 studies, or on a seeded sample of them (Olkin et al., 2012)."""
    smallest = fit.p + 1
    if fit.k < smallest:
        raise InputError(f"gosh needs at least {smallest} studies; the fit has {fit.k}.")
    every = 2**fit.k if fit.k < 60 else np.inf
    members = _all_subsets(fit.k, smallest) if every <= subsets else _sampled(fit.k, smallest, subsets, seed)
    fits = refit(fit, members.shape[0], lambda part: members[part].astype(float))
    table = {"k": fits.k, "tau2": fits.tau2, "I2": fits.I2, "H2": fits.H2, "QE": fits.QE}
    table |= {term: fits.beta[:, j] for j, term in enumerate(fit.terms)}
    return pd.DataFrame(table)


def _all_subsets(k: int, smallest: int) -> np.ndarray:
    members = (np.arange(2**k)[:, None] >> np.arange(k)) & 1
    return np.asarray(members[members.sum(axis=1) >= smallest], dtype=np.int8)


def _sampled(k: int, smallest: int, subsets: int, seed: int) -> np.ndarray:
    """Sizes spread evenly, members at random: every size is seen, not only those near k / 2."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(smallest, k + 1, size=subsets)
    ranks = rng.random((subsets, k)).argsort(axis=1)
    return (ranks < sizes[:, None]).astype(np.int8)
