"""CE, correlated effects: robumeta's weights and moment estimator of tau2."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import diagonal_blocks, outer_blocks
from consilience.meta.clusters import Clusters
from consilience.meta.moments import correlated_effects_moments, correlated_effects_weights
from consilience.meta.working.model import WorkingFit
from consilience.meta.working.sampling import constant_correlation


def fit_ce(
    y: Array, vi: Array, X: Array, clusters: Clusters, rho: float, tau2: float | None = None
) -> WorkingFit:
    """Weights ``1/(k_j (vbar_j + tau2))`` (Hedges, Tipton & Johnson 2010); tau2 by moments or as given."""
    moments = correlated_effects_moments(y, vi, X, clusters, rho)
    value = moments.tau2 if tau2 is None else tau2
    w = correlated_effects_weights(vi, clusters, value)
    V = constant_correlation(vi, clusters, rho)
    marginal = V + outer_blocks(clusters, np.ones(len(y))).scaled(value)
    boundary = ("tau2",) if tau2 is None and value == 0 else ()
    return WorkingFit(
        diagonal_blocks(clusters, w), diagonal_blocks(clusters, 1 / w), True, {"tau2": value}, marginal, V,
        boundary=boundary, I2=moments.I2 if tau2 is None else None,
    )  # fmt: skip
