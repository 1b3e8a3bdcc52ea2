"""Whether the blocks of a protocol agree with each other: what one names, another must define.

The checks read plain data, not the validated protocol, so that a file with a misspelt number and an
unknown category hears of both at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from consilience.protocol.findings import Finding, Path, nearest_word, path_text, shown
from consilience.protocol.spelling import spell

_WORD_LISTS = ("interventions", "comparator_kinds", "outcome_categories", "markers")


def cross_findings(data: dict[str, Any]) -> list[Finding]:
    """All that does not fit together in a protocol's plain data."""
    return [
        *(finding for name in _WORD_LISTS for finding in _clashes(data, (name,))),
        *_moderator_clashes(data),
        *_unknown_references(data),
        *_odd_published(data),
    ]


def _items(data: Any, path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The mappings in the list at ``path``, each with its own path."""
    for step in path:
        data = _get(data, step)
    if not isinstance(data, list):
        return []
    return [((*path, i), item) for i, item in enumerate(data) if isinstance(item, dict)]


def _get(data: Any, step: str | int) -> Any:
    """The value under a key or index, ``None`` where there is none."""
    if isinstance(data, dict):
        return data.get(str(step))
    return data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None


def _keys(data: dict[str, Any], name: str) -> tuple[str, ...]:
    """The keys that a list of terms defines."""
    return tuple(item["key"] for _, item in _items(data, (name,)) if isinstance(item.get("key"), str))


def _spellings(path: Path, item: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Each spelling of a term with its path."""
    for name in ("key", "label"):
        if isinstance(item.get(name), str):
            yield (*path, name), item[name]
    synonyms = item.get("synonyms")
    for i, synonym in enumerate(synonyms if isinstance(synonyms, list) else []):
        if isinstance(synonym, str):
            yield (*path, "synonyms", i), synonym


def _clashes(data: dict[str, Any], name: Path) -> Iterator[Finding]:
    """Spellings that two terms of one list claim, and keys that stand twice."""
    owner: dict[str, tuple[int, str]] = {}
    for number, (path, item) in enumerate(_items(data, name)):
        for place, text in _spellings(path, item):
            first = owner.setdefault(spell(text), (number, str(item.get("key"))))
            if not spell(text):
                yield Finding(place, f"{shown(text)} holds no letter or digit to recognise it by.", text)
            elif first[0] != number:
                other = f"{path_text((*name, first[0]))} ({shown(first[1])})"
                message = (
                    f"{shown(text)} already means {other}. A word may mean one thing; remove one of the two."
                )
                yield Finding(place, message, text)


def _moderator_clashes(data: dict[str, Any]) -> Iterator[Finding]:
    """Moderators named twice, levels that share a word, levels on a continuous moderator."""
    yield from _clashes(data, ("moderators",))
    for path, item in _items(data, ("moderators",)):
        yield from _clashes(data, (*path, "levels"))
        if item.get("kind") == "continuous" and item.get("levels"):
            message = "a continuous moderator has no levels. Remove them, or make its kind categorical."
            yield Finding((*path, "levels"), message)


def _unknown_references(data: dict[str, Any]) -> Iterator[Finding]:
    """Words that should be keys defined elsewhere in the file, and are not."""
    markers, categories = _keys(data, "markers"), _keys(data, "outcome_categories")
    for path, item in _items(data, ("markers",)):
        yield from _reference((*path, "category"), item.get("category"), categories, "outcome_categories")
    for path, item in _items(data, ("comparators",)):
        yield from _reference((*path, "marker"), item.get("marker"), markers, "markers")
    yield from _reference(
        ("focal_intervention",), data.get("focal_intervention"), _keys(data, "interventions"), "interventions"
    )
    by_marker: Path = ("analysis", "effect", "pre_post_r", "by_marker")
    found: Any = data
    for step in by_marker:
        found = _get(found, step)
    for word in found if isinstance(found, dict) else ():
        yield from _reference((*by_marker, word), word, markers, "markers")


def _reference(path: Path, word: Any, keys: tuple[str, ...], where: str) -> Iterator[Finding]:
    """A finding where ``word`` is none of the keys that another block defines."""
    if isinstance(word, str) and word.strip() not in keys:
        message = f"{shown(word)} is not a key of {where}."
        yield Finding(path, message, word, keys, nearest_word(word, keys))


def _odd_published(data: dict[str, Any]) -> Iterator[Finding]:
    """Published results that belong to no analysis which the plan can run."""
    allowed = tuple(analysis_keys(data))
    for path, item in _items(data, ("published",)):
        word = item.get("analysis")
        if isinstance(word, str) and word.strip() not in allowed:
            message = f"{shown(word)} is not the key of an analysis."
            yield Finding((*path, "analysis"), message, word, allowed, nearest_word(word, allowed))


def analysis_keys(data: dict[str, Any]) -> Iterator[str]:
    """The keys of the analyses that a protocol's plan computes.

    ``overall``, ``intervention:<key>``, ``outcome:<key>``, ``marker:<key>``, ``percent_change:<direction>``
    and ``persistence`` with or without ``:<focal intervention>``, ``persistence:before``,
    ``time_slope`` and ``grid:<key>:<key>``.
    """
    interventions, outcomes = _keys(data, "interventions"), _keys(data, "outcome_categories")
    focal = data.get("focal_intervention")
    yield "overall"
    yield from (f"intervention:{key}" for key in interventions)
    yield from (f"outcome:{key}" for key in outcomes)
    for direction in ("beneficial", "harmful"):
        yield f"percent_change:{direction}"
        if isinstance(focal, str):
            yield f"percent_change:{direction}:{focal}"
    yield from ("persistence", "persistence:before", "time_slope")
    if isinstance(focal, str):
        yield f"persistence:{focal}"
    yield from (f"marker:{key}" for key in _keys(data, "markers"))
    yield from (f"grid:{row}:{column}" for row in interventions for column in outcomes)
