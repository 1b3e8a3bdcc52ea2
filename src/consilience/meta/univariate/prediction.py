"""Fitted and predicted values with confidence and prediction intervals, and study-level BLUPs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.inference import critical_value

Interval = Literal["standard", "riley", "normal"]


@dataclass(frozen=True)
class Predicted:
    """Estimates with their SE, confidence limits and prediction limits, each of length m."""

    estimate: Array
    se: Array
    ci_lower: Array
    ci_upper: Array
    pi_lower: Array
    pi_upper: Array


def predictions(
    rows: Array, beta: Array, vcov: Array, tau2: float, df: float, level: float, pi_df: float
) -> Predicted:
    """``x'b`` with limits ``x'b +- c sqrt(x'Vx)`` (mean) and ``x'b +- c sqrt(x'Vx + tau2)`` (a new study)."""
    estimate = rows @ beta
    variance = np.einsum("ij,jk,ik->i", rows, vcov, rows)
    half = critical_value(level, df) * np.sqrt(variance)
    wide = critical_value(level, pi_df) * np.sqrt(variance + tau2)
    return Predicted(
        estimate, np.sqrt(variance), estimate - half, estimate + half, estimate - wide, estimate + wide
    )


def interval_df(interval: str, df: float, k: int, p: int) -> float:
    """Degrees of freedom of a prediction interval: the test's, k - p - 1 (Riley et al., 2011), or none."""
    if interval == "standard":
        return df
    if interval == "normal":
        return float("inf")
    if interval == "riley":
        return float(k - p - 1) if k - p - 1 > 0 else float("nan")
    raise InputError(f"interval={interval!r} is not known. Choose standard, riley or normal.")


def shrunken(
    yi: Array, vi: Array, X: Array, beta: Array, vcov: Array, tau2: float, critical: float
) -> Predicted:
    """Empirical BLUPs: each study drawn towards its fitted value by ``vi / (vi + tau2)`` (Morris, 1983)."""
    share = tau2 / (tau2 + vi)
    estimate = share * yi + (1.0 - share) * (X @ beta)
    variance = share * vi + (1.0 - share) ** 2 * np.einsum("ij,jk,ik->i", X, vcov, X)
    half = critical * np.sqrt(variance)
    nan = np.full_like(estimate, np.nan)
    return Predicted(estimate, np.sqrt(variance), nan, nan, estimate - half, estimate + half)
