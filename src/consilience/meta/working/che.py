"""CHE, correlated and hierarchical effects: rho within studies, tau2 between, omega2 within."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import diagonal_blocks, outer_blocks
from consilience.meta.clusters import Clusters
from consilience.meta.likelihood import LinearCovariance
from consilience.meta.working.likelihood_fit import fit_linear
from consilience.meta.working.model import WorkingFit
from consilience.meta.working.sampling import constant_correlation


def che_model(vi: Array, clusters: Clusters, rho: float, separate: bool = False) -> LinearCovariance:
    """``(1-rho) diag(v) + rho s s' + tau2 11' + omega2 I``.

    Where every study has one effect the data cannot tell the components apart: omega2 is left out unless
    ``separate`` (both values are given).
    """
    ones = np.ones(len(vi))
    components = [outer_blocks(clusters, ones)]
    names = ["tau2"]
    if separate or int(clusters.sizes.max()) > 1:
        components.append(diagonal_blocks(clusters, ones))
        names.append("omega2")
    return LinearCovariance(constant_correlation(vi, clusters, rho), tuple(components), tuple(names))


def fit_che(
    y: Array, vi: Array, X: Array, clusters: Clusters, rho: float, method: str = "REML",
    fixed: dict[str, float] | None = None,
) -> WorkingFit:  # fmt: skip
    """Fit CHE (Pustejovsky & Tipton 2022) by REML or ML, or at given components."""
    return fit_linear(y, X, che_model(vi, clusters, rho, fixed is not None), method, fixed)
