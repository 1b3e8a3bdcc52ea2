"""What a word in the data means in the review's vocabulary, or which word is nearest to it.

A word is taken for a term only when the two are spelled alike once their spelling is made
comparable. A near miss is never accepted (IL-1 is not IL-10): it comes back as a suggestion.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consilience.protocol.model import Marker, Moderator, Protocol, Term
from consilience.protocol.spelling import fold, readings, spell, words

How = Literal["exact", "without unit", "without qualifier", "free", "blank", "none"]

_SUGGEST_FROM = 60.0
_REMEMBERED = 100_000
_LONGEST_NAME = 300
_MOST_SUGGESTIONS = 5_000
"""A column with more unknown words than this is a wrong column; more suggestions would only cost time."""


@dataclass(frozen=True, slots=True)
class Match:
    """The term that a text names (``key``), or ``None`` with the nearest term as a suggestion.

    ``score`` is likeness in percent: 100 for a match, otherwise that of ``nearest``. ``how`` says
    how literal the match was; ``free`` marks a word that stands for itself because the vocabulary
    lists none, ``blank`` an empty cell.
    """

    key: str | None
    score: float
    nearest: str | None
    how: How

    @property
    def found(self) -> bool:
        """Whether the text names a term."""
        return self.key is not None


_BLANK = Match(None, 0.0, None, "blank")


def spellings(term: Term | Marker) -> Iterator[str]:
    """All the ways to write a term: its key, its label, its synonyms."""
    yield term.key
    yield term.label
    yield from term.synonyms


@dataclass(eq=False)
class Vocabulary:
    """A list of terms, ready to be searched; each different text is worked out once."""

    terms: Sequence[Term | Marker]
    qualifiers: tuple[str, ...] = ()
    _index: dict[str, str] = field(init=False, repr=False)
    _qualifier_words: tuple[tuple[str, ...], ...] = field(init=False, repr=False)
    _known: dict[str, Match] = field(init=False, repr=False, default_factory=dict)
    _suggested: int = field(init=False, repr=False, default=0)

    def __post_init__(self) -> None:
        self._index = {}
        for term in self.terms:
            for spelling in spellings(term):
                self._index.setdefault(spell(spelling), term.key)
        split = {words(fold(qualifier)) for qualifier in self.qualifiers}
        self._qualifier_words = tuple(sorted(split - {()}, key=lambda parts: (-len(parts), parts)))

    def match(self, text: object) -> Match:
        """What ``text`` names."""
        if not isinstance(text, str):
            if text is None or text != text:
                return _BLANK
            text = str(text)
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._find(text)
        return known

    def _find(self, text: str) -> Match:
        if not text.strip():
            return _BLANK
        if len(text) > _LONGEST_NAME:
            return Match(None, 0.0, None, "none")
        for how, form in readings(text, self._qualifier_words):
            if form and form in self._index:
                return Match(self._index[form], 100.0, None, how)  # type: ignore[arg-type]
        return self._suggest(text)

    def _suggest(self, text: str) -> Match:
        """The nearest term, for a message; never a match."""
        from rapidfuzz import fuzz, process

        self._suggested += 1
        if self._suggested > _MOST_SUGGESTIONS:
            return Match(None, 0.0, None, "none")
        wanted = spell(text)
        best = process.extractOne(wanted, self._index.keys(), scorer=fuzz.WRatio, score_cutoff=_SUGGEST_FROM)
        if best is None:
            return Match(None, 0.0, None, "none")
        return Match(None, min(float(best[1]), 99.0), self._index[best[0]], "none")


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
        return Match(plain, 100.0, None, "free") if plain else _BLANK
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
