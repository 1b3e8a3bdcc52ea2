"""Weighted least squares with block-diagonal weights: the one linear kernel under every model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks
from consilience.meta.clusters import Clusters


@dataclass(frozen=True)
class WeightedFit:
    """``beta = M X'W y`` with ``M = (X'W X)^-1``.

    ``weights`` W and ``target`` Phi (the working covariance of y) are blocks; ``inverse_variance`` says
    that W is the inverse of Phi, which makes the small-sample algebra shorter.
    """

    clusters: Clusters
    X: Array
    y: Array
    weights: Blocks
    target: Blocks
    inverse_variance: bool
    beta: Array
    bread: Array
    residuals: Array
    WX: Array


def weighted_fit(
    y: Array, X: Array, weights: Blocks, target: Blocks, inverse_variance: bool = True
) -> WeightedFit:
    """Fit by weighted least squares; cost linear in clusters."""
    WX = weights.matmul(X)
    bread = symmetric_inverse(X.T @ WX)
    beta = bread @ (WX.T @ y)
    # one step of iterative refinement keeps the estimate exact when columns differ much in size
    beta = beta + bread @ (WX.T @ (y - X @ beta))
    return WeightedFit(
        weights.clusters, X, y, weights, target, inverse_variance, beta, bread, y - X @ beta, WX
    )


def symmetric_inverse(matrix: Array) -> Array:
    """The inverse of a positive definite matrix, scaled to unit diagonal first."""
    scale = 1.0 / np.sqrt(np.diag(matrix))
    inner = np.linalg.inv(matrix * scale[:, None] * scale[None, :])
    out = inner * scale[:, None] * scale[None, :]
    symmetric: Array = (out + out.T) / 2
    return symmetric
