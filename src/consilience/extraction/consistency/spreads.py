"""Standard deviations that look like something else, and arms that differed at the start."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from consilience.extraction.consistency.numbers import ArmNumbers, Bools, Floats, text
from consilience.extraction.findings import Findings

SMALLER_BY = 2.5
"""An SD is suspected only if it is this many times smaller than those it is compared with."""
NEAR = 1.6
"""... and if the square root of n brings it within this factor of them."""
IMBALANCE = 0.5
"""Standardised difference of pretest means from which a baseline difference is reported."""

_ASK = "See whether the report calls it a standard error (SE, SEM); if so, set sd_from{} to SE."


def check_spreads(frame: pd.DataFrame, a: ArmNumbers, b: ArmNumbers, findings: Findings) -> None:
    """Flag SDs that look like SEs, impossible pre-post correlations, baseline differences."""
    _check_within_row(a, b, findings)
    _check_beside_marker(frame, a, b, findings)
    for arm, word in ((a, "arm1"), (b, "arm2")):
        _check_implied_r(arm, word, findings)
    _check_baseline(a, b, findings)


def _looks_like_se(sd: Floats, n: Floats, usual: Floats) -> Bools:
    """Where an SD is far below the usual one, and the square root of n makes up for it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        as_sd = sd * np.sqrt(n)
        return (usual / sd >= SMALLER_BY) & (as_sd / usual < NEAR) & (usual / as_sd < NEAR)


def _check_within_row(a: ArmNumbers, b: ArmNumbers, findings: Findings) -> None:
    """Each SD against the median of the row's other SDs."""
    cells = {
        "sd_arm1": (a.post_sd.value, a.n, ""), "sd_arm2": (b.post_sd.value, b.n, ""),
        "baseline_sd_arm1": (a.pre_sd.value, a.n, "_baseline"),
        "baseline_sd_arm2": (b.pre_sd.value, b.n, "_baseline"),
    }  # fmt: skip
    for name, (sd, n, which) in cells.items():
        usual = _median([other for key, (other, _, _) in cells.items() if key != name])
        findings.flag(
            _looks_like_se(sd, n, usual),
            "warning",
            "sd_looks_like_se",
            f"{name}: {{value}} looks like a standard error: the row's other SDs are about {{detail}}, "
            "as it would be when multiplied by the square root of n.",
            _ASK.format(which),
            column=name,
            values=sd,
            details=_worded(usual, "{:.3g}"),
        )


def _worded(values: Floats, form: str) -> Callable[[int], str]:
    return lambda i: form.format(values[i])


def _median(columns: list[Floats]) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmedian(np.vstack(columns), axis=0), dtype=np.float64)


def _check_beside_marker(frame: pd.DataFrame, a: ArmNumbers, b: ArmNumbers, findings: Findings) -> None:
    """Coefficients of variation far below those of other studies of the same marker."""
    marker = text(frame, "marker")
    logs = np.isin(text(frame, "log_scale"), ["true", "log10"])
    for name, mean, sd, n, which in (
        ("sd_arm1", a.post.value, a.post_sd.value, a.n, ""),
        ("sd_arm2", b.post.value, b.post_sd.value, b.n, ""),
        ("baseline_sd_arm1", a.pre.value, a.pre_sd.value, a.n, "_baseline"),
        ("baseline_sd_arm2", b.pre.value, b.pre_sd.value, b.n, "_baseline"),
    ):
        with np.errstate(divide="ignore", invalid="ignore"):
            cv = np.where((mean > 0) & (sd > 0) & ~logs & (marker != ""), sd / mean, np.nan)
        usual = _usual_elsewhere(cv, marker, text(frame, "study"))
        findings.flag(
            _looks_like_se(cv, n, usual),
            "warning",
            "sd_small_for_marker",
            f"{name}: {{value}} is small beside the mean: other studies of this marker have SDs of about "
            "{detail} of the mean, as this one would have if it were a standard error.",
            _ASK.format(which),
            column=name,
            values=sd,
            details=_worded(usual, "{:.0%}"),
        )


def _usual_elsewhere(cv: Floats, marker: object, study: object) -> Floats:
    """For each row: the median over studies of the marker's CVs, where at least four studies have one."""
    table = pd.DataFrame({"cv": cv, "marker": marker, "study": study})
    per_study = table.dropna(subset=["cv"]).groupby(["marker", "study"])["cv"].median()
    usual = per_study.groupby("marker").median()[per_study.groupby("marker").size() >= 4]
    return table["marker"].map(usual).to_numpy(dtype=np.float64)


def _check_implied_r(arm: ArmNumbers, word: str, findings: Findings) -> None:
    """The pre-post correlation that the three SDs imply must lie between -1 and 1."""
    s0, s1, sc = arm.pre_sd.value, arm.post_sd.value, arm.change_sd.value
    slack = 1.02
    findings.flag(
        sc * slack < np.abs(s0 - s1),
        "warning",
        "change_sd_too_small",
        f"sd_change_{word}: {{value}} is smaller than any pre-post correlation allows beside the pretest "
        "and posttest SDs; it may be a standard error.",
        _ASK.format("_change"),
        column=f"sd_change_{word}",
        values=sc,
    )
    findings.flag(
        sc > slack * (s0 + s1),
        "warning",
        "change_sd_too_large",
        f"sd_change_{word}: {{value}} is larger than any pre-post correlation allows beside the pretest "
        "and posttest SDs.",
        "Look the three SDs up again; the pretest or posttest SDs may be standard errors.",
        column=f"sd_change_{word}",
        values=sc,
    )


def _check_baseline(a: ArmNumbers, b: ArmNumbers, findings: Findings) -> None:
    """Arms that differ at pretest by more than chance allows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = np.sqrt((a.pre_sd.value**2 + b.pre_sd.value**2) / 2)
        d = (a.pre.value - b.pre.value) / pooled
        t = np.abs(d) / np.sqrt(1 / a.n + 1 / b.n)
    findings.flag(
        (np.abs(d) > IMBALANCE) & (t > 2),
        "warning",
        "baseline_difference",
        "The arms differ at pretest by {value} SD.",
        "Nothing to correct if the report says so; effects on change scores may then be regression to "
        "the mean. Check that the pretest means are those of the right arms.",
        column="baseline_m_arm1",
        values=np.round(d, 2),
    )
