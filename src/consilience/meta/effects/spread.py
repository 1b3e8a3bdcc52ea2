"""Standard deviations from what publications print instead: SE, confidence interval, p."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import stats

from consilience.meta.effects.arrays import ArrayLike, FloatArray, as_floats
from consilience.meta.errors import InputError


def sd_from_se(se: ArrayLike, n: ArrayLike) -> FloatArray:
    """SD = SE √n, in the unit of ``se``. Source: Cochrane Handbook 6.5.2.2.

    >>> float(sd_from_se(0.5, 16))
    2.0
    """
    se_, n_ = as_floats(se, n)
    return np.asarray(se_ * np.sqrt(n_))


def sd_from_ci(
    lower: ArrayLike,
    upper: ArrayLike,
    n: ArrayLike,
    *,
    level: float = 0.95,
    distribution: Literal["t", "z"] = "t",
) -> FloatArray:
    """SD = √n (upper - lower) / (2 q), q the t (n - 1 df) or normal quantile of the interval of a mean.

    Limits in either order. Source: Cochrane Handbook 6.5.2.2.

    >>> round(float(sd_from_ci(30, 34.2, 25)), 4)
    5.0875
    """
    if not 0 < level < 1:
        raise InputError(f"level is {level!r}; a confidence level lies between 0 and 1, for example 0.95.")
    if distribution not in ("t", "z"):
        raise InputError(f"distribution is {distribution!r}; it must be 't' or 'z'.")
    lo, hi, n_ = as_floats(lower, upper, n)
    tail = 0.5 + level / 2
    df = np.where(n_ > 1, n_ - 1, np.nan)
    q = stats.t.ppf(tail, df) if distribution == "t" else stats.norm.ppf(tail)
    return np.asarray(np.sqrt(n_) * np.abs(hi - lo) / (2 * q))


def change_sd_from_p(mean_change: ArrayLike, p: ArrayLike, n: ArrayLike) -> FloatArray:
    """SD of change scores from a within-arm two-sided p: |mean| √n / t, t the 1 - p/2 quantile on n - 1 df.

    NaN where p is not inside (0, 1) or the mean change is 0. Source: Cochrane Handbook 6.5.2.3.

    >>> round(float(change_sd_from_p(-1.5, 0.02, 25)), 4)
    3.0094
    """
    mean, p_, n_ = as_floats(mean_change, p, n)
    ok = (p_ > 0) & (p_ < 1) & (mean != 0) & (n_ > 1)
    t = stats.t.isf(np.where(ok, p_, 0.5) / 2, np.where(ok, n_ - 1, 1.0))
    return np.asarray(np.where(ok, np.abs(mean) * np.sqrt(n_) / t, np.nan))


def change_sd_from_r(sd_pre: ArrayLike, sd_post: ArrayLike, r: ArrayLike) -> FloatArray:
    """SD of post minus pre: √(s_pre² + s_post² - 2 r s_pre s_post).

    >>> float(change_sd_from_r(3, 4, 0))
    5.0
    """
    pre, post, r_ = as_floats(sd_pre, sd_post, r)
    return np.asarray(np.sqrt(pre**2 + post**2 - 2 * r_ * pre * post))


def r_from_change_sd(sd_pre: ArrayLike, sd_post: ArrayLike, sd_change: ArrayLike) -> FloatArray:
    """The pre-post correlation that three SDs imply: (s_pre² + s_post² - s_change²) / (2 s_pre s_post).

    The result may lie outside [-1, 1]: then the three SDs contradict each other.

    >>> float(r_from_change_sd(3, 4, 5))
    0.0
    """
    pre, post, change = as_floats(sd_pre, sd_post, sd_change)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((pre**2 + post**2 - change**2) / (2 * pre * post))
