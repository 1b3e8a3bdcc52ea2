"""Checks of what a row says about its study: name, identity, moderators."""

from __future__ import annotations

import pandas as pd

from consilience.extraction.findings import Findings

_AT_LEAST_ZERO = ("time_weeks", "duration_weeks", "n_sessions")


def check_design(frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Check the design columns; cells of moderators that cannot be true are left out."""
    frame = frame.copy()
    _check_study(frame, findings)
    _keep_out_stated(frame, findings)
    _check_effect_id(frame, findings)
    for name in ("percent_female", "percent_male"):
        _read_shares_as_percent(frame, findings, name)
        _blank_outside(frame, findings, name, 0, 100, "Type a percentage from 0 to 100.")
    _women_from_men(frame)
    _blank_outside(frame, findings, "mean_age", 0, 120, "Type the mean age in years.")
    _blank_outside(frame, findings, "year", 1900, 2100, "Type the year of publication with four digits.")
    for name in _AT_LEAST_ZERO:
        _blank_outside(frame, findings, name, 0, 10_000, "Type a number that is not negative.")
    _check_before_end(frame, findings)
    return frame


def _check_study(frame: pd.DataFrame, findings: Findings) -> None:
    findings.flag(
        frame["study"].isna(),
        "error",
        "no_study",
        "The row does not name its study.",
        "Type the study's name, the same in each of its rows.",
        column="study",
    )
    names = frame["study"].dropna().unique()
    if len(frame) > 1 and len(names) == 1:
        findings.table(
            "warning",
            "one_study",
            f"All {len(frame):,} rows are from one study ('{names[0]}').",
            "A synthesis needs at least two studies; check the study column.",
            column="study",
        )
    _check_study_spellings(names, findings)


def _check_study_spellings(names: object, findings: Findings) -> None:
    """Names that differ by case or blanks only would be taken for different studies."""
    series = pd.Series(names, dtype="str")
    folded = series.str.lower().str.replace(r"\s+", " ", regex=True)
    alike = folded.duplicated(keep=False)
    for _, same in series[alike].groupby(folded[alike]):
        findings.table(
            "warning",
            "study_spelling",
            "These study names differ only in case or blanks: " + "; ".join(map(repr, same)) + ".",
            "Write the name in one way if it is one study.",
            column="study",
        )


def _keep_out_stated(frame: pd.DataFrame, findings: Findings) -> None:
    if "not_usable_reason" in frame:
        findings.keep_out(frame["not_usable_reason"].notna(), frame["not_usable_reason"])


def _check_effect_id(frame: pd.DataFrame, findings: Findings) -> None:
    """Every row gets a name; names given twice are an error for the later row."""
    given = frame["effect_id"].notna()
    twice = given & frame["effect_id"].duplicated(keep="first")
    first = frame.loc[given].drop_duplicates("effect_id").set_index("effect_id")["row"]
    findings.flag(
        twice,
        "error",
        "effect_id_twice",
        "effect_id: '{value}' is the name of row {detail} already.",
        "Give every row a name of its own, or leave effect_id empty.",
        column="effect_id",
        values=frame["effect_id"],
        details=frame["effect_id"].map(first),
    )
    made = "row" + frame["row"].astype("str")
    made = made.where(~made.isin(frame.loc[given, "effect_id"]), made + "-unnamed")
    frame["effect_id"] = frame["effect_id"].where(given & ~twice, made)


def _read_shares_as_percent(frame: pd.DataFrame, findings: Findings, name: str) -> None:
    """A column of percentages that never exceeds 1 holds shares."""
    if name not in frame:
        return
    values = frame[name].dropna()
    if len(values) and values.between(0, 1).all() and ((values > 0) & (values < 1)).any():
        frame[name] = frame[name] * 100
        findings.table(
            "warning",
            "shares",
            f"{name} holds shares from 0 to 1; they were multiplied by 100.",
            "Write percentages (66, not 0.66) to be safe.",
            column=name,
        )


def _women_from_men(frame: pd.DataFrame) -> None:
    if "percent_male" in frame:
        women = 100 - frame["percent_male"]
        frame["percent_female"] = (
            frame["percent_female"].fillna(women) if "percent_female" in frame else women
        )


def _blank_outside(
    frame: pd.DataFrame, findings: Findings, name: str, low: float, high: float, remedy: str
) -> None:
    if name not in frame:
        return
    outside = frame[name].notna() & ~frame[name].between(low, high)
    findings.flag(
        outside,
        "warning",
        "out_of_range",
        f"{name}: {{value}} is not between {low:,} and {high:,}. The cell is left out; the row stays.",
        remedy,
        column=name,
        values=frame[name],
    )
    frame.loc[outside, name] = float("nan")


def _check_before_end(frame: pd.DataFrame, findings: Findings) -> None:
    if "weeks_after_treatment" in frame:
        findings.flag(
            frame["weeks_after_treatment"] < 0,
            "warning",
            "before_end",
            "weeks_after_treatment: {value} is before the end of treatment.",
            "Leave the row if a measurement during treatment is wanted; otherwise correct the number.",
            column="weeks_after_treatment",
            values=frame["weeks_after_treatment"],
        )
