"""``code_trials``: the table's words put into a protocol's vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from consilience.extraction.consistency import check_consistency
from consilience.extraction.findings import Findings
from consilience.extraction.table import TrialTable, part, start_findings
from consilience.protocol.model import Marker, Moderator, Protocol
from consilience.protocol.vocabulary import (
    Match,
    match_category,
    match_comparator_kind,
    match_intervention,
    match_level,
    match_marker,
)


@dataclass(frozen=True)
class _Coded:
    """A column in the protocol's words: key per row (NaN where none), and the nearest term."""

    key: pd.Series
    nearest: pd.Series
    unknown: pd.Series
    """Where there is a word that the protocol does not have."""


def code_trials(table: TrialTable, protocol: Protocol) -> TrialTable:
    """Put a trial table into a protocol's words.

    ``marker``, ``intervention_type``, ``outcome_category``, ``comparator_kind`` and the columns of
    categorical moderators then hold the protocol's keys; what the file said stays in
    ``<column>_text``. A row without ``outcome_category`` or ``direction`` gets its marker's. A row
    may override both; an override of the direction should carry a ``direction_reason``.

    A word that the protocol does not have keeps a row out only where an effect cannot be placed
    without it: an unknown marker (unless the row states category and direction itself), category or
    intervention. An unknown level of a moderator leaves that cell empty, with a warning. The
    consistency checks run at the end: some need to know which way is better.

    >>> import pandas as pd
    >>> from consilience.extraction.read import read_trials
    >>> from consilience.protocol.load import load_protocol
    >>> rows = {"study": ["A", "B"], "intervention_type": ["CBT", "CBT"], "marker": ["hs-CRP", "IL-66"]}
    >>> coded = code_trials(read_trials(pd.DataFrame(rows)), load_protocol("psychosocial-immune"))
    >>> coded.frame[["marker", "outcome_category", "direction"]].iloc[0].tolist()
    ['crp', 'proinflammatory', 'harmful']
    >>> "Did you mean" in coded.unused[0].reason
    True
    """
    frame = table.frame.copy()
    findings = start_findings(frame)
    _code_marker(frame, protocol, findings)
    _code_intervention(frame, protocol, findings)
    if protocol.comparator_kinds:
        _code_optional(
            frame,
            "comparator_kind",
            lambda t: match_comparator_kind(t, protocol),
            "comparator_kinds",
            findings,
        )
    for moderator in protocol.moderators:
        if moderator.kind == "categorical" and moderator.levels and moderator.column in frame:
            _code_moderator(frame, moderator, findings)
    coded = part(replace(table, frame=frame), findings)
    return replace(coded, problems=(*coded.problems, *check_consistency(coded)))


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(float("nan"), index=frame.index, dtype="str")


def _match(texts: pd.Series, match: Callable[[str], Match]) -> _Coded:
    """Match each different text once."""
    found = {text: match(text) for text in texts.dropna().unique()}
    key = texts.map({text: m.key for text, m in found.items() if m.key is not None}).astype("str")
    nearest = texts.map({text: m.nearest for text, m in found.items() if m.nearest is not None}).astype("str")
    return _Coded(key, nearest, texts.notna() & key.isna())


def _suggest(coded: _Coded, block: str) -> pd.Series:
    """For each row: the nearest term, and how to teach the protocol a new one."""
    near = "Did you mean '" + coded.nearest + "'?"
    return near.where(coded.nearest.notna(), f"Nothing in '{block}' is near it.")


def _teach(block: str) -> str:
    return (
        f"Correct the word, or add it to the protocol: as a synonym of a term in '{block}', "
        "or as a new term. ('consilience protocol copy' gives you a file to edit.)"
    )


def _code_marker(frame: pd.DataFrame, protocol: Protocol, findings: Findings) -> None:
    """Marker, outcome category and direction."""
    texts = _column(frame, "marker")
    texts = texts.where(texts.notna(), _column(frame, "instrument"))
    marker = _match(texts, lambda t: match_marker(t, protocol))
    category = _match(_column(frame, "outcome_category"), lambda t: match_category(t, protocol))
    stated = _column(frame, "direction")
    own_place = category.key.notna() & stated.notna()
    _report_marker(texts, marker, own_place, findings)
    findings.flag(
        category.unknown,
        "error",
        "unknown_category",
        "outcome_category: '{value}' is not in the protocol. {detail}",
        _teach("outcome_categories"),
        column="outcome_category",
        values=_column(frame, "outcome_category"),
        details=_suggest(category, "outcome_categories"),
    )
    known = {m.key: m for m in protocol.markers}
    _report_overrides(frame, marker.key, category.key, stated, known, findings)
    frame["marker_text"], frame["outcome_category_text"] = texts, _column(frame, "outcome_category")
    frame["marker"] = marker.key
    labels = marker.key.map({m.key: m.label for m in protocol.markers}).astype("str")
    frame["marker_label"] = labels.where(labels.notna(), texts)
    default = marker.key.map({m.key: m.category for m in protocol.markers}).astype("str")
    frame["outcome_category"] = category.key.where(category.key.notna(), default)
    direction = marker.key.map({m.key: m.direction for m in protocol.markers}).astype("str")
    frame["direction"] = stated.where(stated.notna(), direction).astype("str")
    frame["direction_source"] = pd.Series("marker", frame.index).where(stated.isna(), "row")


def _report_marker(texts: pd.Series, marker: _Coded, own_place: pd.Series, findings: Findings) -> None:
    findings.flag(
        marker.unknown & ~own_place,
        "error",
        "unknown_marker",
        "marker: '{value}' is not in the protocol. {detail}",
        _teach("markers") + " Or state outcome_category and direction in the row.",
        column="marker",
        values=texts,
        details=_suggest(marker, "markers"),
    )
    findings.flag(
        marker.unknown & own_place,
        "warning",
        "unknown_marker",
        "marker: '{value}' is not in the protocol; the row's own category and direction are used. {detail}",
        _teach("markers"),
        column="marker",
        values=texts,
        details=_suggest(marker, "markers"),
    )
    findings.flag(
        texts.isna() & ~own_place,
        "error",
        "no_marker",
        "The row names no marker, and does not state both outcome_category and direction.",
        "Name the marker, or state outcome_category and direction.",
        column="marker",
    )


def _report_overrides(
    frame: pd.DataFrame,
    key: pd.Series,
    category: pd.Series,
    stated: pd.Series,
    known: dict[str, Marker],
    findings: Findings,
) -> None:
    """Where a row says something else than its marker does."""
    usual = key.map({k: m.direction for k, m in known.items()}).astype("str")
    unexplained = (
        stated.notna() & usual.notna() & (stated != usual) & _column(frame, "direction_reason").isna()
    )
    findings.flag(
        unexplained,
        "warning",
        "direction_without_reason",
        "direction: '{value}' in the row, '{detail}' for this marker in the protocol; the row's is used.",
        "Say why in direction_reason, or leave direction empty.",
        column="direction",
        values=stated,
        details=usual,
    )
    place = key.map({k: m.category for k, m in known.items()}).astype("str")
    findings.flag(
        category.notna() & place.notna() & (category != place),
        "warning",
        "category_differs",
        "outcome_category: '{value}' in the row, '{detail}' for this marker in the protocol; the row's is "
        "used.",
        "Leave outcome_category empty to use the marker's own.",
        column="outcome_category",
        values=category,
        details=place,
    )


def _code_intervention(frame: pd.DataFrame, protocol: Protocol, findings: Findings) -> None:
    """Intervention type; where a row gives none, the name of its intervention may say it."""
    given = _column(frame, "intervention_type")
    coded = _match(given, lambda t: match_intervention(t, protocol))
    findings.flag(
        coded.unknown,
        "error",
        "unknown_intervention",
        "intervention_type: '{value}' is not in the protocol. {detail}",
        _teach("interventions"),
        column="intervention_type",
        values=given,
        details=_suggest(coded, "interventions"),
    )
    named = _match(
        _column(frame, "condition_arm1").where(given.isna()), lambda t: match_intervention(t, protocol)
    )
    key = coded.key.where(coded.key.notna(), named.key)
    findings.flag(
        given.isna() & key.isna(),
        "warning",
        "no_intervention_type",
        "The row does not say its type of intervention; it counts overall, but in no intervention.",
        "Fill in intervention_type with a term of the protocol.",
        column="intervention_type",
    )
    frame["intervention_type_text"] = given.where(given.notna(), _column(frame, "condition_arm1"))
    frame["intervention_type"] = key


def _code_optional(
    frame: pd.DataFrame, name: str, match: Callable[[str], Match], block: str, findings: Findings
) -> None:
    """A column whose unknown words are left out with a warning."""
    if name not in frame or f"{name}_text" in frame:
        return
    texts = frame[name].astype("str")
    coded = _match(texts, match)
    findings.flag(
        coded.unknown,
        "warning",
        "unknown_level",
        f"{name}: '{{value}}' is not in the protocol. {{detail}} The cell is left out; the row stays.",
        _teach(block),
        column=name,
        values=texts,
        details=_suggest(coded, block),
    )
    frame[f"{name}_text"], frame[name] = texts, coded.key


def _code_moderator(frame: pd.DataFrame, moderator: Moderator, findings: Findings) -> None:
    _code_optional(
        frame,
        moderator.column,
        lambda t: match_level(moderator, t),
        f"moderators / {moderator.key} / levels",
        findings,
    )
