"""Percent change against control, and log ratios of means, with their sampling variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MeanPair:
    """One arm's pre- and posttest: means, sampling variances of the means, and their covariance."""

    pre: Floats
    post: Floats
    var_pre: Floats
    var_post: Floats
    cov: Floats


@dataclass(frozen=True)
class Change:
    """A change with its sampling variance."""

    value: Floats
    variance: Floats


def mean_pair(pre: Floats, post: Floats, sd_pre: Floats, sd_post: Floats, r: Floats, n: Floats) -> MeanPair:
    """An arm from its means, SDs, pre-post correlation and number of people."""
    return MeanPair(pre, post, sd_pre**2 / n, sd_post**2 / n, r * sd_pre * sd_post / n)


def posttest_sd(sd_pre: Floats, sd_change: Floats, r: Floats) -> Floats:
    """The posttest SD that goes with a change SD: the larger root of ``sc^2 = s1^2 + s2^2 - 2 r s1 s2``.

    NaN where no posttest SD fits.
    """
    with np.errstate(invalid="ignore"):
        return np.asarray(r * sd_pre + np.sqrt(sd_change**2 - (1 - r**2) * sd_pre**2), dtype=np.float64)


def percent_of_pretest(arm: MeanPair) -> Change:
    """``100 (post - pre) / pre``; variance by the delta method on the ratio of the two means."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = arm.post / arm.pre
        relative = (arm.var_post - 2 * ratio * arm.cov + ratio**2 * arm.var_pre) / arm.pre**2
    return Change(100 * (ratio - 1), 100**2 * relative)


def log_of_ratio(arm: MeanPair) -> Change:
    """``ln(post / pre)``; variance by the delta method."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(arm.post / arm.pre)
        variance = arm.var_post / arm.post**2 + arm.var_pre / arm.pre**2 - 2 * arm.cov / (arm.post * arm.pre)
    return Change(value, variance)


def difference(arm1: Change, arm2: Change) -> Change:
    """Arm 1 minus arm 2; the arms are independent."""
    return Change(arm1.value - arm2.value, arm1.variance + arm2.variance)
