"""What a reader must know before trusting a pooled number: each rule a small function."""

from __future__ import annotations

import numpy as np

from consilience.meta import MetaFit
from consilience.protocol.model import PoolingPlan
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.result import Caution, CautionCode

FEW_STUDIES = 5
DOMINANT_WEIGHT = 0.5
IMPUTED_SHARE = 0.5

ASSUMED_R = ("default", "marker")
"""Sources of a pre-post correlation that the trial itself did not give."""


def about_certainty(effects: EffectSet, df: float, plan: PoolingPlan) -> list[Caution]:
    """Too few degrees of freedom, or too few studies, to lean on the interval."""
    found = []
    if df < plan.min_df:
        found.append(
            Caution(
                "low_df",
                f"Only {df:.1f} degrees of freedom (below {plan.min_df:g}): the standard error, the interval "
                "and the p value are unreliable.",
            )
        )
    if effects.k_studies < FEW_STUDIES:
        found.append(Caution("few_studies", f"Only {effects.k_studies} studies: read as a first sign."))
    return found


def about_weight(effects: EffectSet, share: np.ndarray) -> list[Caution]:
    """One study holds more than half of the weight; ``share`` is per study code, adding up to 1."""
    if share.size < 2 or share.max() <= DOMINANT_WEIGHT:
        return []
    name = effects.study_names[np.unique(effects.study)[int(share.argmax())]]
    return [Caution("one_study_dominates", f"{name} holds {100 * share.max():.0f} % of the weight.")]


def about_derivation(effects: EffectSet) -> list[Caution]:
    """Effects that rest on assumed correlations, on bounds of p, or on posttests alone."""
    k = effects.k_effects
    imputed = int(np.isin(effects.words("r_source").astype(str), ASSUMED_R).sum())
    paths = [str(path) for path in effects.words("derivation")]
    bounds = sum("bound" in path for path in paths)
    posttest = sum("posttest" in path for path in paths)
    found = []
    if imputed > IMPUTED_SHARE * k:
        found.append(
            Caution(
                "imputed_r",
                f"{imputed} of {k} effects use an assumed pre-post correlation, not the trial's own.",
            )
        )
    if bounds:
        found.append(Caution("p_bound", f"{bounds} of {k} effects come from a bound such as p < .05."))
    if posttest:
        found.append(
            Caution("posttest_only", f"{posttest} of {k} effects compare posttests without a baseline.")
        )
    return found


def about_fit(fit: MetaFit) -> list[Caution]:
    """What the engine itself warns of: a component at zero, a search that did not end, a lone study."""
    codes: dict[str, CautionCode] = {
        "boundary": "boundary",
        "not_converged": "not_converged",
        "leverage_one": "leverage_one",
        "rank_deficient": "other",
        "not_identified": "other",
    }
    return [Caution(codes[w.code], w.message) for w in fit.warnings if w.code in codes]
