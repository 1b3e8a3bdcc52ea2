"""Best linear unbiased predictions of random effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, Ints
from consilience.meta.blocks import Blocks
from consilience.meta.dof import t_quantile
from consilience.meta.multilevel.crossed import CrossedInverse, indicators, sparse
from consilience.meta.multilevel.random_terms import RandomTerm

if TYPE_CHECKING:
    from consilience.meta.multilevel.results import MultilevelFit


def random_effects(fit: MultilevelFit, level: float) -> dict[str, pd.DataFrame]:
    """For each term: group (level) estimate se ci_lower ci_upper.

    ``u = S' W (y - X b)`` with S the covariance of the effects with u; the standard error is that of the
    prediction error, ``diag(T) - S'P S`` (Robinson 1991, Stat. Sci. 6, 15-32).
    """
    matrices = fit.found.model.matrices(fit.found.maximum.theta)
    return {
        term.name: _of_term(fit, number, term, T, level)
        for number, (term, T) in enumerate(zip(fit.found.model.terms, matrices))
    }


def _of_term(fit: MultilevelFit, number: int, term: RandomTerm, T: Array, level: float) -> pd.DataFrame:
    linear, first = fit.linear, _first_rows(term)
    if number in fit.found.model.crossing:
        return _crossed_term(fit, number, term, float(T[0, 0]), level)
    S = fit.found.model.spread(number, T)
    estimate = S.matmul(linear.weights.matmul(linear.residuals))
    SWX = S.matmul(linear.WX)
    variance = S.diagonal() - _middle(S, linear.weights)
    variance = variance + np.einsum("ka,ab,kb->k", SWX, linear.bread, SWX)
    se = np.sqrt(np.maximum(variance, 0.0))[first]
    table = {"group": [term.groups[g] for g in term.outer[first]]}
    if len(term.labels) > 1:
        table["level"] = [term.labels[i] for i in term.inner[first]]
    return _table(fit, table, estimate[first], se, level)


def _crossed_term(
    fit: MultilevelFit, number: int, term: RandomTerm, variance: float, level: float
) -> pd.DataFrame:
    """The same for a crossed term, whose groups are columns of Z."""
    model, linear, W = fit.found.model, fit.linear, fit.linear.weights
    assert isinstance(W, CrossedInverse)
    Zs, place = indicators(model), model.crossing.index(number)
    start = sum(z.shape[1] for z in Zs[:place])
    Z, columns = Zs[place], slice(start, start + Zs[place].shape[1])
    inner = (np.diag(W.K) - np.einsum("ij,ji->i", W.K @ W.C, W.K))[columns]
    ZWX = Z.T @ linear.WX
    inner = inner - np.einsum("ga,ab,gb->g", ZWX, linear.bread, ZWX)
    se = np.sqrt(np.maximum(variance - variance**2 * inner, 0.0))
    estimate = variance * (Z.T @ W.matmul(linear.residuals))
    return _table(fit, {"group": list(term.groups)}, estimate, se, level)


def _table(
    fit: MultilevelFit, labels: dict[str, list[Any]], u: Array, se: Array, level: float
) -> pd.DataFrame:
    half = t_quantile(0.5 + level / 2, np.full(len(u), fit.reference_df)) * se
    return pd.DataFrame(labels | {"estimate": u, "se": se, "ci_lower": u - half, "ci_upper": u + half})


def _first_rows(term: RandomTerm) -> Ints:
    """One row for each group and level, in their order."""
    first: Ints = np.unique(term.outer * len(term.labels) + term.inner, return_index=True)[1]
    return first


def _middle(S: Blocks, W: Blocks) -> Array:
    """``diag(S W S)`` without more than one block at a time."""
    inner = W.base if isinstance(W, CrossedInverse) else W
    products = tuple(s @ w @ s for s, w in zip(S.parts, inner.parts))
    out = Blocks(S.clusters, products).diagonal()
    if isinstance(W, CrossedInverse):
        SU = sparse(S) @ W.U
        out = out - np.asarray((SU @ W.C * SU.toarray()).sum(axis=1))
    return out
