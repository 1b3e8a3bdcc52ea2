"""Draws who was studied, with what, and when: the part of a table that holds no results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.protocol.model import Moderator, Protocol
from consilience.synthesis.simulation.settings import SMALLEST_STUDY, SimulationSettings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLAUSIBLE: dict[str, tuple[float, float, float, float, int]] = {
    "mean_age": (46.0, 12.0, 18.0, 85.0, 1),
    "percent_female": (62.0, 24.0, 0.0, 100.0, 0),
    "n_sessions": (9.0, 4.0, 1.0, 40.0, 0),
    "duration_weeks": (9.0, 4.0, 1.0, 52.0, 0),
}
"""Mean, SD, least, most and decimals of the continuous columns that trials usually state."""

DRAWN_BY_ROW = (
    "intervention_type",
    "marker",
    "outcome_category",
    "basal_or_stimulated",
    "weeks_after_treatment",
)


@dataclass(frozen=True)
class Design:
    """The rows to be filled: study and marker of each, arm sizes, and the plain columns."""

    study: Ints
    marker: Ints
    follow_up: NDArray[np.bool_]
    n_arm1: Ints
    n_arm2: Ints
    columns: pd.DataFrame


def draw_design(rng: np.random.Generator, protocol: Protocol, settings: SimulationSettings) -> Design:
    """Draw studies, their markers and time points, and every column that is not a result."""
    sizes = study_sizes(rng, settings)
    arm1 = sizes // 2 + rng.integers(0, 2, sizes.size) * (sizes % 2)
    study, marker = measured_markers(rng, protocol, settings)
    study, marker, follow_up = with_follow_up(rng, study, marker, settings)
    n1, n2 = arm1[study], (sizes - arm1)[study]
    by_study = study_columns(rng, protocol, settings)
    columns = by_study.iloc[study].reset_index(drop=True)
    columns["marker"] = np.array([m.key for m in protocol.markers], dtype=object)[marker]
    columns["basal_or_stimulated"] = np.where(rng.random(study.size) < 0.8, "basal", "stimulated")
    columns["weeks_after_treatment"] = weeks_after(rng, study, follow_up, settings)
    # some people are lost before the follow-up; at least half stay
    stay = np.where(follow_up, 0.8 + 0.15 * rng.random(settings.n_studies)[study], 1.0)
    return Design(
        study, marker, follow_up, (n1 * stay).astype(np.int64), (n2 * stay).astype(np.int64), columns
    )


def study_sizes(rng: np.random.Generator, settings: SimulationSettings) -> Ints:
    """People per study: log-normal, at least SMALLEST_STUDY, adding up exactly."""
    share = rng.lognormal(0.0, settings.size_spread, settings.n_studies)
    spare = settings.participants - SMALLEST_STUDY * settings.n_studies
    exact = spare * share / share.sum()
    sizes = np.floor(exact).astype(np.int64)
    largest = np.argsort(sizes - exact, kind="stable")[: spare - int(sizes.sum())]
    sizes[largest] += 1
    sized: Ints = sizes + SMALLEST_STUDY
    return sized


def measured_markers(
    rng: np.random.Generator, protocol: Protocol, settings: SimulationSettings
) -> tuple[Ints, Ints]:
    """Which markers each study measured, none twice; the first of a category are the popular ones."""
    popularity = np.log(marker_popularity(protocol))
    # the k largest of log-weights plus Gumbel noise are k weighted draws without replacement
    order = np.argsort(-(popularity + rng.gumbel(size=(settings.n_studies, popularity.size))), axis=1)
    how_many = 1 + rng.poisson(settings.effects_per_study - 1, settings.n_studies)
    how_many = np.minimum(how_many, popularity.size)
    study = np.repeat(np.arange(settings.n_studies), how_many)
    place = np.arange(study.size) - np.repeat(np.cumsum(how_many) - how_many, how_many)
    return study, order[study, place]


def marker_popularity(protocol: Protocol) -> Floats:
    """Weights 1, 1/2, 1/3, ... down each category's list of markers."""
    seen: dict[str, int] = {}
    weights = np.empty(len(protocol.markers))
    for i, marker in enumerate(protocol.markers):
        seen[marker.category] = seen.get(marker.category, 0) + 1
        weights[i] = 1.0 / seen[marker.category]
    return weights


def with_follow_up(
    rng: np.random.Generator, study: Ints, marker: Ints, settings: SimulationSettings
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Repeat all rows of some studies as a later measurement."""
    followed = rng.random(settings.n_studies) < settings.follow_up_share
    again = np.flatnonzero(followed[study])
    rows = np.concatenate([np.arange(study.size), again])
    later = np.arange(rows.size) >= study.size
    order = np.lexsort((later, study[rows]))
    return study[rows][order], marker[rows][order], later[order]


def weeks_after(
    rng: np.random.Generator, study: Ints, follow_up: NDArray[np.bool_], settings: SimulationSettings
) -> Floats:
    """Weeks between the end of treatment and the measurement, the same within a study and wave."""
    soon = np.where(rng.random(settings.n_studies) < 0.75, 0.0, rng.integers(1, 13, settings.n_studies))
    late = rng.choice(np.array([26.0, 39.0, 52.0, 78.0]), settings.n_studies)
    return np.where(follow_up, late[study], soon[study])


def study_columns(rng: np.random.Generator, protocol: Protocol, settings: SimulationSettings) -> pd.DataFrame:
    """The columns that hold for a whole study: names, conditions, moderators (some not stated)."""
    count = settings.n_studies
    width = max(3, len(str(count)))
    frame = pd.DataFrame({"study": [f"Synthetic {i + 1:0{width}d}" for i in range(count)]})
    kinds = draw_interventions(rng, protocol, settings)
    frame["intervention_type"] = np.array([t.key for t in protocol.interventions], dtype=object)[kinds]
    frame["condition_arm1"] = np.array([t.label for t in protocol.interventions], dtype=object)[kinds]
    frame["condition_arm2"] = np.where(rng.random(count) < 0.5, "waitlist", "usual care")
    for moderator in protocol.moderators:
        if moderator.column not in DRAWN_BY_ROW and moderator.column not in frame:
            stated = rng.random(count) >= settings.missing_share
            frame[moderator.column] = draw_moderator(rng, moderator, count).where(stated)
    return frame


def draw_interventions(rng: np.random.Generator, protocol: Protocol, settings: SimulationSettings) -> Ints:
    """An intervention per study; the focal one more often than the others."""
    keys = [term.key for term in protocol.interventions]
    chance = np.full(len(keys), 1.0 / len(keys))
    if protocol.focal_intervention in keys and len(keys) > 1:
        chance[:] = (1 - settings.focal_share) / (len(keys) - 1)
        chance[keys.index(protocol.focal_intervention)] = settings.focal_share
    return rng.choice(len(keys), settings.n_studies, p=chance)


def draw_moderator(rng: np.random.Generator, moderator: Moderator, count: int) -> pd.Series:
    """Values of one moderator: a level of its list, or a number within a plausible range."""
    if moderator.kind == "categorical":
        levels = [level.key for level in moderator.levels] or ["a", "b"]
        return pd.Series(rng.choice(np.array(levels, dtype=object), count), dtype=object)
    mean, sd, least, most, decimals = PLAUSIBLE.get(moderator.column, (50.0, 15.0, 0.0, 100.0, 0))
    return pd.Series(np.round(np.clip(rng.normal(mean, sd, count), least, most), decimals))
