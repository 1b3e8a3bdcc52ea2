"""What t a row's own means, SDs and sizes can give: a range, because numbers are printed rounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from consilience.extraction.consistency.numbers import ArmNumbers, Floats, Printed

R_RANGE = (0.0, 0.95)
"""Pre-post correlations that a change between two times may reasonably have."""

LEEWAY = 0.1
"""Share by which |t| may lie outside its range: decimals may differ between the cells of a row."""


@dataclass(frozen=True)
class TRange:
    """The smallest and largest |t| that fit the printed numbers, and the t of the numbers as they are."""

    low: Floats
    high: Floats
    as_printed: Floats
    df: Floats


def t_range(m1: Printed, sd1: Printed, n1: Floats, m2: Printed, sd2: Printed, n2: Floats) -> TRange:
    """|t| of a difference of two independent means, over the rounding of means and SDs.

    The pooled and the unpooled (Welch) standard errors are both allowed: reports seldom say which.

    >>> one, two = (Printed(np.array([m]), np.array([0.005])) for m in (26.96, 22.84))
    >>> s1, s2 = (Printed(np.array([s]), np.array([0.005])) for s in (9.01, 7.19))
    >>> n = np.array([20.0])
    >>> round(float(t_range(one, s1, n, two, s2, n).as_printed[0]), 2)
    1.6
    """
    difference, slack = np.abs(m1.value - m2.value), m1.half + m2.half
    errors = [_errors(sd1.value + k * sd1.half, n1, sd2.value + k * sd2.half, n2) for k in (-1, 0, 1)]
    smallest, largest = np.minimum(*errors[0]), np.maximum(*errors[2])
    with np.errstate(divide="ignore", invalid="ignore"):
        return TRange(
            (1 - LEEWAY) * np.maximum(difference - slack, 0) / largest,
            (1 + LEEWAY) * (difference + slack) / smallest,
            difference / errors[1][0],
            n1 + n2 - 2,
        )


def _errors(sd1: Floats, n1: Floats, sd2: Floats, n2: Floats) -> tuple[Floats, Floats]:
    """Pooled and unpooled standard error of a difference."""
    with np.errstate(divide="ignore", invalid="ignore"):
        v1, v2 = np.maximum(sd1, 0) ** 2, np.maximum(sd2, 0) ** 2
        pooled = ((n1 - 1) * v1 + (n2 - 1) * v2) / (n1 + n2 - 2) * (1 / n1 + 1 / n2)
        return np.sqrt(pooled), np.sqrt(v1 / n1 + v2 / n2)


def posttest_t(a: ArmNumbers, b: ArmNumbers) -> TRange:
    """t of the difference at posttest."""
    return t_range(a.post, a.post_sd, a.n, b.post, b.post_sd, b.n)


def change_t(a: ArmNumbers, b: ArmNumbers) -> TRange:
    """t of the difference in change: from change SDs, else over all reasonable pre-post correlations."""
    m1, m2 = _change(a), _change(b)
    loose, tight = (t_range(m1, _change_sd(a, r), a.n, m2, _change_sd(b, r), b.n) for r in R_RANGE)
    return TRange(loose.low, tight.high, loose.as_printed, loose.df)


def _change(arm: ArmNumbers) -> Printed:
    """The mean change as printed, else posttest minus pretest."""
    own = ~np.isnan(arm.change.value)
    return Printed(
        np.where(own, arm.change.value, arm.post.value - arm.pre.value),
        np.where(own, arm.change.half, arm.post.half + arm.pre.half),
    )


def _change_sd(arm: ArmNumbers, r: float) -> Printed:
    """The SD of the change as printed, else from both SDs and a correlation."""
    s0, s1 = arm.pre_sd, arm.post_sd
    variance = s0.value**2 + s1.value**2 - 2 * r * s0.value * s1.value
    own = ~np.isnan(arm.change_sd.value)
    return Printed(
        np.where(own, arm.change_sd.value, np.sqrt(np.maximum(variance, 0))),
        np.where(own, arm.change_sd.half, s0.half + s1.half),
    )


def two_sided_p(t: Floats, df: Floats) -> Floats:
    """Two-sided p of |t|."""
    with np.errstate(invalid="ignore"):
        return np.asarray(2 * stats.t.sf(np.abs(t), df), dtype=np.float64)
