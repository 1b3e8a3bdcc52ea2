"""RIS as reference managers read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consilience.records.clean import protect
from consilience.records.readers import ris
from consilience.records.readers.part import Part
from consilience.records.record import Author, Record
from consilience.records.writers.exact import leftovers

_CODES = {name: code for code, name in reversed(ris.TYPES.items())}
_TAG = re.compile("[A-Z][A-Z0-9]")
_NOT_EXTRA = {tag for tags in ris.SCALARS.values() for tag in tags} | set(ris.LISTS) | {"ER", "DP", "NL"}


def ris_text(record: Record) -> str:
    """One record, from TY to ER; what RIS cannot say exactly follows in the line XT."""
    lines = [f"{tag}  - {_one_line(value)}\n" for tag, value in _pairs(record) if value]
    text = "".join(lines)
    rest = leftovers(record, ris.parse(Part(text, 1), {}))
    return text + (f"XT  - {rest}\n" if rest else "") + "ER  - \n\n"


def _pairs(record: Record) -> Iterator[tuple[str, str]]:
    """Tag and value, in the order in which databases write them."""
    yield "TY", type_code(record)
    yield "TI", record.title
    yield from (("AU", author_text(one)) for one in record.authors)
    yield "PY", str(record.year or "")
    yield "DA", record.date.replace("-", "/") if record.date != str(record.year) else ""
    for tag, value in (("JF", record.journal), ("VL", record.volume), ("IS", record.issue)):
        yield tag, value
    start, _, end = record.pages.partition("-")
    yield from (("SP", start), ("EP", end))
    for tag, value in (("AB", record.abstract), ("DO", record.doi), ("AN", record.accession)):
        yield tag, value
    yield from (("PM", record.pmid), ("C2", record.pmcid))
    for tag, values in (("KW", record.keywords), ("SN", record.issn), ("UR", record.urls)):
        yield from ((tag, value) for value in values)
    yield from (("LA", record.language), ("DB", record.source))
    yield from _extra(record.extra)


def _extra(extra: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Fields that came from RIS go back under their tags."""
    for tag, values in extra.items():
        if _TAG.fullmatch(tag) and tag not in _NOT_EXTRA:
            yield from ((tag, value) for value in values)


def type_code(record: Record) -> str:
    """The code of the first type that has one."""
    codes = (_CODES.get(one) for one in record.type.split("; "))
    return next(filter(None, codes), "GEN" if record.type else "JOUR")


def author_text(author: Author) -> str:
    """The name; a comma after it marks a group."""
    return f"{author.family}," if author.collective else author.name


def _one_line(value: str) -> str:
    """A value that neither ends its line nor looks like markup."""
    return protect(" ".join(value.split()))
