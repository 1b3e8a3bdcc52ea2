"""From compared pairs to decisions: the weights are added, the guards have the last word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.dedupe.compare import Compared
from consilience.dedupe.evidence import FIELDS, MAYBE_FROM, SAME_FROM
from consilience.dedupe.features import Features
from consilience.dedupe.guards import guard_levels, guard_outcome

DIFFERENT, MAYBE, SAME = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Decided:
    """Compared pairs with score (sum of weights), guard (see ``guards.GUARDS``) and outcome."""

    compared: Compared
    score: NDArray[np.float64]
    guard: NDArray[np.int8]
    outcome: NDArray[np.int8]


def classify(features: Features, compared: Compared) -> Decided:
    """Same, maybe or different for each pair.

    score = sum over fields of the weight of the field's level; same from 8, maybe from 4.5; a guard
    makes a pair different, or maybe, whatever its score (M. Fellegi and Sunter, JASA 1969, for the sum).
    """
    score = score_of(compared)
    outcome = np.where(score >= SAME_FROM, SAME, np.where(score >= MAYBE_FROM, MAYBE, DIFFERENT)).astype(
        np.int8
    )
    guard = guard_levels(features, compared)
    return Decided(compared, score, guard, np.minimum(outcome, guard_outcome(guard)).astype(np.int8))


def score_of(compared: Compared) -> NDArray[np.float64]:
    """The sum of the weights."""
    total = np.zeros(len(compared))
    for name, levels in FIELDS.items():
        total += np.array([level.weight for level in levels])[compared.levels[name]]
    return total
