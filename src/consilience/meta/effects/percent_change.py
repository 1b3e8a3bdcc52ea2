"""Percent change from pretest, against control: in percent points, and as a log ratio of means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.effects.arrays import BoolArray, FloatArray, TextArray
from consilience.meta.effects.derive.arms import Arm, read_arm
from consilience.meta.effects.derive.cells import TrialTable
from consilience.meta.effects.derive.correlation import check_r, choose_r
from consilience.meta.effects.derive.notes import Notes, first_reason
from consilience.meta.effects.spread import change_sd_from_r


@dataclass(frozen=True)
class ArmRatio:
    """An arm's posttest relative to its pretest, with the variance of the estimate."""

    value: FloatArray
    variance: FloatArray


def percent_of_pretest(
    m_pre: FloatArray,
    m_post: FloatArray,
    sd_pre: FloatArray,
    sd_post: FloatArray,
    n: FloatArray,
    r: FloatArray,
) -> ArmRatio:
    """100 (post/pre - 1); 100² (post/pre)² (c_pre² + c_post² - 2 r c_pre c_post)/n with c = SD/mean.

    Delta method; written without dividing by the posttest mean, which may be 0.
    """
    q = m_post / m_pre
    variance = (sd_post**2 + q**2 * sd_pre**2 - 2 * r * q * sd_pre * sd_post) / (n * m_pre**2)
    return ArmRatio(100 * (q - 1), 100**2 * variance)


def log_ratio_to_pretest(
    m_pre: FloatArray,
    m_post: FloatArray,
    sd_pre: FloatArray,
    sd_post: FloatArray,
    n: FloatArray,
    r: FloatArray,
) -> ArmRatio:
    """ln(post/pre); (c_pre² + c_post² - 2 r c_pre c_post)/n (Lajeunesse 2011)."""
    a, b = sd_pre / m_pre, sd_post / m_post
    return ArmRatio(np.log(m_post / m_pre), (a**2 + b**2 - 2 * r * a * b) / n)


def percent_change(data: pd.DataFrame, *, r: Any = 0.5, r_from_change_sd: bool = True) -> pd.DataFrame:
    """Percent change of both arms from their own pretest, and arm 1 against arm 2.

    Reads a trial table as ``escalc("PPC", ...)`` does. Adds, in percent of the pretest mean,
    ``percent_arm1``, ``percent_arm2``, ``percent`` (arm 1 - arm 2, percent points) and
    ``percent_vi``; ``log_ratio`` = ln(post1/pre1) - ln(post2/pre2) and ``log_ratio_vi``;
    ``percent_not_estimable`` and ``log_ratio_not_estimable`` (a reason, or empty). Where
    ``log_scale`` says that means are of logarithms ("log10" for base 10) the log ratio is their
    difference of changes, and a raw percentage does not exist. Rows and index stay as they are.

    >>> arm = {"baseline_m": 4.0, "baseline_sd": 2.0, "n": 25}
    >>> row = {f"{k}_{a}": v for a in ("arm1", "arm2") for k, v in arm.items()}
    >>> row |= {"mean_arm1": 3, "sd_arm1": 2, "mean_arm2": 4, "sd_arm2": 2}
    >>> out = percent_change(pd.DataFrame([row]))
    >>> out[["percent", "percent_vi"]].round(3).values.tolist()
    [[-25.0, 181.25]]
    """
    table, notes = TrialTable(data), Notes(len(data))
    arms = read_arm(table, "arm1", notes), read_arm(table, "arm2", notes)
    row_r = choose_r(table, *arms, check_r(r, table.size), notes, from_change_sd=r_from_change_sd)
    logged = table.flag("log_scale")
    with np.errstate(all="ignore"):
        given = [_numbers(arm, own) for arm, own in zip(arms, (row_r.r1, row_r.r2), strict=True)]
        percent = [_masked(percent_of_pretest(*x), _positive(x, post=False) & ~logged) for x in given]
        ratio = [_masked(log_ratio_to_pretest(*x), _positive(x, post=True) & ~logged) for x in given]
        exact = [_log_scale(arm, x) for arm, x in zip(arms, given, strict=True)]
    unit = np.where(table.word("log_scale") == "log10", np.log(10.0), 1.0)
    ratio = [
        ArmRatio(
            np.where(logged, unit * e.value, q.value), np.where(logged, unit**2 * e.variance, q.variance)
        )
        for e, q in zip(exact, ratio, strict=True)
    ]
    columns = {"percent_arm1": percent[0].value, "percent_arm2": percent[1].value}
    columns |= _difference("percent", percent, _reasons(given, logged, row_r.bad, raw=True), row_r.bad)
    columns |= _difference("log_ratio", ratio, _reasons(given, logged, row_r.bad, raw=False), row_r.bad)
    kept = data.drop(columns=[c for c in columns if c in data.columns])
    return pd.concat([kept, pd.DataFrame(columns, index=data.index)], axis=1)


ArmNumbers = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]


def _numbers(arm: Arm, r: FloatArray) -> ArmNumbers:
    """m_pre, m_post, sd_pre, sd_post, n, r; posttest values from the change where only that is stated."""
    m_post = np.where(np.isnan(arm.m_post), arm.m_pre + arm.m_change, arm.m_post)
    root = arm.sd_change**2 - arm.sd_pre**2 * (1 - r**2)
    implied = r * arm.sd_pre + np.sqrt(np.where(root >= 0, root, np.nan))
    implied = np.where(implied > 0, implied, np.nan)
    return arm.m_pre, m_post, arm.sd_pre, np.where(np.isnan(arm.sd_post), implied, arm.sd_post), arm.n, r


def _positive(x: ArmNumbers, *, post: bool) -> BoolArray:
    """Rows whose pretest (and posttest) mean can be divided by."""
    return np.asarray((x[0] > 0) & ((x[1] > 0) if post else True))


def _log_scale(arm: Arm, x: ArmNumbers) -> ArmRatio:
    """Change of log values, whose SD is known or built from r."""
    m_pre, m_post, sd_pre, sd_post, n, r = x
    sd = np.where(np.isnan(arm.sd_change), change_sd_from_r(sd_pre, sd_post, r), arm.sd_change)
    return ArmRatio(np.where(np.isnan(arm.m_change), m_post - m_pre, arm.m_change), sd**2 / n)


def _masked(ratio: ArmRatio, keep: BoolArray) -> ArmRatio:
    """NaN outside the rows to keep."""
    return ArmRatio(np.where(keep, ratio.value, np.nan), np.where(keep, ratio.variance, np.nan))


def _reasons(given: list[ArmNumbers], logged: BoolArray, bad_r: BoolArray, *, raw: bool) -> TextArray:
    """Why a row gives no percent change, as if it gave none."""
    not_positive = np.logical_or.reduce([(x[0] <= 0) | (False if raw else (x[1] <= 0)) for x in given])
    return first_reason(
        len(logged),
        [
            (bad_r, "the row's pre-post correlation is not between -1 and 1"),
            (logged & raw, "the values are logarithms, of which a raw percentage does not exist"),
            (not_positive & ~logged, "a mean is zero or negative"),
            (
                np.ones(len(logged), dtype=bool),
                "means, SDs and n of both arms before and after are not all stated",
            ),
        ],
    )


def _difference(name: str, arms: list[ArmRatio], reasons: TextArray, bad: BoolArray) -> dict[str, Any]:
    """Arm 1 minus arm 2 with its variance and the reason where there is none."""
    yi, vi = arms[0].value - arms[1].value, arms[0].variance + arms[1].variance
    known = np.isfinite(yi) & (vi > 0) & ~bad
    return {
        name: np.where(known, yi, np.nan), f"{name}_vi": np.where(known, vi, np.nan),
        f"{name}_not_estimable": np.where(known, "", reasons),
    }  # fmt: skip
