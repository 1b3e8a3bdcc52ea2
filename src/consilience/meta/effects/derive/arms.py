"""The numbers of both arms, every spread turned into a standard deviation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from consilience.meta.effects.arrays import BoolArray, FloatArray, TextArray
from consilience.meta.effects.derive.cells import Interval, TrialTable
from consilience.meta.effects.derive.notes import Notes
from consilience.meta.effects.quartiles import mean_sd_from_quartiles, mean_sd_from_range
from consilience.meta.effects.spread import sd_from_ci, sd_from_se
from consilience.meta.errors import InputError

SD_FROM = ("", "sd", "se", "ci", "iqr", "range")


@dataclass(frozen=True)
class Arm:
    """One arm's sample size and its pretest, posttest and change statistics (NaN = not stated)."""

    n: FloatArray
    m_pre: FloatArray
    sd_pre: FloatArray
    m_post: FloatArray
    sd_post: FloatArray
    m_change: FloatArray
    sd_change: FloatArray
    bad_n: BoolArray
    bad_sd: BoolArray
    change_from_ci: BoolArray

    @property
    def change(self) -> FloatArray:
        """Mean change, from the change score or as posttest minus pretest."""
        return np.where(np.isnan(self.m_change), self.m_post - self.m_pre, self.m_change)


def read_arm(table: TrialTable, arm: str, notes: Notes) -> Arm:
    """One arm of the table (``arm1`` or ``arm2``), with its conversions noted."""
    n, bad_n = _sample_size(table, arm, notes)
    kinds = {slot: _sd_kind(table, slot) for slot in ("sd_from", "sd_from_baseline", "sd_from_change")}
    post = _mean_sd(table, f"mean_{arm}", f"sd_{arm}", kinds["sd_from"], n, notes)
    pre = _mean_sd(table, f"baseline_m_{arm}", f"baseline_sd_{arm}", kinds["sd_from_baseline"], n, notes)
    change = _mean_sd(table, f"mean_change_{arm}", f"sd_change_{arm}", kinds["sd_from_change"], n, notes)
    m_change, sd_change, from_ci = _change_interval(table, arm, n, *change)
    flip = np.where(table.word("change_sign") == "pre_minus_post", -1.0, 1.0)
    spreads = [pre[1], post[1], sd_change]
    bad_sd = np.logical_or.reduce([s <= 0 for s in spreads])
    sd_pre, sd_post, sd_change = (np.where(s > 0, s, np.nan) for s in spreads)
    return Arm(n, pre[0], sd_pre, post[0], sd_post, flip * m_change, sd_change, bad_n, bad_sd, from_ci)


def _sample_size(table: TrialTable, arm: str, notes: Notes) -> tuple[FloatArray, BoolArray]:
    """People in the arm: at posttest, else of the change score, else at baseline, else randomised."""
    n = np.full(table.size, np.nan)
    label = "arm 1" if arm == "arm1" else "arm 2"
    sources = (
        ("n", ""), ("n_change", ""), ("baseline_n", f"n of {label} is that of the pretest"),
        ("rand", f"n of {label} is the number randomised"),
    )  # fmt: skip
    for stem, statement in sources:
        value = table.number(f"{stem}_{arm}")
        fill = np.isnan(n) & ~np.isnan(value)
        n[fill] = value[fill]
        if statement:
            notes.add(fill, statement)
    bad = n <= 1
    return np.where(bad, np.nan, n), bad


def _sd_kind(table: TrialTable, name: str) -> TextArray:
    """What stands in the SD cells; the general column where the special one is empty."""
    kind = table.word(name)
    if name != "sd_from":
        kind = np.where(kind == "", table.word("sd_from"), kind)
    wrong = ~np.isin(kind, SD_FROM)
    if wrong.any():
        i = int(np.argmax(wrong))
        raise InputError(
            f"Column {name!r}, row {table.row_name(i)}: {kind[i]!r} is not known. "
            "Use SD, SE, CI, IQR or range."
        )
    return kind


def _mean_sd(
    table: TrialTable, mean_name: str, sd_name: str, kind: TextArray, n: FloatArray, notes: Notes
) -> tuple[FloatArray, FloatArray]:
    """Mean and SD of one cell pair, whatever kind of spread was printed."""
    mean = table.number(mean_name)
    single, pair = table.spread(sd_name)
    sd = np.where(kind == "se", sd_from_se(single, n), single)
    notes.add((kind == "se") & ~np.isnan(sd), "SD from SE")
    has_pair = ~np.isnan(pair.lower)
    if not has_pair.any():
        return mean, np.where(np.isin(kind, ("", "sd", "se")), sd, np.nan)
    return _from_pairs(mean, sd, pair, kind, n, notes)


def _from_pairs(
    mean: FloatArray, sd: FloatArray, pair: Interval, kind: TextArray, n: FloatArray, notes: Notes
) -> tuple[FloatArray, FloatArray]:
    """Means and SDs where CI, IQR or range cells hold two limits."""
    sd = np.where(np.isin(kind, ("", "sd", "se")), sd, np.nan)
    mean = mean.copy()
    ci = (kind == "ci") & ~np.isnan(pair.lower)
    sd = np.where(ci, sd_from_ci(pair.lower, pair.upper, n), sd)
    notes.add(ci, "SD from 95% CI")
    estimates = {"iqr": mean_sd_from_quartiles, "range": mean_sd_from_range}
    for word, estimate in estimates.items():
        rows = (kind == word) & ~np.isnan(pair.lower)
        if rows.any():
            got = estimate(pair.lower[rows], mean[rows], pair.upper[rows], n[rows])
            mean[rows], sd[rows] = got.mean, got.sd
            notes.add(
                rows, f"mean and SD estimated from median and {'quartiles' if word == 'iqr' else 'range'}"
            )
    return mean, sd


def _change_interval(
    table: TrialTable, arm: str, n: FloatArray, mean: FloatArray, sd: FloatArray
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Change mean and SD completed from the 95 % CI of the mean change."""
    ci = table.interval(f"ci_change_{arm}")
    used = np.isnan(sd) & ~np.isnan(ci.lower) & ~np.isnan(n)
    sd = np.where(used, sd_from_ci(ci.lower, ci.upper, n), sd)
    mean = np.where(np.isnan(mean), (ci.lower + ci.upper) / 2, mean)
    return mean, sd, used
