"""The model without what is tested: its residuals are what the wild bootstrap reshuffles."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.gls import WeightedFit, weighted_fit
from consilience.meta.robust import check_type, residual_adjustments, scale_factor
from consilience.meta.working.model import WorkingData
from consilience.meta.working.registry import MODELS


def null_columns(X: Array, C: Array) -> Array:
    """X restricted to ``C beta = 0``: X times a basis of the null space of C.

    Columns are projected, not dropped, so any linear hypothesis can be imposed.
    """
    _, values, vectors = np.linalg.svd(C)
    rank = int(np.sum(values > 1e-12 * values[0]))
    restricted: Array = X @ vectors[rank:].T
    return restricted


def null_residuals(data: WorkingData, model: str, C: Array, adjust: str) -> Array:
    """Residuals (k,) of the null model, adjusted as for CR0, CR1, CR1p, CR1S, CR2 or CR3.

    The null model has the same working model, its variance components estimated anew. Where the null leaves
    no coefficient, residuals are the effects themselves.
    """
    X0 = null_columns(data.X, C)
    if X0.shape[1] == 0:
        return data.y
    fit = _null_fit(data, model, X0)
    return adjusted(fit, adjust)


def _null_fit(data: WorkingData, model: str, X0: Array) -> WeightedFit:
    from dataclasses import replace

    working = MODELS[model].fit(replace(data, X=X0))
    return weighted_fit(data.y, X0, working.weights, working.target, working.inverse_variance)


def adjusted(fit: WeightedFit, adjust: str) -> Array:
    """``A_j e_j`` for every study, in row order."""
    kind = check_type(adjust)
    out = np.empty_like(fit.residuals)
    for group, A in zip(fit.clusters.groups, residual_adjustments(fit, kind)):
        out[group.rows] = np.einsum("mij,mj->mi", A, fit.residuals[group.rows])
    return out * scale_factor(kind, fit.clusters.J, fit.clusters.k, len(fit.beta))
