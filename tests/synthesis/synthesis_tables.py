"""Small trial tables that tests build on: effects given ready-made, or from means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from consilience.extraction import code_trials, read_trials
from consilience.protocol import Protocol, load_protocol
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.effects import Derived, compute_effects, derive_effects

PROTOCOL = load_protocol("psychosocial-immune")


def given(study: list[str], g: list[float], se: float | list[float] = 0.2, **columns: Any) -> pd.DataFrame:
    """Rows whose effect is given, positive = better."""
    k = len(study)
    frame = pd.DataFrame(
        {
            "study": study, "precalc_g": g, "precalc_g_se": se, "precalc_g_oriented": True, "marker": "IL-6",
            "intervention_type": "cbt", "n_arm1": 20, "n_arm2": 20, "basal_or_stimulated": "basal",
            "weeks_after_treatment": np.arange(k, dtype=float),
        }
    )  # fmt: skip
    return frame.assign(**columns)


def means(**columns: Any) -> pd.DataFrame:
    """One row with pre- and posttest means, changed as asked."""
    row = {
        "study": "A", "marker": "IL-6", "intervention_type": "cbt", "n_arm1": 30, "n_arm2": 30,
        "baseline_m_arm1": 10.0, "baseline_sd_arm1": 4.0, "mean_arm1": 8.0, "sd_arm1": 4.0,
        "baseline_m_arm2": 10.0, "baseline_sd_arm2": 4.0, "mean_arm2": 10.0, "sd_arm2": 4.0,
    }  # fmt: skip
    return pd.DataFrame([row | columns])


def derive(frame: pd.DataFrame, protocol: Protocol = PROTOCOL) -> Derived:
    """The effects of a table."""
    coded = code_trials(read_trials(frame), protocol)
    return derive_effects(compute_effects(coded, protocol), protocol)


def effect_set(frame: pd.DataFrame, protocol: Protocol = PROTOCOL) -> EffectSet:
    """The effects of a table, ready for pooling."""
    return EffectSet.of(derive(frame, protocol).effects)
