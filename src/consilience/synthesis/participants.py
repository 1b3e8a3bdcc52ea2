"""Counts the people behind a set of effects, each arm of each study once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NAMED_BY = {
    "arm1": ("multi_arm1", "condition_arm1", "intervention_type"),
    "arm2": ("multi_arm2", "condition_arm2", "comparator_kind"),
}
"""Columns that tell a study's arms apart, the most telling first."""


def arm_codes(frame: pd.DataFrame) -> tuple[Ints, Ints]:
    """A whole number per row for each side's arm; rows which share an arm share the number."""
    study = frame["study"].astype(str).to_numpy(dtype=object)
    labels = [study + "\x1f" + arm_names(frame, side) for side in ("arm1", "arm2")]
    codes, _ = pd.factorize(np.concatenate(labels))
    return codes[: len(frame)].astype(np.int64), codes[len(frame) :].astype(np.int64)


def arm_names(frame: pd.DataFrame, side: str) -> NDArray[np.object_]:
    """What each row calls its arm, by all columns that it fills."""
    # the side is part of the name: "usual care" may stand on both sides and mean two groups
    names = np.full(len(frame), side, dtype=object)
    for column in NAMED_BY[side]:
        if column in frame:
            words = frame[column].astype(object).where(frame[column].notna(), "").astype(str)
            names = names + "\x1f" + words.str.strip().str.casefold().to_numpy(dtype=object)
    return names


def count_participants(arm1: Ints, arm2: Ints, n1: Floats, n2: Floats) -> int | None:
    """People in the distinct arms: the largest n that any effect states for an arm, summed.

    A control group that serves two interventions is counted once; people lost to follow-up count.
    ``None`` where no effect states an n.
    """
    n = np.concatenate([n1, n2])
    stated = np.isfinite(n)
    if not stated.any():
        return None
    codes = np.concatenate([arm1, arm2])[stated]
    distinct, place = np.unique(codes, return_inverse=True)
    largest = np.zeros(distinct.size)
    np.maximum.at(largest, place, n[stated])
    return round(float(largest.sum()))
