"""Which time points enter the main analyses."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.protocol.model import FollowUpPlan
from consilience.synthesis.effect_set import numbers

SAME_OUTCOME = (
    "study",
    "intervention_type",
    "condition_arm1",
    "multi_arm1",
    "condition_arm2",
    "multi_arm2",
    "marker",
    "marker_label",
    "basal_or_stimulated",
)
"""Effects that agree in these columns are the same outcome at different times."""


def admitted(effects: pd.DataFrame, plan: FollowUpPlan) -> NDArray[np.bool_]:
    """Effects that the plan lets into its main analyses.

    Without follow-ups, only the earliest measurement after treatment of each outcome stays; an effect
    that does not state its time stays. ``max_weeks`` keeps later ones out.
    """
    weeks = numbers(effects, "weeks_after_treatment")
    inside = np.ones(len(effects), dtype=bool)
    if plan.max_weeks is not None:
        inside &= ~(weeks > plan.max_weeks)
    if not plan.include_follow_up:
        by = [effects[c].astype(object).where(effects[c].notna(), "") for c in SAME_OUTCOME if c in effects]
        earliest = pd.Series(weeks, effects.index).groupby(by, sort=False).transform("min").to_numpy()
        inside &= ~(weeks > earliest)
    return inside
