"""One list of terms, searched by any spelling of its terms, with a suggestion where none fits.

A word is taken for a term only when the two are spelled alike once their spelling is made
comparable. A near miss is never accepted (IL-1 is not IL-10): it comes back as a suggestion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consilience.protocol.model import Marker, Term
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


BLANK = Match(None, 0.0, None, "blank")


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
                return BLANK
            text = str(text)
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._find(text)
        return known

    def _find(self, text: str) -> Match:
        if not text.strip():
            return BLANK
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
