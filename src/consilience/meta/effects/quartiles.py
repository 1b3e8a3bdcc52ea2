"""Means and SDs from medians, quartiles and ranges (Wan 2014, Luo 2018)."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats

from consilience.meta.effects.arrays import ArrayLike, FloatArray, as_floats


@dataclass(frozen=True)
class MeanSD:
    """Estimated mean and standard deviation, in the unit of the data."""

    mean: FloatArray
    sd: FloatArray


def mean_sd_from_quartiles(q1: ArrayLike, median: ArrayLike, q3: ArrayLike, n: ArrayLike) -> MeanSD:
    """Mean and SD from the quartiles of a roughly normal sample of size n.

    Mean: w (q1 + q3)/2 + (1 - w) median, w = 0.7 + 0.39/n (Luo 2018, eq. 15); SD:
    (q3 - q1) / (2 Φ⁻¹((0.75n - 0.125)/(n + 0.25))) (Wan 2014, eq. 16).

    >>> m = mean_sd_from_quartiles(10, 12, 16, 40)
    >>> round(float(m.mean), 4), round(float(m.sd), 4)
    (12.7097, 4.6136)
    """
    lo, mid, hi, n_ = as_floats(q1, median, q3, n)
    w = 0.7 + 0.39 / n_
    z = stats.norm.ppf((0.75 * n_ - 0.125) / (n_ + 0.25))
    return MeanSD(w * (lo + hi) / 2 + (1 - w) * mid, (hi - lo) / (2 * z))


def mean_sd_from_range(minimum: ArrayLike, median: ArrayLike, maximum: ArrayLike, n: ArrayLike) -> MeanSD:
    """Mean and SD from the range of a roughly normal sample of size n.

    Mean: w (min + max)/2 + (1 - w) median, w = 4/(4 + n^0.75) (Luo 2018, eq. 7); SD:
    (max - min) / (2 Φ⁻¹((n - 0.375)/(n + 0.25))) (Wan 2014, eq. 9).

    >>> m = mean_sd_from_range(2, 10, 22, 40)
    >>> round(float(m.mean), 4), round(float(m.sd), 4)
    (10.4019, 4.6375)
    """
    lo, mid, hi, n_ = as_floats(minimum, median, maximum, n)
    w = 4 / (4 + n_**0.75)
    z = stats.norm.ppf((n_ - 0.375) / (n_ + 0.25))
    return MeanSD(w * (lo + hi) / 2 + (1 - w) * mid, (hi - lo) / (2 * z))


def mean_sd_from_five_numbers(
    minimum: ArrayLike, q1: ArrayLike, median: ArrayLike, q3: ArrayLike, maximum: ArrayLike, n: ArrayLike
) -> MeanSD:
    """Mean and SD from minimum, quartiles and maximum.

    Mean: w1 (min + max)/2 + w2 (q1 + q3)/2 + (1 - w1 - w2) median with w1 = 2.2/(2.2 + n^0.75) and
    w2 = 0.7 - 0.72/n^0.55 (Luo 2018, eq. 19); SD: the mean of the range and quartile
    forms (Wan 2014, eq. 12).

    >>> m = mean_sd_from_five_numbers(2, 8, 10, 13, 22, 40)
    >>> round(float(m.mean), 4), round(float(m.sd), 4)
    (10.5457, 4.2411)
    """
    lo, a, mid, b, hi, n_ = as_floats(minimum, q1, median, q3, maximum, n)
    w1, w2 = 2.2 / (2.2 + n_**0.75), 0.7 - 0.72 / n_**0.55
    sd = (mean_sd_from_range(lo, mid, hi, n_).sd + mean_sd_from_quartiles(a, mid, b, n_).sd) / 2
    return MeanSD(w1 * (lo + hi) / 2 + w2 * (a + b) / 2 + (1 - w1 - w2) * mid, sd)
