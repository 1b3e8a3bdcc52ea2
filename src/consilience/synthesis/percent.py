"""From coded rows to percent changes against control: each with its provenance, the rest with reasons."""

from __future__ import annotations

import numpy as np

from consilience.extraction import TrialTable
from consilience.meta.effects.derive.arms import Arm, read_arm
from consilience.meta.effects.derive.cells import TrialTable as Cells
from consilience.meta.effects.derive.correlation import choose_r
from consilience.meta.effects.derive.notes import Notes, first_reason
from consilience.protocol.model import PercentChangePlan, Protocol
from consilience.synthesis.effects import (
    COUNTS,
    Derived,
    arrange,
    assumed_r,
    effect_ids,
    first_number,
    unused_rows,
)
from consilience.synthesis.ratios import (
    Change,
    MeanPair,
    difference,
    log_of_ratio,
    mean_pair,
    percent_of_pretest,
    posttest_sd,
)

LOG_SCALE = "its numbers are on a log scale, from which a percent change of means cannot be told"
NO_MEANS = "it does not state the means and SDs, before and after, of both arms"
NOT_POSITIVE = "a mean is zero or negative, so a percent of it has no meaning"


def derive_percent(coded: TrialTable, protocol: Protocol) -> Derived:
    """Compute every row's change in percent of its own pretest mean, arm 1 minus arm 2.

    The sign is as measured: positive means that the marker rose against control.
    """
    plan = protocol.analysis
    frame = coded.frame.copy()
    cells, notes = Cells(frame), Notes(len(frame))
    arms = [read_arm(cells, side, notes) for side in ("arm1", "arm2")]
    r, source = assumed_r(frame, protocol, plan.effect)
    row_r = choose_r(
        cells, arms[0], arms[1], r, notes, from_change_sd=plan.effect.pre_post_r.derive_from_change_sd
    )
    pairs = [pre_and_post(arm, own) for arm, own in zip(arms, (row_r.r1, row_r.r2))]
    change = against_control(pairs, plan.percent_change)
    frame["yi"], frame["vi"], frame["sei"] = change.value, change.variance, np.sqrt(change.variance)
    frame["derivation"] = np.where(np.isfinite(arms[0].m_post), "means", "change_sd")
    frame["assumptions"] = notes.text()
    frame["r_used"], frame["r_source"] = row_r.r, np.where(row_r.source == "argument", source, row_r.source)
    frame["effect_id"] = effect_ids(frame)
    for side, columns in COUNTS.items():
        frame[f"n_{side}"] = first_number(frame, columns)
    reason = why_not(pairs, change, cells.flag("log_scale"), plan.percent_change)
    return Derived(arrange(frame[reason == ""].reset_index(drop=True), protocol), unused_rows(frame, reason))


def pre_and_post(arm: Arm, r: np.ndarray) -> MeanPair:
    """An arm's means before and after; the latter from the change where only that is stated."""
    post = np.where(np.isfinite(arm.m_post), arm.m_post, arm.m_pre + arm.m_change)
    sd_post = np.where(np.isfinite(arm.sd_post), arm.sd_post, posttest_sd(arm.sd_pre, arm.sd_change, r))
    return mean_pair(arm.m_pre, post, arm.sd_pre, sd_post, r, arm.n)


def against_control(pairs: list[MeanPair], plan: PercentChangePlan) -> Change:
    """The arms' difference in percent points, or in log ratio of means."""
    of = percent_of_pretest if plan.method == "raw" else log_of_ratio
    return difference(of(pairs[0]), of(pairs[1]))


def why_not(
    pairs: list[MeanPair], change: Change, log_scale: np.ndarray, plan: PercentChangePlan
) -> np.ndarray:
    """Why each row gives no percent change; empty where it gives one."""
    size = len(change.value)
    missing = np.zeros(size, dtype=bool)
    not_positive = np.zeros(size, dtype=bool)
    for pair in pairs:
        missing |= ~np.isfinite(pair.pre + pair.post + pair.var_pre + pair.var_post)
        not_positive |= (pair.pre <= 0) | (pair.post <= 0)
    unusable = ~(np.isfinite(change.value) & (change.variance > 0))
    limit = plan.max_abs_percent
    wild = np.zeros(size, dtype=bool)
    if limit is not None:
        wild = np.abs(change.value if plan.method == "raw" else 100 * np.expm1(change.value)) > limit
    return np.asarray(first_reason(size, [
        (log_scale, LOG_SCALE),
        (missing, NO_MEANS),
        (not_positive, NOT_POSITIVE),
        (unusable, NO_MEANS),
        (wild, f"its percent change is beyond the plan's limit of {limit:g} %" if limit else ""),
    ]))  # fmt: skip
