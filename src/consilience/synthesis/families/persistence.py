"""How long effects last: pooled before and after the plan's limit, and the slope over time."""

from __future__ import annotations

import numpy as np

from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.material import ALL, Material, within
from consilience.synthesis.pool import Target, pool
from consilience.synthesis.result import Estimate
from consilience.synthesis.slope import pool_slope

COLUMN = "weeks_after_treatment"


def persistence(material: Material) -> tuple[Estimate, ...]:
    """Effects at or beyond the plan's limit, for all trials and the focal one; then those before it."""
    limit = material.protocol.analysis.follow_up.persistence_weeks
    found = []
    for subset in material.subsets():
        effects = within(material.every, subset)
        late = effects.where(weeks(effects) >= limit)
        key = "persistence" + ("" if subset == ALL else f":{subset.key}")
        label = f"{limit:g} weeks or more after treatment: {subset.phrase}"
        found.append(pool(late, Target(key, label, "persistence", subset=subset.key), material.pooling))
    early = material.every.where(weeks(material.every) < limit)
    target = Target(
        "persistence:before", f"Less than {limit:g} weeks after treatment: all interventions", "persistence"
    )
    return (*found, pool(early, target, material.pooling))


def time_slope(material: Material) -> Estimate:
    """Change of the effect per week (or the protocol's unit) since the end of treatment."""
    timing = next((m for m in material.protocol.moderators if m.column == COLUMN), None)
    per = timing.per if timing else 1.0
    target = Target("time_slope", "Weeks since the end of treatment", "time_slope", per=per, unit="weeks")
    return pool_slope(material.every, COLUMN, target, material.pooling, line=True).slope


def weeks(effects: EffectSet) -> np.ndarray:
    """Weeks after treatment; NaN where not stated, which no limit lets in."""
    return effects.numbers(COLUMN)
