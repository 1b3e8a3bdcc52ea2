"""How much true effects differ: Q, tau2, omega2, I2 per level, and the prediction interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks


@dataclass(frozen=True)
class Heterogeneity:
    """``Q`` with its chi-squared test, components, and I2 in percent (``I2_levels``: per component)."""

    Q: float
    Q_df: int
    Q_p: float
    tau2: float
    omega2: float
    tau: float
    I2: float
    I2_levels: dict[str, float]
    typical_variance: float


def cochran_q(y: Array, X: Array, sampling: Blocks) -> float:
    """``y'(V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1) y``, V the sampling covariance."""
    W = sampling.inverse()
    WX = W.matmul(X)
    e = y - X @ np.linalg.solve(X.T @ WX, WX.T @ y)
    return float(e @ W.matmul(e))


def typical_variance(vi: Array, X: Array) -> float:
    """``(k - p) / tr(P)`` with P from weights 1/v (Higgins & Thompson 2002, for moderators as well)."""
    w = 1 / vi
    Xw = X * w[:, None]
    bread = np.linalg.inv(X.T @ Xw)
    trace = w.sum() - np.sum(bread * (Xw.T @ Xw))
    return float((len(vi) - X.shape[1]) / trace) if trace > 0 else float("nan")


def heterogeneity(
    y: Array, vi: Array, X: Array, sampling: Blocks, components: dict[str, float], I2: float | None = None
) -> Heterogeneity:
    """Heterogeneity of a fit from its data and variance components.

    I2 = 100 (tau2 + omega2) / (tau2 + omega2 + typical v), or the estimator's own where it has one.
    """
    k, p = X.shape
    Q, df = cochran_q(y, X, sampling), k - p
    typical = typical_variance(vi, X) if df > 0 else float("nan")
    between = _mean_of(components, "tau2")
    within = _mean_of(components, "omega2")
    total = between + within + typical
    levels = {"tau2": 100 * between / total, "omega2": 100 * within / total}
    return Heterogeneity(
        Q, df, float(special.chdtrc(df, Q)) if df > 0 else float("nan"), between, within,
        float(np.sqrt(between)), sum(levels.values()) if I2 is None else I2, levels, typical,
    )  # fmt: skip


def _mean_of(components: dict[str, float], stem: str) -> float:
    """A component, or the mean over levels where it differs by level."""
    values = [v for n, v in components.items() if n == stem or n.startswith(f"{stem}[")]
    return float(np.mean(values)) if values else 0.0
