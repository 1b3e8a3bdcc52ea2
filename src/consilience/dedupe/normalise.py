"""Bibliographic text made alike: what differs between databases is dropped, what tells works apart stays."""

from __future__ import annotations

import html
import re
import unicodedata

from consilience.dedupe.vocabulary import JOURNAL_SMALL, LANGUAGES, LETTERS, NUMBERS

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_NOT_WORD = re.compile(r"[\W_]+")
_LANGUAGE = rf"(?:(?:article|text|original) in )?(?:in )?(?:{LANGUAGES})(?:,? ?(?:english|/)?)*"
_NOTICE = (
    r"(?:erratum|errata|corrigendum|correction|retraction|comment|summary|update|expression of concern)s?"
)
_REMARK = re.compile(
    rf"[\[(]\s*(?:{_LANGUAGE}|see comments?|corrected(?: and republished)?[^\])]*"
    rf"|(?:published |a )?{_NOTICE} (?:appears? |published |of )?(?:in|for patients in|on)\b[^\])]*"
    r"|(?:systematic |literature )?review|\d+ refs?\.?|electronic(?: resource)?|brief record|letter|poster"
    r"|(?:provisional |structured |conference |meeting )?abstract(?: only)?)\s*(?:[\])]|$)"
)
_NUMBER = re.compile(r"\d+")
_PART_ONE = re.compile(r"\b(?:part|stage|phase|paper|study|section) (i|a|v|x|b|c)\b|\b(i|v)$")
_PAGE = re.compile(r"([a-z]*)0*(\d+)")
_JOURNAL_END = re.compile(r"\s*(?:[:=;(\[/]|\. ).*$")


def fold(text: str) -> str:
    """Lower-case letters without accents or markup; Greek letters by name; other scripts kept.

    >>> fold("<i>TNF</i>-α &amp; Müller")
    'tnf- alpha  & muller'
    """
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", text)
    if text.isascii():
        return text.lower()
    text = text.lower().translate(LETTERS)
    return _ACCENT.sub("", unicodedata.normalize("NFKD", text)).translate(LETTERS)


def words(text: str) -> str:
    """Words parted by single blanks.

    >>> words("Sleep, IL-6 & mood: a trial.")
    'sleep il 6 mood a trial'
    """
    return _NOT_WORD.sub(" ", fold(text)).strip()


def title_words(text: str) -> str:
    """The words of a title, without remarks on language or on other reports.

    >>> title_words("[Sleep after stroke]. [Chinese]")
    'sleep after stroke'
    """
    folded = fold(text)
    if "[" in folded or "(" in folded:
        folded = _REMARK.sub(" ", folded)
    return _NOT_WORD.sub(" ", folded).strip() or words(text)


def title_numbers(title: str) -> tuple[str, ...]:
    """Every number in a title's words, also Roman and spelt out, sorted: parts, phases, doses.

    >>> title_numbers("mood and il 6 part ii"), title_numbers("mood part i")
    (('2', '6'), ('1',))
    """
    found = _NUMBER.findall(title)
    found += [NUMBERS[word] for word in title.split() if word in NUMBERS]
    found += [
        {"i": "1", "v": "5", "x": "10"}.get(one or two, one or two) for one, two in _PART_ONE.findall(title)
    ]
    return tuple(sorted(number.lstrip("0") for number in found))


def family(name: str) -> str:
    """The family name of one author as written by any database, as one word.

    >>> family("Pinto-Gouveia, José"), family("van der Berg JM"), family("Jane Q. Public")
    ('pintogouveia', 'vanderberg', 'public')
    """
    told, comma, _ = name.partition(",")
    if not comma:
        parts = told.replace(".", " ").split()
        while len(parts) > 1 and len(parts[-1]) <= 3 and parts[-1].isupper():
            parts.pop()
            comma = "seen"
        told = " ".join(parts) if comma else parts[-1] if parts else ""
    return _NOT_WORD.sub("", fold(told))


def families(text: str) -> tuple[str, ...]:
    """The family names in a list of authors parted by ``;``, `` and `` or commas.

    >>> families("Zuna, R E and Wang, S S"), families("Lim SM, Lau Y"), families("Smith, J.; Doe, J.")
    (('zuna', 'wang'), ('lim', 'lau'), ('smith', 'doe'))
    """
    if ";" in text:
        names = text.split(";")
    elif " and " in text:
        names = text.split(" and ")
        if len(names) == 2 and names[0].count(",") > 1:
            names = [*names[0].split(","), names[1]]
    else:
        parts = [part.strip() for part in text.split(",")]
        names = parts if all(" " in part for part in parts) else [text]
    return tuple(filter(None, map(family, names)))


def first_page(pages: str) -> tuple[str, str]:
    """The first page's number, and with its letters; empty where no number stands.

    >>> first_page("S600-S601"), first_page("288-97"), first_page("no pagination")
    (('600', 's600'), ('288', '288'), ('', ''))
    """
    found = _PAGE.search(pages.lower())
    return (found[2], found[1] + found[2]) if found else ("", "")


def spans_pages(pages: str) -> bool:
    """Whether a range of pages is told, so that no other work begins on the first of them.

    >>> spans_pages("288-97"), spans_pages("100A"), spans_pages("e12-e12")
    (True, False, False)
    """
    found = _NUMBER.findall(pages)
    return len(found) > 1 and found[0] != found[1]


def first_number(text: str) -> str:
    """The first number of a volume or an issue, without leading zeros."""
    found = _NUMBER.search(text)
    return (found[0].lstrip("0") or "0") if found else ""


def journal_words(name: str) -> str:
    """A journal's telling words, without subtitle, place and small words.

    >>> journal_words("The Journal of Pain: official journal of the APS"), journal_words("BMJ (Clin Res Ed)")
    ('journal pain', 'bmj')
    """
    short = _JOURNAL_END.sub("", name.strip()) or name
    return " ".join(word for word in words(short.replace("&", " ")).split() if word not in JOURNAL_SMALL)
