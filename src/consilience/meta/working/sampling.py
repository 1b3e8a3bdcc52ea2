"""The sampling covariance of a study's effects: from a correlation, or as a user gives it."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks, diagonal_blocks, outer_blocks
from consilience.meta.clusters import Clusters
from consilience.meta.working.model import WorkingData


def constant_correlation(vi: Array, clusters: Clusters, rho: float) -> Blocks:
    """``V_j = (1 - rho) diag(v_j) + rho s_j s_j'`` with s the square roots of v."""
    return diagonal_blocks(clusters, (1 - rho) * vi) + outer_blocks(clusters, np.sqrt(vi)).scaled(rho)


def sampling_covariance(data: WorkingData) -> Blocks:
    """The user's V, or a constant correlation."""
    if data.V is not None:
        return data.V
    return constant_correlation(data.vi, data.clusters, data.rho)
