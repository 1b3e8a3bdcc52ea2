"""From coded rows to oriented effects: each with its provenance, each unused row with its reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.extraction import TrialTable
from consilience.meta.effects.escalc import escalc
from consilience.protocol.model import EffectPlan, Protocol
from consilience.synthesis.effect_set import numbers
from consilience.synthesis.remedies import remedy_for
from consilience.synthesis.result import UnusedRow

PROVENANCE = (
    "effect_id",
    "file",
    "row",
    "study",
    "year",
    "intervention_type",
    "condition_arm1",
    "condition_arm2",
    "multi_arm1",
    "multi_arm2",
    "comparator_kind",
    "marker",
    "marker_label",
    "outcome_category",
    "direction",
    "direction_reason",
    "basal_or_stimulated",
    "time",
    "time_weeks",
    "weeks_after_treatment",
    "disease",
)
"""Columns of the trial table that every effect carries, where the table has them."""

COUNTS = {
    side: tuple(f"{stem}_{side}" for stem in ("n", "n_change", "baseline_n", "totaln", "rand"))
    for side in ("arm1", "arm2")
}
"""Where an arm's number of people stands, the most telling column first."""


@dataclass(frozen=True)
class Derived:
    """The effects of a table, and its rows that gave none."""

    effects: pd.DataFrame
    unused: tuple[UnusedRow, ...]


def derive_effects(computed: pd.DataFrame, protocol: Protocol) -> Derived:
    """Turn computed effects so that positive is the protocol's good direction.

    ``yi_raw`` is arm 1 minus arm 2 as measured, ``sign`` -1 for harmful markers, ``yi`` their product.
    """
    frame = computed.copy()
    frame["yi_raw"] = frame["yi"]
    frame["sign"] = frame["direction"].map({"beneficial": 1.0, "harmful": -1.0}).astype(np.float64)
    frame["yi"] = frame["yi_raw"] * frame["sign"]
    frame["sei"] = np.sqrt(frame["vi"])
    reason = unusable(frame)
    kept = frame[reason == ""].reset_index(drop=True)
    return Derived(arrange(kept, protocol), unused_rows(frame, reason))


def compute_effects(coded: TrialTable, protocol: Protocol) -> pd.DataFrame:
    """Every coded row with its effect and variance as measured, by the settings of the plan."""
    frame, plan = coded.frame, protocol.analysis.effect
    rows = frame.copy()
    if not plan.pre_post_r.per_row:
        rows = rows.drop(columns=[c for c in rows.columns if c.startswith("pre_post_r")])
    r, source = assumed_r(rows, protocol, plan)
    computed: pd.DataFrame = escalc(
        plan.measure,
        rows,
        r=r,
        formula=plan.formula,
        variance=plan.variance,
        small_sample=plan.small_sample.factor,
        small_sample_apply=plan.small_sample.apply,
        df_limit=plan.small_sample.df_limit,
        allow_posttest_only=plan.allow_posttest_only,
        allow_p_bounds=plan.allow_p_bounds,
        r_from_change_sd=plan.pre_post_r.derive_from_change_sd,
    )
    computed["r_source"] = np.where(computed["r_source"] == "argument", source, computed["r_source"])
    computed["effect_id"] = effect_ids(computed)
    for side, columns in COUNTS.items():
        computed[f"n_{side}"] = first_number(computed, columns)
    return computed


def assumed_r(frame: pd.DataFrame, protocol: Protocol, plan: EffectPlan) -> tuple[np.ndarray, np.ndarray]:
    """The correlation for rows that give none of their own: the marker's, else the default; and which."""
    known = {m.key: m.pre_post_r for m in protocol.markers if m.pre_post_r is not None}
    known |= plan.pre_post_r.by_marker
    by_marker = frame["marker"].map(known).to_numpy(dtype=np.float64)
    from_marker = np.isfinite(by_marker)
    r = np.where(from_marker, by_marker, plan.pre_post_r.default)
    return r, np.where(from_marker, "marker", "default")


def effect_ids(frame: pd.DataFrame) -> pd.Series:
    """The row's own ``effect_id`` where it has one, else its file's line; never the same twice."""
    own = (
        frame["effect_id"].astype(object)
        if "effect_id" in frame
        else pd.Series(None, frame.index, dtype=object)
    )
    several = frame["file"].nunique() > 1
    line = "row-" + frame["row"].astype(int).astype(str)
    line = frame["file"].astype(str) + ":" + line if several else line
    ids = own.where(own.notna(), line).astype(str)
    return ids.where(~ids.duplicated(keep=False), line)


def first_number(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """The first of several columns that holds a number, row by row."""
    found = np.full(len(frame), np.nan)
    for column in columns:
        found = np.where(np.isfinite(found), found, numbers(frame, column))
    return pd.Series(found, index=frame.index)


def unusable(frame: pd.DataFrame) -> np.ndarray:
    """Why each row gives no oriented effect; empty where it gives one."""
    reason = frame["not_estimable"].fillna("").astype(str).to_numpy(dtype=object)
    ready = np.isfinite(frame["yi_raw"].to_numpy()) & (frame["vi"].to_numpy() > 0)
    reason = np.where(~ready & (reason == ""), "no effect could be computed from the numbers given", reason)
    return np.where(
        (reason == "") & np.isnan(frame["sign"].to_numpy()), "it is not known which direction is good", reason
    )


def unused_rows(frame: pd.DataFrame, reason: np.ndarray) -> tuple[UnusedRow, ...]:
    """The rows without an effect, with their place in the file."""
    out = frame[reason != ""]
    outcome = out["marker_label"].fillna("")
    return tuple(
        UnusedRow(str(file), int(row), str(study), str(what), str(why), remedy_for(str(why)))
        for file, row, study, what, why in zip(
            out["file"], out["row"], out["study"], outcome, reason[reason != ""]
        )
    )


def arrange(frame: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """The columns of the effects table, in the order in which they are read."""
    moderators = [m.column for m in protocol.moderators]
    numbers_ = [
        "n_arm1",
        "n_arm2",
        "yi",
        "vi",
        "sei",
        "yi_raw",
        "sign",
        "derivation",
        "assumptions",
        "r_used",
        "r_source",
        "J",
        "df",
        "source_location",
        "notes",
    ]
    wanted = dict.fromkeys([*PROVENANCE, *moderators, *numbers_])
    return frame.reindex(columns=[c for c in wanted if c in frame]).copy()
