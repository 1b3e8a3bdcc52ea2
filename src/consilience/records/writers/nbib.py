"""MEDLINE's tagged text, wrapped as PubMed wraps it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from consilience.records.clean import protect
from consilience.records.readers import nbib
from consilience.records.readers.part import Part
from consilience.records.record import Record
from consilience.records.writers.exact import leftovers

_TAG = re.compile("[A-Z][A-Z0-9]{1,3}")
_NOT_EXTRA = {tag for tags in nbib.SCALARS.values() for tag in tags} | set(nbib.LISTS)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def nbib_text(record: Record) -> str:
    """One record; PMID comes first (empty where there is none), for readers look for it."""
    text = f"PMID- {record.pmid}\n" + "".join(_line(tag, value) for tag, value in _pairs(record) if value)
    rest = leftovers(record, nbib.parse(Part(text, 1), {}))
    return text + (f"XTRA- {rest}\n" if rest else "") + "\n"


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    """Tag and value, in PubMed's order."""
    yield from (("IS", value) for value in record.issn)
    for tag, value in (("VI", record.volume), ("IP", record.issue), ("DP", _date(record))):
        yield tag, value
    yield from (("TI", record.title), ("PG", record.pages))
    yield "LID", f"{record.doi} [doi]" if record.doi else ""
    yield "AB", record.abstract
    yield from (
        ("CN" if one.collective else "FAU", one.family if one.collective else one.name)
        for one in record.authors
    )
    yield from (("LA", one) for one in record.language.split("; "))
    yield from (("PT", one) for one in record.type.split("; "))
    for tag, value in (
        ("JT", record.journal),
        ("PMC", record.pmcid),
        ("DB", record.source),
        ("AN", record.accession),
    ):
        yield tag, value
    yield from (("OT", value) for value in record.keywords)
    yield from (("URLS", value) for value in record.urls)
    for tag, values in record.extra.items():
        if _TAG.fullmatch(tag) and tag not in _NOT_EXTRA:
            yield from ((tag, value) for value in values)


def _date(record: Record) -> str:
    """The date in PubMed's words: ``2021 Apr 21``."""
    parts = (record.date or str(record.year or "")).split("-")
    if len(parts) > 1 and parts[1].isdigit() and 1 <= int(parts[1]) <= 12:
        parts[1] = _MONTHS[int(parts[1]) - 1]
    return " ".join(parts)


def _line(tag: str, value: str) -> str:
    """Tag and value, continued under six blanks."""
    text = protect(" ".join(value.split()))
    lines = textwrap.wrap(text, 84, break_long_words=False, break_on_hyphens=False) or [""]
    return f"{tag:<4}- " + "\n      ".join(lines) + "\n"
