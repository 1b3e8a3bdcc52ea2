"""Best linear unbiased predictions of random effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, Ints
from consilience.meta.blocks import Blocks
from consilience.meta.dof import t_quantile
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
    S = fit.found.model.spread(number, T)
    estimate = S.matmul(linear.weights.matmul(linear.residuals))
    SWX = S.matmul(linear.WX)
    variance = S.diagonal() - _middle(S, linear.weights)
    variance = variance + np.einsum("ka,ab,kb->k", SWX, linear.bread, SWX)
    se = np.sqrt(np.maximum(variance, 0.0))[first]
    half = t_quantile(0.5 + level / 2, np.full(len(first), fit.reference_df)) * se
    table = {"group": [term.groups[g] for g in term.outer[first]]}
    if len(term.labels) > 1:
        table["level"] = [term.labels[i] for i in term.inner[first]]
    u = estimate[first]
    return pd.DataFrame(table | {"estimate": u, "se": se, "ci_lower": u - half, "ci_upper": u + half})


def _first_rows(term: RandomTerm) -> Ints:
    """One row for each group and level, in their order."""
    first: Ints = np.unique(term.outer * len(term.labels) + term.inner, return_index=True)[1]
    return first


def _middle(S: Blocks, W: Blocks) -> Array:
    """``diag(S W S)`` without more than one block at a time."""
    products = tuple(s @ w @ s for s, w in zip(S.parts, W.parts))
    return Blocks(S.clusters, products).diagonal()
