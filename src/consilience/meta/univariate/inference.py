"""Tests and intervals for coefficients: normal, t, Knapp-Hartung and its ad hoc variant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import special

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array

Test = Literal["z", "t", "knha", "adhoc"]
TESTS: tuple[str, ...] = get_args(Test)


@dataclass(frozen=True)
class Wald:
    """An omnibus test: F on (df_num, df_denom), or chi-squared on df_num where df_denom is infinite."""

    statistic: float
    df_num: int
    df_denom: float
    p_value: float
    terms: tuple[str, ...] = ()


def check_test(test: str) -> str:
    """Return the canonical spelling of a test."""
    wanted = {name: name for name in TESTS} | {"hksj": "knha", "kh": "knha"}
    if test.lower() not in wanted:
        raise InputError(f"test={test!r} is not known. Choose one of {', '.join(TESTS)}.")
    return wanted[test.lower()]


def check_level(level: float) -> float:
    """Return a confidence level as a share; 95 and 0.95 mean the same."""
    share = level / 100.0 if level > 1 else level
    if not 0 < share < 1:
        raise InputError(f"level={level!r} must lie between 0 and 1 (or 0 and 100), such as 0.95.")
    return share


def variance_factor(test: str, rss: float, residual_df: int) -> float:
    """Knapp and Hartung's (2003) multiplier of the covariance; 1 for z and t, at least 1 for adhoc."""
    if test in ("z", "t"):
        return 1.0
    if residual_df <= 0:
        return float("nan")
    factor = rss / residual_df
    return max(1.0, factor) if test == "adhoc" else factor


def reference_df(test: str, residual_df: int) -> float:
    """Degrees of freedom of the reference distribution: infinite for z."""
    if test == "z":
        return float("inf")
    return float(residual_df) if residual_df > 0 else float("nan")


def critical_value(level: float, df: float) -> float:
    """Two-sided critical value of t(df); the normal one where df is infinite."""
    upper = 1.0 - (1.0 - level) / 2.0
    return float(special.ndtri(upper) if np.isinf(df) else special.stdtrit(df, upper))


def two_sided_p(statistic: Array, df: float) -> Array:
    """Two-sided p-values of t(df) or normal statistics."""
    size = -np.abs(statistic)
    return np.asarray(2.0 * (special.ndtr(size) if np.isinf(df) else special.stdtr(df, size)))


def critical_values(level: float, df: Array) -> Array:
    """Critical values for a vector of df, of which some may be infinite or NaN."""
    upper = 1.0 - (1.0 - level) / 2.0
    finite = np.where(np.isinf(df), 1.0, df)
    return np.where(np.isinf(df), special.ndtri(upper), special.stdtrit(finite, upper))


def two_sided_ps(statistic: Array, df: Array) -> Array:
    """Two-sided p-values for statistics with their own df."""
    finite, size = np.where(np.isinf(df), 1.0, df), -np.abs(statistic)
    return np.where(np.isinf(df), 2.0 * special.ndtr(size), 2.0 * special.stdtr(finite, size))


def wald(beta: Array, vcov: Array, L: Array, df: float, terms: tuple[str, ...] = ()) -> Wald:
    """Test ``L beta = 0``: chi-squared where df is infinite, F(q, df) otherwise."""
    q = int(L.shape[0])
    estimate, cov = L @ beta, L @ vcov @ L.T
    try:
        square = float(estimate @ np.linalg.solve(_safe(cov), estimate))
    except np.linalg.LinAlgError:
        square = float("nan")
    if np.isinf(df):
        return Wald(square, q, df, float(special.chdtrc(q, square)), terms)
    return Wald(square / q, q, df, float(special.fdtrc(q, df, square / q)), terms)


def wald_of(beta: Array, vcov: Array, which: list[int], df: float, terms: tuple[str, ...]) -> Wald:
    """Test that the coefficients at these positions are zero."""
    if len(which) > 1:
        return wald(beta, vcov, np.eye(beta.size)[which], df, terms)
    j = which[0]
    variance = float(vcov[j, j])
    square = float(beta[j]) ** 2 / variance if variance > 0 else float("nan")
    p_value = special.chdtrc(1, square) if np.isinf(df) else special.fdtrc(1, df, square)
    return Wald(square, 1, df, float(p_value), terms)


def _safe(cov: Array) -> Array:
    """Refuse to solve with NaN: the caller turns the refusal into a NaN statistic."""
    if not np.isfinite(cov).all():
        raise np.linalg.LinAlgError
    return cov
