"""A first protocol from the words of a trial table, for a team to complete.

A review on a new question starts from data that already have words for interventions and outcomes.
The draft takes those words as they are, so that the table can be analysed at once; the question, the
directions and the grouping of words are then for people to settle.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from consilience.errors import InputError
from consilience.extraction.table import TrialTable
from consilience.protocol.model import (
    Direction,
    Directions,
    Eligibility,
    Marker,
    Moderator,
    Protocol,
    Question,
    Term,
)
from consilience.protocol.spelling import fold, spell

MAX_LEVELS = 12
"""A column with more words than this is not offered as a categorical moderator."""

TO_DO = "TO DO"
CATEGORICAL = {
    "format": "Format",
    "comparator_kind": "Kind of control",
    "disease": "Population",
    "rob": "Risk of bias",
}
CONTINUOUS = {
    "mean_age": ("Age", "years", 10.0),
    "percent_female": ("Sex (% female)", "percentage points", 10.0),
    "n_sessions": ("Number of sessions", "sessions", 1.0),
    "duration_weeks": ("Length of treatment", "weeks", 1.0),
    "weeks_after_treatment": ("Time of the measurement after treatment", "weeks", 1.0),
}


def draft_protocol(
    table: TrialTable,
    *,
    name: str = "my-review",
    title: str = "",
    direction: Direction = "harmful",
) -> Protocol:
    """A protocol that knows every word of a trial table.

    Interventions are the words of ``intervention_type`` (else ``condition_arm1``), markers those of
    ``marker`` (else ``instrument``), outcome categories those of ``outcome_category`` (else one for
    all). Words that differ only in spelling (case, hyphens, Greek letters) become one term; a word without
    a letter or digit is left out, for no protocol could recognise it. A marker's
    direction is what most of its rows say, else ``direction``: ``harmful`` for symptom scales and
    other measures of which less is better.

    Raises
    ------
    InputError : the table names no intervention or no outcome to draft from.

    >>> import pandas as pd
    >>> from consilience.extraction.read import read_trials
    >>> rows = {"study": ["A", "B"], "condition_arm1": ["CBT", "cbt"], "instrument": ["BDI-II", "CES-D"]}
    >>> draft = draft_protocol(read_trials(pd.DataFrame(rows)))
    >>> [term.label for term in draft.interventions], [marker.key for marker in draft.markers]
    (['CBT'], ['bdi_ii', 'ces_d'])
    """
    frame = table.frame
    kinds = _terms(_first(frame, ("intervention_type", "condition_arm1"), "interventions"))
    categories = _terms(frame["outcome_category"]) if _has(frame, "outcome_category") else ()
    return Protocol(
        name=name,
        title=title or f"A review drafted from {', '.join(table.files) or 'a trial table'}",
        version="0.1-draft",
        question=Question(
            population=TO_DO, intervention=", ".join(t.label for t in kinds[:12]), comparator=TO_DO,
            outcome=TO_DO, design="Randomised controlled trials",
        ),
        eligibility=Eligibility(include=(TO_DO,)),
        directions=Directions(
            positive="favours the intervention", negative="favours the control",
            beneficial="Outcomes of which more is better", harmful="Outcomes of which less is better",
        ),
        interventions=kinds,
        outcome_categories=categories or (Term(key="outcome", label="Outcome"),),
        markers=_markers(frame, categories, direction),
        moderators=tuple(_moderators(frame)),
        notes=(
            "Drafted from the words of a trial table: settle the question, group the words into the "
            "review's own categories, and check each marker's direction before you rely on a result.",
        ),
    )  # fmt: skip


def _has(frame: pd.DataFrame, column: str) -> bool:
    return column in frame and bool(frame[column].notna().any())


def _first(frame: pd.DataFrame, columns: tuple[str, ...], what: str) -> pd.Series:
    """The first of the columns that holds anything."""
    for column in columns:
        if _has(frame, column):
            return frame[column]
    raise InputError(
        f"The table names no {what}: fill in the column {' or '.join(repr(c) for c in columns)}, "
        "then draft again."
    )


def _letters(text: str) -> str:
    """The letters and digits of a word's comparable spelling."""
    return re.sub(r"[\W_]+", "", spell(text))


def _spellings(texts: Iterable[str]) -> dict[str, list[str]]:
    """Comparable spelling -> the ways in which it is written, the commonest first."""
    counts = pd.Series(list(texts), dtype="object").value_counts()
    groups: dict[str, list[str]] = {}
    for text in sorted(counts.index, key=lambda t: (-counts[t], t)):
        groups.setdefault(_letters(text), []).append(text)
    groups.pop("", None)
    return groups


def _keys(groups: dict[str, list[str]]) -> list[str]:
    """A key for each group: lower case, underscores, and no other group's spelling."""
    spelt: dict[str, str] = {}
    for own, written in groups.items():
        stem = re.sub(r"[^a-z0-9]+", "_", fold(written[0])).strip("_")[:56].rstrip("_") or "term"
        stem = stem if stem[0].isalpha() else f"x_{stem}"
        key, number = stem, 2
        while _letters(key) in spelt or (_letters(key) != own and _letters(key) in groups):
            key, number = f"{stem}_{number}", number + 1
        spelt[_letters(key)] = key
    return list(spelt.values())


def _terms(column: pd.Series) -> tuple[Term, ...]:
    groups = _spellings(column.dropna().astype(str))
    return tuple(
        Term(key=key, label=group[0], synonyms=tuple(group[1:]))
        for key, group in zip(_keys(groups), groups.values(), strict=True)
    )


def _markers(frame: pd.DataFrame, categories: tuple[Term, ...], direction: Direction) -> tuple[Marker, ...]:
    """One marker a spelling, in the category and the direction that most of its rows state."""
    texts = _first(frame, ("marker", "instrument"), "outcomes").astype("str")
    category_of = {text: term.key for term in categories for text in (term.label, *term.synonyms)}
    groups = _spellings(texts.dropna())
    markers = []
    for key, group in zip(_keys(groups), groups.values(), strict=True):
        rows = frame[texts.isin(group)]
        place = _usual(rows, "outcome_category")
        stated = _usual(rows, "direction")
        markers.append(
            Marker(
                key=key, label=group[0], synonyms=tuple(group[1:]),
                category=category_of[place] if place in category_of else _fallback(categories),
                direction="beneficial" if stated == "beneficial" else "harmful" if stated else direction,
                note="" if stated else "Direction assumed in the draft: check it.",
            )
        )  # fmt: skip
    return tuple(markers)


def _fallback(categories: tuple[Term, ...]) -> str:
    return categories[0].key if categories else "outcome"


def _usual(rows: pd.DataFrame, column: str) -> str:
    """What most rows say in a column; empty where none says anything."""
    said = rows[column].dropna().mode() if column in rows else pd.Series(dtype="object")
    return str(said.iloc[0]) if len(said) else ""


def _moderators(frame: pd.DataFrame) -> Iterable[Moderator]:
    """The usual moderators that the table holds, with two levels or values at least."""
    for column, label in CATEGORICAL.items():
        levels = _terms(frame[column]) if _has(frame, column) else ()
        if 2 <= len(levels) <= MAX_LEVELS:
            yield Moderator(key=column, label=label, kind="categorical", column=column, levels=levels)
    for column, (label, unit, per) in CONTINUOUS.items():
        if _has(frame, column) and frame[column].nunique() > 1:
            yield Moderator(key=column, label=label, kind="continuous", column=column, unit=unit, per=per)
