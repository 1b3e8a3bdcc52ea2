"""The overall effect under the plan's other choices: rho, r, formula, variance, working model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from consilience.errors import InputError
from consilience.extraction import TrialTable
from consilience.protocol.model import Protocol
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.effects import compute_effects, derive_effects
from consilience.synthesis.pool import Target, not_estimable, pool
from consilience.synthesis.result import Estimate
from consilience.synthesis.settings import with_settings
from consilience.synthesis.time_points import admitted

CHANGES_EFFECTS = ("pre_post_r", "formula", "variance")
LABELS = {
    "rho": "rho within studies",
    "pre_post_r": "assumed pre-post r",
    "formula": "formula",
    "variance": "variance",
    "working_model": "working model",
}


def sensitivity(coded: TrialTable, protocol: Protocol, main: EffectSet) -> tuple[Estimate, ...]:
    """The overall estimate once per choice, all else as planned."""
    return tuple(varied(coded, protocol, main, name, value) for name, value in choices(protocol))


def choices(protocol: Protocol) -> Iterator[tuple[str, Any]]:
    """Each setting's name with each of the values to try."""
    grid = protocol.analysis.sensitivity
    for name in LABELS:
        for value in getattr(grid, name):
            yield name, value


def varied(coded: TrialTable, protocol: Protocol, main: EffectSet, name: str, value: Any) -> Estimate:
    """The overall estimate with one setting changed."""
    changed = with_settings(protocol, {name: value})
    target = Target(f"sensitivity:{name}:{value}", f"{LABELS[name]} = {value}", "sensitivity")
    try:
        same = name not in CHANGES_EFFECTS or changed.analysis.effect == protocol.analysis.effect
        effects = main if same else effects_under(coded, changed)
    except InputError as error:
        return not_estimable(main, target, str(error))
    return pool(effects, target, changed.analysis.pooling)


def effects_under(coded: TrialTable, protocol: Protocol) -> EffectSet:
    """The effects that a changed protocol derives from the same rows."""
    frame = derive_effects(compute_effects(coded, protocol), protocol).effects
    return EffectSet.of(frame[admitted(frame, protocol.analysis.follow_up)])
