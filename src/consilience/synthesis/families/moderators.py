"""Under what conditions effects differ: each moderator, in all trials and in the focal intervention."""

from __future__ import annotations

from consilience.protocol.model import Moderator, Protocol, Term
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.levels import pool_levels
from consilience.synthesis.material import ALL, Material, Subset, within
from consilience.synthesis.pool import Target
from consilience.synthesis.result import ModeratorAnalysis
from consilience.synthesis.slope import pool_slope

INTERVENTION = "intervention_type"


def moderators(material: Material) -> tuple[ModeratorAnalysis, ...]:
    """Every moderator in all trials, then in the focal intervention alone."""
    return tuple(
        analyse(material, moderator, subset)
        for subset in material.subsets()
        for moderator in material.protocol.moderators
        # within one intervention there is nothing to compare by intervention
        if subset == ALL or moderator.column != INTERVENTION
    )


def analyse(material: Material, moderator: Moderator, subset: Subset) -> ModeratorAnalysis:
    """One moderator in one subset."""
    effects = within(material.main, subset)
    key = f"moderator:{moderator.key}" + ("" if subset == ALL else f":{subset.key}")
    if moderator.kind == "continuous":
        target = Target(
            key, moderator.label, "moderator_slope", subset=subset.key, per=moderator.per, unit=moderator.unit
        )
        found = pool_slope(effects, moderator.column, target, material.pooling)
        return ModeratorAnalysis(
            moderator.key,
            moderator.label,
            "continuous",
            subset.key,
            subset.label,
            found.test,
            slope=found.slope,
            k_missing=found.k_missing,
        )
    target = Target(key, moderator.label, "moderator_level", subset=subset.key)
    levels = [
        (term.key, Target(f"{key}:{term.key}", term.label, "moderator_level", subset=subset.key))
        for term in level_terms(moderator, material.protocol, effects)
    ]
    pooled = pool_levels(effects, moderator.column, levels, target, material.pooling)
    return ModeratorAnalysis(
        moderator.key,
        moderator.label,
        "categorical",
        subset.key,
        subset.label,
        pooled.test,
        pooled.levels,
        k_missing=pooled.k_missing,
    )


def level_terms(moderator: Moderator, protocol: Protocol, effects: EffectSet) -> tuple[Term, ...]:
    """The moderator's levels that occur, in the protocol's order; words without a term come last."""
    words = {word for word in effects.words(moderator.column) if word is not None}
    known = moderator.levels or vocabulary(moderator.column, protocol)
    listed = tuple(term for term in known if term.key in words)
    others = sorted(words - {term.key for term in known})
    return (
        *listed,
        *(Term.model_construct(key=word, label=word, synonyms=(), description="") for word in others),
    )


def vocabulary(column: str, protocol: Protocol) -> tuple[Term, ...]:
    """The protocol's list of words for a column that has one."""
    if column == "marker":
        return tuple(Term(key=m.key, label=m.label) for m in protocol.markers)
    lists: dict[str, tuple[Term, ...]] = {
        INTERVENTION: protocol.interventions,
        "outcome_category": protocol.outcome_categories,
        "comparator_kind": protocol.comparator_kinds,
    }
    return lists.get(column, ())
