"""What a word in the data means in the review's vocabulary, or which word is nearest to it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass

from consilience.protocol.lookup import BLANK, Match, Vocabulary
from consilience.protocol.model import Moderator, Protocol

__all__ = [
    "Match",
    "Vocabulary",
    "match_category",
    "match_comparator_kind",
    "match_intervention",
    "match_level",
    "match_marker",
    "match_markers",
]


@dataclass(frozen=True)
class _Vocabularies:
    """The vocabularies of one protocol."""

    markers: Vocabulary
    interventions: Vocabulary
    categories: Vocabulary
    comparator_kinds: Vocabulary


_OF_PROTOCOL: dict[int, _Vocabularies] = {}
_OF_MODERATOR: dict[int, Vocabulary] = {}


def _vocabularies(protocol: Protocol) -> _Vocabularies:
    """A protocol's vocabularies, indexed once and forgotten with it."""
    known = _OF_PROTOCOL.get(id(protocol))
    if known is None:
        known = _OF_PROTOCOL[id(protocol)] = _Vocabularies(
            markers=Vocabulary(protocol.markers, protocol.marker_qualifiers),
            interventions=Vocabulary(protocol.interventions),
            categories=Vocabulary(protocol.outcome_categories),
            comparator_kinds=Vocabulary(protocol.comparator_kinds),
        )
        weakref.finalize(protocol, _OF_PROTOCOL.pop, id(protocol), None)
    return known


def match_marker(text: object, protocol: Protocol) -> Match:
    """The marker that ``text`` names.

    Case, Greek letters, hyphens, a cell marker's plus sign, units in brackets, a log, and the
    protocol's ``marker_qualifiers`` ("serum", "levels") make no difference.

    >>> from consilience.protocol import load_protocol
    >>> review = load_protocol("psychosocial-immune")
    >>> match_marker("Serum TNF-α (pg/mL)", review).key
    'tnf_alpha'
    >>> match_marker("IL-66", review).key is None
    True
    """
    return _vocabularies(protocol).markers.match(text)


def match_intervention(text: object, protocol: Protocol) -> Match:
    """The intervention type that ``text`` names.

    >>> from consilience.protocol import load_protocol
    >>> match_intervention("Cognitive-behavioural therapy", load_protocol("psychosocial-immune")).key
    'cbt'
    """
    return _vocabularies(protocol).interventions.match(text)


def match_category(text: object, protocol: Protocol) -> Match:
    """The outcome category that ``text`` names.

    >>> from consilience.protocol import load_protocol
    >>> match_category("Antibody levles", load_protocol("psychosocial-immune")).nearest
    'antibodies'
    """
    return _vocabularies(protocol).categories.match(text)


def match_comparator_kind(text: object, protocol: Protocol) -> Match:
    """The kind of control that ``text`` names.

    >>> from consilience.protocol import load_protocol
    >>> match_comparator_kind("Wait-list", load_protocol("psychosocial-immune")).key
    'waitlist'
    """
    return _vocabularies(protocol).comparator_kinds.match(text)


def match_level(moderator: Moderator, text: object) -> Match:
    """The level of a categorical moderator that ``text`` names.

    A moderator without listed levels takes each word as its own level (``how == "free"``).

    >>> from consilience.protocol.model import Moderator, Term
    >>> levels = (Term(key="group", label="Group", synonyms=("in groups",)),)
    >>> format = Moderator(key="format", label="Format", kind="categorical", column="format", levels=levels)
    >>> match_level(format, "In groups").key
    'group'
    """
    if not moderator.levels:
        plain = "" if text is None or text != text else str(text).strip()
        return Match(plain, 100.0, None, "free") if plain else BLANK
    known = _OF_MODERATOR.get(id(moderator))
    if known is None:
        known = _OF_MODERATOR[id(moderator)] = Vocabulary(moderator.levels)
        weakref.finalize(moderator, _OF_MODERATOR.pop, id(moderator), None)
    return known.match(text)


def match_markers(texts: Iterable[object], protocol: Protocol) -> list[Match]:
    """The markers of a whole column; the cost is that of its different texts.

    >>> from consilience.protocol import load_protocol
    >>> [match.key for match in match_markers(["CRP", "hs-CRP"], load_protocol("psychosocial-immune"))]
    ['crp', 'crp']
    """
    find = _vocabularies(protocol).markers.match
    return [find(text) for text in texts]
