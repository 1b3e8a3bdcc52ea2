"""Each study's average effect with its interval and weight, as a forest plot of studies shows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from consilience.protocol.model import PoolingPlan
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.participants import count_participants
from consilience.synthesis.result import StudyAverage

Floats = NDArray[np.float64]


def average_by_study(effects: EffectSet, plan: PoolingPlan, weight: Floats) -> tuple[StudyAverage, ...]:
    """One average per study: equal weights within it under CE, inverse-variance weights otherwise.

    The variance treats sampling errors within a study as correlated by ``rho``:
    ``sum a_i^2 v_i + rho * sum_{i != j} a_i a_j sqrt(v_i v_j)``. The interval is normal, for this
    study alone. ``weight`` holds each study's share of the pooled estimate's weight.
    """
    codes, place = np.unique(effects.study, return_inverse=True)
    a = within_study_weights(effects, place, equal=plan.working_model == "CE")
    mean = np.bincount(place, a * effects.yi)
    s = a * np.sqrt(effects.vi)
    own = np.bincount(place, s * s)
    variance = own + plan.rho * (np.bincount(place, s) ** 2 - own)
    sei = np.sqrt(variance)
    half = float(norm.ppf(0.5 + plan.level / 2)) * sei
    rows = np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1])
    words = effects.words("intervention_type")
    ids = effects.words("effect_id")
    return tuple(
        StudyAverage(
            study=str(effects.study_names[code]),
            intervention=joined_words(words[rows[j]]),
            k_effects=rows[j].size,
            participants=participants_of(effects, rows[j]),
            yi=float(mean[j]),
            sei=float(sei[j]),
            ci_lower=float(mean[j] - half[j]),
            ci_upper=float(mean[j] + half[j]),
            weight=100 * float(weight[j]),
            effect_ids=tuple(ids[rows[j]]),
        )
        for j, code in enumerate(codes)
    )


def within_study_weights(effects: EffectSet, place: NDArray[np.int64], *, equal: bool) -> Floats:
    """Weights of a study's effects in its average, adding up to 1 within each study."""
    raw = np.ones(effects.k_effects) if equal else 1 / effects.vi
    return np.asarray(raw / np.bincount(place, raw)[place], dtype=np.float64)


def joined_words(words: NDArray[np.object_]) -> str:
    """The study's intervention, or its interventions joined, in the order of their rows."""
    return " / ".join(dict.fromkeys(str(word) for word in words if isinstance(word, str)))


def participants_of(effects: EffectSet, rows: NDArray[np.int64]) -> int | None:
    """People in the study's arms."""
    return count_participants(effects.arm1[rows], effects.arm2[rows], effects.n1[rows], effects.n2[rows])


def equal_shares(effects: EffectSet) -> Floats:
    """The same weight for each study."""
    return np.full(effects.k_studies, 1 / effects.k_studies)
