"""HE, hierarchical effects: robumeta's weights and moment estimators of tau2 and omega2."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import diagonal_blocks, outer_blocks
from consilience.meta.clusters import Clusters
from consilience.meta.moments import hierarchical_moments
from consilience.meta.working.model import WorkingFit


def fit_he(
    y: Array,
    vi: Array,
    X: Array,
    clusters: Clusters,
    tau2: float | None = None,
    omega2: float | None = None,
) -> WorkingFit:
    """Weights ``1/(v_ij + tau2 + omega2)``; components by moments (Hedges, Tipton & Johnson 2010) or given."""
    moments = hierarchical_moments(y, vi, X, clusters)
    between = moments.tau2 if tau2 is None else tau2
    within = moments.omega2 if omega2 is None else omega2
    total = vi + between + within
    marginal = diagonal_blocks(clusters, vi + within) + outer_blocks(clusters, np.ones(len(y))).scaled(
        between
    )
    given = {"tau2": tau2, "omega2": omega2}
    components = {"tau2": between, "omega2": within}
    boundary = tuple(name for name, value in components.items() if value == 0 and given[name] is None)
    return WorkingFit(
        diagonal_blocks(clusters, 1 / total), diagonal_blocks(clusters, total), True, components, marginal,
        diagonal_blocks(clusters, vi),
        boundary=boundary,
    )  # fmt: skip
