"""Runs every family of analyses that a protocol plans."""

from __future__ import annotations

from typing import Any

from consilience.errors import InputError
from consilience.extraction import TrialTable
from consilience.synthesis.families import (
    comparators,
    groups,
    moderators,
    percent_change,
    persistence,
    published,
)
from consilience.synthesis.families.sensitivity import sensitivity
from consilience.synthesis.fitting import fit_effects, weight_shares
from consilience.synthesis.material import Material
from consilience.synthesis.result import StudyAverage
from consilience.synthesis.study_averages import average_by_study, equal_shares


def run_plan(material: Material, coded: TrialTable) -> dict[str, Any]:
    """All analyses, by the names of the fields of a ``SynthesisResult``."""
    overall = groups.overall(material)
    found = {
        "interventions": groups.by_intervention(material),
        "outcomes": groups.by_outcome(material),
        "markers": groups.by_marker(material),
        "percent_change": percent_change.percent_change(material),
        "persistence": persistence.persistence(material),
        "sensitivity": sensitivity(coded, material.protocol, material.main),
    }
    grid = groups.grid(material)
    time_slope = persistence.time_slope(material)
    ours = [overall, time_slope, *(cell.estimate for cell in grid)]
    ours += [estimate for family in found.values() for estimate in family]
    return {
        "overall": overall,
        **found,
        "grid": grid,
        "time_slope": time_slope,
        "moderators": moderators.moderators(material),
        "comparators": comparators.comparators(material),
        "published": published.published(material, ours),
        "study_averages": study_averages(material),
    }


def study_averages(material: Material) -> tuple[StudyAverage, ...]:
    """Each study's average, with its share of the overall weight (equal shares where nothing was pooled)."""
    if material.main.k_effects == 0:
        return ()
    try:
        shares = weight_shares(fit_effects(material.main, material.pooling))
    except InputError:
        shares = equal_shares(material.main)
    return average_by_study(material.main, material.pooling, shares)
