"""The sampling covariance of a study's effects from their variances and a correlation."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks, diagonal_blocks, outer_blocks
from consilience.meta.clusters import Clusters


def constant_correlation(vi: Array, clusters: Clusters, rho: float) -> Blocks:
    """``V_j = (1 - rho) diag(v_j) + rho s_j s_j'`` with s the square roots of v."""
    return diagonal_blocks(clusters, (1 - rho) * vi) + outer_blocks(clusters, np.sqrt(vi)).scaled(rho)
