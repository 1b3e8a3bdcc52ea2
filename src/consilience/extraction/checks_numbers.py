"""Checks of the numbers that effects are made of: each must be possible on its own and beside the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from consilience.extraction.findings import Findings

ARMS = ("arm1", "arm2")
_COUNTS = ("n", "baseline_n", "n_change", "totaln", "rand")
_SPREADS = (("sd", "sd_from"), ("baseline_sd", "sd_from_baseline"), ("sd_change", "sd_from_change"))
_INTERVAL_KINDS = ("CI", "IQR", "range")


def check_numbers(frame: pd.DataFrame, findings: Findings) -> None:
    """Check counts, spreads, correlations, events and given effects."""
    for arm in ARMS:
        _check_counts(frame, findings, arm)
        _check_spreads(frame, findings, arm)
        _check_events(frame, findings, arm)
        _check_interval(frame, findings, f"ci_change_{arm}")
    _check_correlations(frame, findings)
    _check_given_effect(frame, findings)


def _check_counts(frame: pd.DataFrame, findings: Findings, arm: str) -> None:
    for stem in _COUNTS:
        name = f"{stem}_{arm}"
        if name not in frame:
            continue
        values = frame[name]
        findings.flag(
            values <= 0,
            "error",
            "count_not_positive",
            f"{name}: {{value}} people are too few.",
            "Type how many people were measured, or leave the cell empty.",
            column=name,
            values=values,
        )
        findings.flag(
            values == 1,
            "error",
            "one_person",
            f"{name}: one person has no standard deviation.",
            "Check the number; a row needs at least two people in each arm.",
            column=name,
            values=values,
        )
        findings.flag(
            (values > 0) & (values != np.round(values)),
            "warning",
            "fraction_of_person",
            f"{name}: {{value}} is not a whole number of people; it is used as it is.",
            "Type a whole number, unless a design effect was applied.",
            column=name,
            values=values,
        )
        _check_against_randomised(frame, findings, name, arm)


def _check_against_randomised(frame: pd.DataFrame, findings: Findings, name: str, arm: str) -> None:
    randomised = f"rand_{arm}"
    if name != randomised and randomised in frame:
        findings.flag(
            frame[name] > frame[randomised],
            "warning",
            "more_than_randomised",
            f"{name}: {{value}} people were measured but {{detail}} randomised ({randomised}).",
            "Check both numbers in the report.",
            column=name,
            values=frame[name],
            details=lambda i: f"{frame[randomised].iat[i]:g}",
        )


def _check_spreads(frame: pd.DataFrame, findings: Findings, arm: str) -> None:
    for stem, from_name in _SPREADS:
        name = f"{stem}_{arm}"
        if name not in frame:
            continue
        kind = _kind_of_spread(frame, from_name)
        numbers = pd.to_numeric(frame[name], errors="coerce")
        findings.flag(
            numbers < 0,
            "error",
            "sd_negative",
            f"{name}: {{value}} is negative.",
            "Type the SD as printed; a dash before it may be a mark of a range.",
            column=name,
            values=numbers,
        )
        findings.flag(
            numbers == 0,
            "error",
            "sd_zero",
            f"{name}: 0 would mean that all people had the same value.",
            "Check the report; leave the cell empty if the SD is not given.",
            column=name,
            values=numbers,
        )
        _check_kind(frame, findings, name, from_name, numbers, kind)


def _kind_of_spread(frame: pd.DataFrame, from_name: str) -> pd.Series:
    """What stands in a spread column, row by row."""
    kind = pd.Series("SD", index=frame.index, dtype=object)
    for name in ("sd_from", from_name):
        if name in frame:
            kind = kind.where(frame[name].isna(), frame[name])
    return kind


def _check_kind(
    frame: pd.DataFrame, findings: Findings, name: str, from_name: str, numbers: pd.Series, kind: pd.Series
) -> None:
    """An interval needs sd_from CI, IQR or range; those need an interval."""
    held = frame[name].notna()
    interval = held & numbers.isna()
    wants = kind.isin(_INTERVAL_KINDS)
    findings.flag(
        interval & ~wants,
        "error",
        "interval_for_sd",
        f"{name}: '{{value}}' is an interval, but {from_name} does not say of what kind.",
        f"Set {from_name} to CI, IQR or range, or type the SD.",
        column=name,
        values=frame[name],
    )
    findings.flag(
        held & ~interval & wants,
        "error",
        "sd_for_interval",
        f"{name}: {{value}} is one number, but {from_name} says {{detail}}.",
        "Type both limits as lo;hi, or correct " + from_name + ".",
        column=name,
        values=frame[name],
        details=kind,
    )
    if interval.any():
        _check_interval(frame.assign(**{name: frame[name].where(interval, None)}), findings, name)


def _check_interval(frame: pd.DataFrame, findings: Findings, name: str) -> None:
    if name not in frame or frame[name].isna().all():
        return
    limits = frame[name].astype("str").str.split(";", expand=True).reindex(columns=[0, 1])
    low, high = pd.to_numeric(limits[0], errors="coerce"), pd.to_numeric(limits[1], errors="coerce")
    findings.flag(
        high <= low,
        "error",
        "limits_swapped",
        f"{name}: the upper limit of '{{value}}' is not above the lower.",
        "Type the limits as lo;hi.",
        column=name,
        values=frame[name],
    )


def _check_correlations(frame: pd.DataFrame, findings: Findings) -> None:
    for name in ("pre_post_r", "pre_post_r_arm1", "pre_post_r_arm2"):
        if name in frame:
            findings.flag(
                frame[name].abs() >= 1,
                "error",
                "r_out_of_range",
                f"{name}: {{value}} is not between -1 and 1.",
                "Type the correlation of pre- and posttest, or leave the cell empty to have one assumed.",
                column=name,
                values=frame[name],
            )


def _check_events(frame: pd.DataFrame, findings: Findings, arm: str) -> None:
    event, total = f"event_{arm}", f"totaln_{arm}"
    if event not in frame:
        return
    findings.flag(
        frame[event] < 0,
        "error",
        "event_negative",
        f"{event}: {{value}} is negative.",
        "Type how many people had the event.",
        column=event,
        values=frame[event],
    )
    if total in frame:
        findings.flag(
            frame[event] > frame[total],
            "error",
            "more_events_than_people",
            f"{event}: {{value}} people had the event, of {{detail}} observed ({total}).",
            "Check both numbers in the report.",
            column=event,
            values=frame[event],
            details=lambda i: f"{frame[total].iat[i]:g}",
        )


def _check_given_effect(frame: pd.DataFrame, findings: Findings) -> None:
    if "precalc_g_se" in frame:
        findings.flag(
            frame["precalc_g_se"] <= 0,
            "error",
            "g_se_not_positive",
            "precalc_g_se: {value} is not positive.",
            "Type the standard error of precalc_g.",
            column="precalc_g_se",
            values=frame["precalc_g_se"],
        )
    if "precalc_g" in frame:
        oriented = (
            frame["precalc_g_oriented"] if "precalc_g_oriented" in frame else pd.Series(None, frame.index)
        )
        unsaid = frame["precalc_g"].notna() & oriented.isna()
        if unsaid.any():
            findings.table(
                "warning",
                "g_orientation",
                f"{int(unsaid.sum()):,} rows give precalc_g without saying what "
                "positive means; it is read as arm 1 minus arm 2 on the outcome's own scale.",
                "Set precalc_g_oriented to true where positive means better.",
                column="precalc_g_oriented",
            )
