"""From computed rows to percent changes against control, with their provenance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from consilience.meta.effects.percent_change import percent_change
from consilience.protocol.model import PercentChangePlan, Protocol
from consilience.synthesis.effects import Derived, arrange, assumed_r, unused_rows


def derive_percent(computed: pd.DataFrame, protocol: Protocol) -> Derived:
    """Each row's change in percent of its own pretest mean, arm 1 minus arm 2 (or the log ratio of means).

    The sign is as measured: positive means that the marker rose against control.
    """
    plan = protocol.analysis
    r, _ = assumed_r(computed, protocol, plan.effect)
    found = percent_change(computed, r=r, r_from_change_sd=plan.effect.pre_post_r.derive_from_change_sd)
    name = "percent" if plan.percent_change.method == "raw" else "log_ratio"
    reason = found[f"{name}_not_estimable"].to_numpy(dtype=object)
    reason = np.where(reason == "", beyond_limit(found[name], plan.percent_change), reason)
    found = found.assign(yi=found[name], vi=found[f"{name}_vi"], sei=np.sqrt(found[f"{name}_vi"]))
    kept = found[reason == ""].reset_index(drop=True)
    return Derived(arrange(kept, protocol), unused_rows(found, reason))


def beyond_limit(change: pd.Series, plan: PercentChangePlan) -> np.ndarray:
    """Why a change is too large to be taken at its word; empty where it is not."""
    limit = plan.max_abs_percent
    if limit is None:
        return np.full(len(change), "", dtype=object)
    value = change.to_numpy(dtype=np.float64)
    percent = value if plan.method == "raw" else 100 * np.expm1(value)
    return np.where(
        np.abs(percent) > limit, f"its percent change is beyond the plan's limit of {limit:g} %", ""
    )
