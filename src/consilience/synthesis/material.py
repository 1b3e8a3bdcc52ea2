"""What every analysis of a plan draws on: the protocol, and the effects on each scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consilience.protocol.model import PoolingPlan, Protocol
from consilience.synthesis.effect_set import EffectSet


@dataclass(frozen=True)
class Subset:
    """A part of the trials that is analysed by itself: all of them, or the focal intervention."""

    key: str
    label: str
    phrase: str = ""
    """The label as it stands within a sentence."""


ALL = Subset("all", "All interventions", "all interventions")


@dataclass(frozen=True)
class Material:
    """The effects of one synthesis.

    ``main`` holds the effects at the time points that the plan admits to its main analyses,
    ``every`` those at all time points; ``percent`` the percent changes at the admitted time points.
    """

    protocol: Protocol
    main: EffectSet
    every: EffectSet
    percent: EffectSet

    @property
    def pooling(self) -> PoolingPlan:
        """How the plan pools."""
        return self.protocol.analysis.pooling

    @property
    def focal(self) -> Subset | None:
        """The intervention that is analysed again on its own, if the protocol names one."""
        key = self.protocol.focal_intervention
        labels = {term.key: term.label for term in self.protocol.interventions}
        return Subset(key, f"{labels.get(key, key)} alone", labels.get(key, key)) if key else None

    def subsets(self) -> Iterator[Subset]:
        """All trials, then the focal intervention alone."""
        yield ALL
        if self.focal:
            yield self.focal


def within(effects: EffectSet, subset: Subset) -> EffectSet:
    """The effects that belong to a subset."""
    if subset == ALL:
        return effects
    return effects.where(effects.is_equal("intervention_type", subset.key))
