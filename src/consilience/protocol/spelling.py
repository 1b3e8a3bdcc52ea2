"""One spelling for what people write in many: Greek letters, hyphens, signs, units, logarithms.

Nothing here knows any review's words: a spelling is only made comparable, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_MINUS = str.maketrans({"−": "-", "⁻": "-", "–": "-", "‐": "-", "‑": "-", "—": " "})
_LOG_WORDS = r"(?:natural )?log(?:arithm)?(?:[ _]?(?:10|2|e))?(?:[ -]?(?:transformed|scale|units?))?|ln"
_VOLUME = r"(?:[dcmunp]|mu|micro|milli|deci)?[ -]?(?:l|liters?|litres?)|mm ?\^?3|cumm|cu mm"
_PER = rf"{_VOLUME}|[mk]?g|min(?:ute)?|h|hour|day|week"
_UNIT = rf"(?:{_LOG_WORDS})?[ ,]*(?:[\w.^*·×]+[ -]){{0,2}}?[\w.^*·×]+ ?/ ?(?:{_PER})"
_BOUND = r"[<>≤≥] ?=? ?[\d.,]+ ?"
_IN_BRACKETS = re.compile(rf"[(\[] *(?:{_BOUND})?(?:{_UNIT}|{_LOG_WORDS}|{_BOUND}) *[)\]]")
_AT_END = re.compile(rf"[, ]+(?:{_BOUND})?[\w.^*·×]+ ?/ ?(?:{_PER})$|, *(?:{_LOG_WORDS})$")
_LOG_FIRST = re.compile(rf"^(?:{_LOG_WORDS})(?:[ -]+(?=\w)|(?=\())")
_WORD = re.compile(r"\d+\.\d+|[^\W\d_]+|\d+|[^\w\s]")


def fold(text: str) -> str:
    """Small letters, no accents or super- and subscripts, Greek letters by name, one kind of minus.

    >>> fold("TNF‐α  (pg/mL)"), fold("CD4⁺")
    ('tnf-alpha (pg/ml)', 'cd4+')
    """
    plain = unicodedata.normalize("NFKD", text.translate(_MINUS)).casefold().translate(_MINUS)
    spelled = "".join(_letter(mark) for mark in plain if not unicodedata.combining(mark))
    return " ".join(spelled.split())


def _letter(mark: str) -> str:
    """A Greek letter by its name; every other character as it is."""
    name = unicodedata.name(mark, "") if mark > "\u036f" else ""
    return name.rsplit(" ", 1)[-1].lower() if name.startswith("GREEK SMALL LETTER") else mark


def words(text: str) -> tuple[str, ...]:
    """The comparable words of a text that is already folded.

    Letters and digits part company (``il-6`` and ``il6`` are both ``il 6``); a cell marker's plus
    sign is dropped, its minus sign is kept as ``neg``; brackets, hyphens and quotes vanish, but
    slashes, commas and relations stay, because they join things that differ.

    >>> words("cd4+ t-cells"), words("cd8+cd28-"), words("cd4:cd8")
    (('cd', '4', 't', 'cells'), ('cd', '8', 'cd', '28', 'neg'), ('cd', '4', '/', 'cd', '8'))
    """
    signed = re.sub(r"(?<=\d)-(?=$|[\s,;)/]|[a-z]+\d)", " neg ", text)
    signed = re.sub(r"(?<=\d)([a-z]{0,3})\+", r"\1 ", signed)
    signed = signed.replace("%", " percent ").replace("+", " plus ").replace("&", " and ").replace(":", "/")
    return tuple(word for word in _WORD.findall(signed) if word not in "-()[]{}'\"’‘“”`´*#.")


def join(parts: tuple[str, ...]) -> str:
    """The words as one string, apart only where two numbers would run together."""
    joined = "".join(f" {part}" if part[0].isdigit() else part for part in parts)
    return re.sub(r"(?<=[^\d\s]) (?=\d)", "", joined).strip()


def spell(text: str) -> str:
    """The comparable form of a text.

    >>> spell("Interleukin 6") == spell("interleukin-6"), spell("IL-1 0") == spell("IL-10")
    (True, False)
    """
    return join(words(fold(text)))


def without_units(folded: str) -> str:
    """A folded text without its unit, its log and its cut-off.

    >>> without_units("hiv viral load (log10)"), without_units("il-6, pg/ml"), without_units("log(crp)")
    ('hiv viral load', 'il-6', '(crp)')
    """
    bare = _IN_BRACKETS.sub(" ", folded).strip()
    bare = _AT_END.sub("", bare)
    return _LOG_FIRST.sub("", bare).strip()


def without_qualifiers(parts: tuple[str, ...], qualifiers: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The words without qualifying words at either end (longest first, over and over)."""
    while (shorter := _one_less(parts, qualifiers)) != parts:
        parts = shorter
    return parts


def _one_less(parts: tuple[str, ...], qualifiers: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The words after one qualifier, or one stray comma, is taken off."""
    for qualifier in (*qualifiers, (",",), (";",)):
        size = len(qualifier)
        if size < len(parts) and parts[:size] == qualifier:
            return parts[size:]
        if size < len(parts) and parts[-size:] == qualifier:
            return parts[:-size]
    return parts


def readings(text: str, qualifiers: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, str]]:
    """The forms in which a text may be looked up, most literal first, each with how it was got."""
    folded = fold(text)
    yield "exact", join(words(folded))
    bare = words(without_units(folded))
    yield "without unit", join(bare)
    yield "without qualifier", join(without_qualifiers(bare, qualifiers))
