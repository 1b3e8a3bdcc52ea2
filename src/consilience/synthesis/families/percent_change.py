"""Percent change against control of good and of harmful markers, on the markers' own direction."""

from __future__ import annotations

from typing import get_args

from consilience.protocol.model import Direction
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.material import ALL, Material, Subset, within
from consilience.synthesis.pool import Target, pool
from consilience.synthesis.result import Estimate, Scale


def percent_scale(material: Material) -> Scale:
    """Percent points of the pretest mean, or the log ratio of means, as the plan says."""
    return "percent" if material.protocol.analysis.percent_change.method == "raw" else "log_ratio"


def percent_change(material: Material) -> tuple[Estimate, ...]:
    """Beneficial, then harmful markers: for all trials, then for the focal intervention.

    Positive means that the marker rose against control. For harmful markers a fall is good; the
    sign is left as measured.
    """
    words = material.protocol.directions
    return tuple(
        pool(
            moved(within(material.percent, subset), direction),
            Target(
                percent_key(direction, subset),
                f"{capital(getattr(words, direction))}: {subset.phrase}",
                "percent_change",
                percent_scale(material),
                subset=subset.key,
            ),
            material.pooling,
        )
        for subset in material.subsets()
        for direction in get_args(Direction)
    )


def moved(effects: EffectSet, direction: str) -> EffectSet:
    """The effects on markers of one direction."""
    return effects.where(effects.is_equal("direction", direction))


def percent_key(direction: str, subset: Subset) -> str:
    """``percent_change:harmful`` for all trials, ``percent_change:harmful:<intervention>`` for one."""
    return f"percent_change:{direction}" + ("" if subset == ALL else f":{subset.key}")


def capital(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]
