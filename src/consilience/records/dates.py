"""Dates as exports write them, made ISO 8601 as far as they are known."""

from __future__ import annotations

import re

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MONTHS |= {
    "ene": 1,
    "fev": 2,
    "fév": 2,
    "abr": 4,
    "avr": 4,
    "mai": 5,
    "maio": 5,
    "ago": 8,
    "set": 9,
    "out": 10,
    "dic": 12,
    "dez": 12,
    "okt": 10,
}
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d|21\d\d)(?!\d)")
_ISO = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d|21\d\d)\s*[-/.]\s*(\d{1,2})(?:\s*[-/.]\s*(\d{1,2}))?(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = re.compile(r"\b([A-Za-zé]{3})[a-zé]*\b\.?")
_DAY = re.compile(r"(?<!\d)([0-3]?\d)(?:st|nd|rd|th)?(?!\d)")


def year_of(text: str) -> int | None:
    """The first year in a text.

    >>> year_of("2018 Export Date: 12 May 2022 Article"), year_of("2019//"), year_of("n.d.")
    (2018, 2019, None)
    """
    compact = _COMPACT.match(text.strip())
    found = compact or _YEAR.search(text)
    return int(found[1]) if found else None


def iso_date(text: str) -> str:
    """A date as year, year-month or year-month-day; empty where there is no year.

    >>> iso_date("2021/04/21/"), iso_date("25 Aug 2004"), iso_date("2018 Jan-Feb"), iso_date("1990 Spring")
    ('2021-04-21', '2004-08-25', '2018-01', '1990')
    """
    text = text.strip()
    numeric = _COMPACT.match(text) or _ISO.search(text)
    if numeric:
        return _joined(int(numeric[1]), int(numeric[2]), int(numeric[3] or 0))
    year = year_of(text)
    if year is None:
        return ""
    rest = _YEAR.sub(" ", text, count=1)
    month = next((_MONTHS[hit] for hit in map(str.lower, _MONTH.findall(rest)) if hit in _MONTHS), 0)
    day = _DAY.search(rest)
    return _joined(year, month, int(day[1]) if day and month else 0)


def _joined(year: int, month: int, day: int) -> str:
    """The parts that can be, one after the other."""
    if not 1 <= month <= 12:
        return f"{year:04d}"
    if not 1 <= day <= 31:
        return f"{year:04d}-{month:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}"
