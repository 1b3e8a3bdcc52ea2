"""Which pre-post correlation a row uses, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from consilience.meta.effects.arrays import BoolArray, FloatArray, TextArray
from consilience.meta.effects.derive.arms import Arm
from consilience.meta.effects.derive.cells import TrialTable
from consilience.meta.effects.derive.notes import Notes
from consilience.meta.effects.spread import r_from_change_sd
from consilience.meta.errors import InputError


@dataclass(frozen=True)
class RowCorrelation:
    """The correlation of each row: one for both arms, one per arm, its source, where it is impossible."""

    r: FloatArray
    r1: FloatArray
    r2: FloatArray
    source: TextArray
    bad: BoolArray


def check_r(r: Any, size: int) -> FloatArray:
    """The ``r`` argument as one value a row; values outside (-1, 1) are an error."""
    try:
        value = np.asarray(r, dtype=np.float64)
        out = np.array(np.broadcast_to(value, (size,)), dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"r must be one number or {size} numbers, one for each row; it is {r!r}.") from None
    wrong = np.abs(out) >= 1
    if wrong.any():
        raise InputError(
            f"r is {out[wrong][0]:g}; a pre-post correlation lies strictly between -1 and 1, "
            "for example r=0.5."
        )
    return out


def choose_r(
    table: TrialTable, arm1: Arm, arm2: Arm, r: FloatArray, notes: Notes, *, from_change_sd: bool = True
) -> RowCorrelation:
    """Row's own r, then the arms' own, then what the change SDs imply, then the argument."""
    own = table.number("pre_post_r")
    given = table.number("pre_post_r_arm1"), table.number("pre_post_r_arm2")
    bad = (np.abs(own) >= 1) | (np.abs(given[0]) >= 1) | (np.abs(given[1]) >= 1)
    implied = tuple(
        _implied(a, notes) if from_change_sd else np.full(table.size, np.nan) for a in (arm1, arm2)
    )
    out = [np.full(table.size, np.nan), np.full(table.size, np.nan)]
    source: TextArray = np.full(table.size, "", dtype=object)
    layers = (("row", own, own), ("arm", *given), ("change_sd", *implied), ("argument", r, r))
    for name, first, second in layers:
        first, second = np.where(np.isnan(first), second, first), np.where(np.isnan(second), first, second)
        fill = (source == "") & ~np.isnan(first)
        source[fill] = name
        out[0][fill], out[1][fill] = first[fill], second[fill]
    weight = np.where(np.isnan(arm1.n + arm2.n), 0.5, (arm1.n - 1) / (arm1.n + arm2.n - 2))
    return RowCorrelation(weight * out[0] + (1 - weight) * out[1], out[0], out[1], source, bad)


def _implied(arm: Arm, notes: Notes) -> FloatArray:
    """r implied by an arm's three SDs; NaN, and a note, where they contradict each other."""
    r = r_from_change_sd(arm.sd_pre, arm.sd_post, arm.sd_change)
    impossible = np.abs(r) >= 1
    notes.add(impossible, "pretest, posttest and change SDs contradict each other, so they give no r")
    return np.where(impossible, np.nan, r)
