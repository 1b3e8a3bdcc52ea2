"""Reported changes against the row's means, and the side that the authors say did better."""

from __future__ import annotations

import numpy as np
import pandas as pd

from consilience.extraction.consistency.numbers import ArmNumbers, Floats, Printed, number, printed, text
from consilience.extraction.findings import Findings

TOLERATED = 0.1
"""Share of the pretest SD by which a change may differ from posttest minus pretest (other people counted)."""


def check_changes(frame: pd.DataFrame, a: ArmNumbers, b: ArmNumbers, findings: Findings) -> None:
    """Flag changes and percent changes that the means do not give, and contradicted favours."""
    for arm, word in ((a, "arm1"), (b, "arm2")):
        _check_change(arm, word, findings)
        _check_percent(frame, arm, word, findings)
    _check_favours(frame, a, b, findings)


def _check_change(arm: ArmNumbers, word: str, findings: Findings) -> None:
    """Mean change against posttest minus pretest."""
    expected = Printed(arm.post.value - arm.pre.value, arm.post.half + arm.pre.half)
    slack = expected.half + arm.change.half + TOLERATED * np.nan_to_num(arm.pre_sd.value)
    off = np.abs(arm.change.value - expected.value) > slack
    turned = off & (np.abs(arm.change.value + expected.value) <= slack)

    def details(i: int) -> str:
        return f"{expected.value[i]:.4g}"

    findings.flag(
        turned,
        "warning",
        "change_turned",
        f"mean_change_{word}: {{value}} has the opposite sign of posttest minus pretest ({{detail}}).",
        "If the report gives pretest minus posttest, set change_sign to pre_minus_post.",
        column=f"mean_change_{word}",
        values=arm.change.value,
        details=details,
    )
    findings.flag(
        off & ~turned,
        "warning",
        "change_does_not_follow",
        f"mean_change_{word}: {{value}} does not follow from the means, which give {{detail}}.",
        "Look the three means up again; an adjusted change, or other people counted, may explain it.",
        column=f"mean_change_{word}",
        values=arm.change.value,
        details=details,
    )


def _check_percent(frame: pd.DataFrame, arm: ArmNumbers, word: str, findings: Findings) -> None:
    """Reported percent change against the means."""
    name = f"percent_change_{word}"
    if name not in frame:
        return
    reported = printed(frame, name)
    low, high = _percent_range(arm)
    slack = reported.half + 1.0
    off = (reported.value < low - slack) | (reported.value > high + slack)
    findings.flag(
        off,
        "warning",
        "percent_does_not_follow",
        f"{name}: {{value}} % does not follow from the means, which give {{detail}} %.",
        "Look the means up again; the mean of each person's percent change is another number.",
        column=name,
        values=reported.value,
        details=lambda i: f"{(low[i] + high[i]) / 2:.1f}",
    )


def _percent_range(arm: ArmNumbers) -> tuple[Floats, Floats]:
    """Percent changes from pretest that fit the printed means."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.vstack(
            [
                100 * ((arm.post.value + i * arm.post.half) / (arm.pre.value + j * arm.pre.half) - 1)
                for i in (-1, 1)
                for j in (-1, 1)
            ]
        )
    return ends.min(axis=0), ends.max(axis=0)


def _check_favours(frame: pd.DataFrame, a: ArmNumbers, b: ArmNumbers, findings: Findings) -> None:
    """The side that the means (or the given effect) favour, against the one stated in words."""
    direction, favours = text(frame, "direction"), text(frame, "favours")
    good = np.where(direction == "beneficial", 1.0, np.where(direction == "harmful", -1.0, np.nan))
    side = np.where(favours == "arm1", 1.0, np.where(favours == "arm2", -1.0, np.nan))
    change = _difference(a, b)
    raw = np.where(np.isnan(change), number(frame, "precalc_g") * _oriented(frame, good), change)
    against = np.sign(raw) * good * side < 0

    def details(i: int) -> str:
        what = "higher" if raw[i] > 0 else "lower"
        return f"arm 1 {what} (by {abs(raw[i]):.4g}), and the direction is {direction[i]}"

    findings.flag(
        against,
        "warning",
        "against_favours",
        "favours: '{value}', but the numbers say {detail}.",
        "Check the direction, change_sign and which arm is which; if authors read the marker otherwise, set "
        "direction with a direction_reason.",
        column="favours",
        values=favours,
        details=details,
    )


def _oriented(frame: pd.DataFrame, good: Floats) -> Floats:
    """Factor that turns precalc_g back to arm 1 minus arm 2."""
    oriented = text(frame, "precalc_g_oriented")
    return np.where([o is True or o == "true" for o in oriented], good, 1.0)


def _difference(a: ArmNumbers, b: ArmNumbers) -> Floats:
    """Difference in change, or at posttest where there is no pretest; NaN within rounding of zero."""
    change_a, change_b = _change(a), _change(b)
    change = change_a.value - change_b.value
    post = a.post.value - b.post.value
    slack = np.where(np.isnan(change), a.post.half + b.post.half, change_a.half + change_b.half)
    raw = np.where(np.isnan(change), post, change)
    return np.where(np.abs(raw) > slack, raw, np.nan)


def _change(arm: ArmNumbers) -> Printed:
    own = ~np.isnan(arm.change.value)
    return Printed(
        np.where(own, arm.change.value, arm.post.value - arm.pre.value),
        np.where(own, arm.change.half, arm.post.half + arm.pre.half),
    )
