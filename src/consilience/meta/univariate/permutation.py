"""Permutation tests: signs of the effects, or studies against moderators; exact or sampled."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.many import CELLS, ManyFits, fit_many
from consilience.meta.univariate.weighted import Batch

if TYPE_CHECKING:
    from consilience.meta.univariate.results import RmaFit

Ints = NDArray[np.intp]

# Two statistics this close are the same one, computed in another order.
_TIE = 1e-8


@dataclass(frozen=True)
class PermutationTest:
    """p-values of each coefficient and of all moderators together, and how they came about.

    ``exact``: every distinct arrangement was used and ``p = #{|t*| >= |t|} / arrangements`` (the one
    observed is among them); otherwise ``p = (1 + b) / (1 + R)`` over R sampled ones.
    ``statistics`` (R, p) are the permuted z or t values.
    """

    table: pd.DataFrame
    QM_p: float
    arrangements: int
    exact: bool
    statistics: Array
    failed: int


def arrangements_of(fit: RmaFit) -> int:
    """Number of distinct arrangements: sign patterns, or orders of the rows of X."""
    if fit.p == 1 and fit.design.intercept:
        return int(2**fit.k)
    _, counts = np.unique(fit.X, axis=0, return_counts=True)
    total = math.factorial(fit.k)
    for count in counts:
        total //= math.factorial(int(count))
    return total


def permutation_test(
    fit: RmaFit, exact: bool | None = None, iterations: int = 1000, seed: int = 1
) -> PermutationTest:
    """Test each coefficient against its permutation distribution (Higgins and Thompson, 2004).

    Without moderators the signs of the effects are flipped; with moderators the pairs (yi, vi) are dealt
    anew to the rows of X, and each arrangement is refitted, tau2 included. ``exact`` None means every
    arrangement where there are at most 10,000 (or ``iterations``), else a seeded sample.

    >>> from consilience import meta
    >>> fit = meta.rma([0.2, 0.5, 0.1, 0.6, 0.3], [0.04, 0.05, 0.03, 0.06, 0.05])
    >>> meta.permutation_test(fit).table["p_value"].tolist()
    [0.0625]
    """
    total = arrangements_of(fit)
    every = total <= max(iterations, 10_000) if exact is None else exact
    signs = fit.p == 1 and fit.design.intercept
    rng = np.random.default_rng(seed)
    if signs:
        source = _all_signs(fit.k) if every else _sampled_signs(fit.k, iterations, rng)
        parts = [_fit_signs(fit, block) for block in source]
    else:
        orders = _all_orders(fit.X) if every else _sampled_orders(fit.k, iterations, rng)
        parts = [_fit_orders(fit, block) for block in orders]
    statistics = np.concatenate([part.statistic for part in parts])
    omnibus = np.concatenate([_omnibus(fit, part) for part in parts])
    return _collect(fit, statistics, omnibus, every)


def _collect(fit: RmaFit, statistics: Array, omnibus: Array, exact: bool) -> PermutationTest:
    p = _share_at_least(np.abs(statistics), np.abs(fit.statistic), exact)
    qm = _share_at_least(omnibus[:, None], np.array([fit.QM]), exact)
    table = pd.DataFrame({"term": fit.terms, "estimate": fit.beta, "statistic": fit.statistic, "p_value": p})
    failed = int((~np.isfinite(statistics).all(axis=1)).sum())
    return PermutationTest(table, float(qm[0]), statistics.shape[0], exact, statistics, failed)


def _share_at_least(permuted: Array, observed: Array, exact: bool) -> Array:
    usable = np.isfinite(permuted)
    reached = np.sum((permuted >= observed * (1.0 - _TIE)) & usable, axis=0)
    count = usable.sum(axis=0)
    return np.asarray(reached / count if exact else (1.0 + reached) / (1.0 + count))


def _omnibus(fit: RmaFit, fits: ManyFits) -> Array:
    """QM of each refit: chi-squared, or F where the test has degrees of freedom; (B,)."""
    tested = [j for j, name in enumerate(fit.terms) if name != "Intercept"] or [0]
    beta = fits.beta[:, tested]
    cov = fits.vcov[:, tested][:, :, tested]
    broken = np.asarray(~np.isfinite(cov).all(axis=(1, 2)))
    cov = np.where(broken[:, None, None], np.eye(len(tested)), cov)
    square = np.einsum("bi,bi->b", beta, np.linalg.solve(cov, beta[:, :, None])[:, :, 0])
    square = np.where(broken, np.nan, square)
    return square if np.isinf(fit.df) else square / len(tested)


def _fit_signs(fit: RmaFit, signs: Array) -> ManyFits:
    shape = signs.shape
    weights = None if fit.weights is None else np.broadcast_to(fit.weights, shape)
    return fit_many(Batch(signs * fit.yi, np.broadcast_to(fit.vi, shape), fit.basis), fit.options, weights)


def _fit_orders(fit: RmaFit, orders: Ints) -> ManyFits:
    weights = None if fit.weights is None else fit.weights[orders]
    return fit_many(Batch(fit.yi[orders], fit.vi[orders], fit.basis), fit.options, weights)


def _block(k: int) -> int:
    return max(1, CELLS // k)


def _all_signs(k: int) -> Iterator[Array]:
    """Every sign pattern with a positive first study: flipping all signs changes no ``|t|``."""
    half = 2 ** (k - 1)
    for start in range(0, half, _block(k)):
        numbers = np.arange(start, min(start + _block(k), half))
        bits = (numbers[:, None] >> np.arange(k - 1)) & 1
        yield np.column_stack([np.ones(numbers.size), 1.0 - 2.0 * bits])


def _sampled_signs(k: int, count: int, rng: np.random.Generator) -> Iterator[Array]:
    for start in range(0, count, _block(k)):
        yield rng.choice([-1.0, 1.0], size=(min(_block(k), count - start), k))


def _sampled_orders(k: int, count: int, rng: np.random.Generator) -> Iterator[Ints]:
    for start in range(0, count, _block(k)):
        yield rng.permuted(np.tile(np.arange(k), (min(_block(k), count - start), 1)), axis=1)


def _all_orders(X: Array) -> Iterator[Ints]:
    """Every distinct way to deal the studies to the rows of X; equal rows are not told apart."""
    _, group = np.unique(X, axis=0, return_inverse=True)
    group = group.ravel()
    places = np.argsort(group, kind="stable")
    sizes = np.bincount(group)
    block: list[list[int]] = []
    for dealt in _deals(tuple(range(X.shape[0])), tuple(int(s) for s in sizes)):
        order = np.empty(X.shape[0], dtype=np.intp)
        order[places] = dealt
        block.append(order.tolist())
        if len(block) == _block(X.shape[0]):
            yield np.array(block, dtype=np.intp)
            block = []
    if block:
        yield np.array(block, dtype=np.intp)


def _deals(studies: tuple[int, ...], sizes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Split studies into groups of given sizes, in every way."""
    if not sizes:
        yield ()
        return
    for chosen in combinations(studies, sizes[0]):
        taken = set(chosen)
        rest = tuple(s for s in studies if s not in taken)
        for later in _deals(rest, sizes[1:]):
            yield chosen + later
