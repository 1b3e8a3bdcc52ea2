"""Authors as exports write them: persons told from groups."""

from __future__ import annotations

import re

from consilience.records.clean import clean
from consilience.records.record import Author

_GROUP = re.compile(
    r"\b(?:group|groups|study|trial|consortium|investigators?|collaborat(?:ion|ive|ors)|committee|association"
    r"|organi[sz]ation|network|society|institutes?|centers?|centres?|team|university|universität|council|agency"
    r"|department|ministry|college|foundation|federation|task force|working party|program(?:me)?|initiative"
    r"|hospital|academy|alliance|board|inc|ltd|gmbh|corporation|company|panel|union|commission|project)\b",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"^(?P<family>.+?)[ ,]+(?P<given>(?:[A-Z]\.?[- ]?){1,5}(?:Jr|Sr|II|III|IV)?\.?)$")
_NOT_AN_AUTHOR = re.compile(
    r"^(?:et al\.?|and others|others|anon(?:ymous)?\.?|no authors? listed|\[.*not available.*\])$", re.I
)


def author(text: str) -> Author:
    """One author: ``Family, Given``, ``Family GG`` or a group; a trailing comma marks a group too.

    >>> author("Trindade, Ines A"), author("Lim SM").given, author("WHO Study Group").collective
    (Author(family='Trindade', given='Ines A', collective=False), 'SM', True)
    """
    text = clean(text).strip(" ;")
    if text.endswith(",") and "," not in text[:-1]:
        return Author(text[:-1].strip(), collective=True)
    family, comma, given = (part.strip() for part in text.partition(","))
    if comma and family and not (_GROUP.search(family) and _GROUP.search(text)):
        return Author(family, given)
    if _GROUP.search(text):
        return Author(text, collective=True)
    initials = _INITIALS.match(text)
    if initials:
        return Author(initials["family"].strip(" ,"), initials["given"].strip())
    return _natural(text)


def person(text: str) -> Author:
    """A name that is known to be a person's."""
    family, _, given = (part.strip() for part in clean(text).partition(","))
    return Author(family, given)


def authors(texts: list[str]) -> tuple[Author, ...]:
    """All authors of a list, without empty ones and remarks such as ``et al.``."""
    found = (author(text) for text in texts if text.strip() and not _NOT_AN_AUTHOR.match(text.strip()))
    return tuple(dict.fromkeys(one for one in found if one.family))


def is_group(text: str) -> bool:
    """Whether a name has a word that only groups have."""
    return _GROUP.search(text) is not None


def split_authors(text: str) -> list[str]:
    """The names in one cell: parted by ``;``, by `` and ``, or by commas after initials.

    >>> split_authors("Lim SM, Shiau CWC, Lau Y.")
    ['Lim SM', 'Shiau CWC', 'Lau Y']
    >>> split_authors("Smith, John; Doe, Jane") == split_authors("Smith, John and Doe, Jane")
    True
    """
    text = text.strip()
    if text.startswith("[") and text.endswith("]") and "'" in text:
        return [one.strip(" '\"") for one in re.split(r"['\"],\s*['\"]", text.strip("[]"))]
    if ";" in text:
        return [one.strip() for one in text.split(";") if one.strip()]
    if re.search(r"\s+and\s+", text):
        return [one.strip() for one in re.split(r"\s+and\s+", text) if one.strip()]
    if "|" in text:
        return [one.strip() for one in text.split("|") if one.strip()]
    parts = [one.strip() for one in text.split(",") if one.strip()]
    whole = len(parts) > 1 and all(" " in one for one in parts)
    if whole and not any(one.endswith(".") for one in parts[:-1]):
        parts[-1] = parts[-1].rstrip(".")
    return parts if whole else [text]


def _natural(text: str) -> Author:
    """``Given Family``; a single word is a family name."""
    words = text.rsplit(" ", 1)
    return Author(words[1], words[0]) if len(words) == 2 and text.isprintable() else Author(text)
