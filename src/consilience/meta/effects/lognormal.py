"""Means and SDs between the raw and the logarithmic scale, for skewed markers (Higgins 2008)."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import ArrayLike, as_floats
from consilience.meta.effects.quartiles import MeanSD
from consilience.meta.errors import InputError


def log_from_raw(mean: ArrayLike, sd: ArrayLike) -> MeanSD:
    """Mean and SD of ln x from those of x, for log-normal data (Higgins 2008, method 1).

    sd_log = √ln(1 + sd²/mean²); mean_log = ln mean - sd_log²/2. NaN where the mean is not positive.

    >>> m = log_from_raw(10, 5)
    >>> round(float(m.mean), 4), round(float(m.sd), 4)
    (2.191, 0.4724)
    """
    m, s = as_floats(mean, sd)
    m = np.where(m > 0, m, np.nan)
    variance = np.log1p((s / m) ** 2)
    return MeanSD(np.log(m) - variance / 2, np.sqrt(variance))


def raw_from_log(mean: ArrayLike, sd: ArrayLike, *, base: float = np.e) -> MeanSD:
    """Mean and SD of x from those of log x, for log-normal data: exp(μ + σ²/2), mean √(exp σ² - 1).

    ``base`` is the base of the logarithm (10 for log10 data). Source: Higgins (2008).

    >>> m = raw_from_log(2.1910, 0.4724)
    >>> round(float(m.mean), 2), round(float(m.sd), 2)
    (10.0, 5.0)
    """
    if not base > 1:
        raise InputError(f"base is {base!r}; the base of a logarithm here is above 1, for example 10.")
    m, s = (v * np.log(base) for v in as_floats(mean, sd))
    raw = np.exp(m + s**2 / 2)
    return MeanSD(raw, raw * np.sqrt(np.expm1(s**2)))
