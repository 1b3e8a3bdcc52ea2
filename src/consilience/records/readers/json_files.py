"""JSON: ClinicalTrials.gov studies, Crossref works, CSL, and Consilience's own lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from consilience.errors import InputError
from consilience.records.build import Fields
from consilience.records.names import person, split_authors
from consilience.records.readers import crossref, trials
from consilience.records.readers.columns import FIELDS, plain_name
from consilience.records.readers.part import Part, Reader
from consilience.records.record import Author, Record
from consilience.records.source_file import SourceFile

SIZE_LIMIT = 1 << 30
_LISTS = (
    "studies",
    "items",
    "results",
    "records",
    "references",
    "resultList",
    "result",
    "hits",
    "data",
    "entries",
    "search-results",
    "entry",
)


def split(source: SourceFile) -> Iterator[Part]:
    """One part for each study, work or record, whichever way they are nested."""
    for number, one in enumerate(_items(_load(source)), 1):
        yield Part(json.dumps(one, ensure_ascii=False), number, payload=one)


def count(source: SourceFile) -> int:
    """How many objects the list of the file holds."""
    return sum(1 for _ in _items(_load(source)))


def parse(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one object, by what kind of object it is."""
    one = part.payload if part.payload is not None else json.loads(part.raw)
    if not isinstance(one, dict):
        raise InputError(f"it is {type(one).__name__}, not an object with fields")
    try:
        if "protocolSection" in one:
            return trials.study_fields(one)
        if "DOI" in one or "container-title" in one:
            return crossref.work_fields(one)
        return generic(one, mapping)
    except (AttributeError, TypeError, KeyError, IndexError) as error:
        raise InputError(f"it is not built as such objects are: {error}") from None


def _load(source: SourceFile) -> Any:
    """The file's whole value."""
    with source.text() as text:
        content = text.read(SIZE_LIMIT)
    if len(content) >= SIZE_LIMIT:
        raise InputError(
            f"{source.name} is JSON of more than {SIZE_LIMIT >> 20} MB; use JSON lines for so much"
        )
    try:
        return json.loads(content.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source.name} is not whole JSON: {error}") from None


def _items(value: Any) -> Iterator[Any]:
    """The objects of a list, or the one object."""
    if isinstance(value, list):
        yield from value
        return
    if isinstance(value, dict):
        if isinstance(value.get("message"), dict):
            yield from _items(value["message"])
            return
        for name in _LISTS:
            inner = value.get(name)
            if isinstance(inner, list) or (
                isinstance(inner, dict) and name in ("resultList", "search-results")
            ):
                yield from _items(inner)
                return
    yield value


def generic(one: Mapping[str, Any], mapping: Mapping[str, str]) -> Fields:
    """An object whose keys are named as columns are; our own records are taken as they are."""
    fields = Fields()
    if {"title", "authors", "registry_numbers", "extra"} <= one.keys():
        fields.whole = Record.from_dict(one)
        return fields
    for key, value in one.items():
        field = mapping.get(key) or FIELDS.get(plain_name(key), "")
        for text in _texts(value):
            _put(fields, field, key, text)
    if not fields.values:
        raise InputError("none of its names is known; see the names under read_records(mapping=...)")
    return fields


def _put(fields: Fields, field: str, key: str, value: Any) -> None:
    """Put one value in its place."""
    if field == "author" and isinstance(value, dict):
        family, given = (
            value.get("family") or value.get("lastName") or "",
            value.get("given") or value.get("firstName") or "",
        )
        name = value.get("name") or value.get("literal") or value.get("display_name") or ""
        fields.people.append(person(f"{family}, {given}") if family else Author(str(name), collective=True))
    elif field == "author":
        for name in split_authors(str(value)):
            fields.add("author", name)
    elif field and not isinstance(value, dict):
        fields.add(field, str(value))
    else:
        fields.keep(key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _texts(value: Any) -> list[Any]:
    """The values of a list, or the one value; nothing for null."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if one is not None and one != ""]


READER = Reader("json", count, split, parse)


def split_lines(source: SourceFile) -> Iterator[Part]:
    """One part a line."""
    for number, line in enumerate(source.lines(), 1):
        if line.strip():
            yield Part(line, number)


def parse_line(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of the object on one line."""
    try:
        payload = json.loads(part.raw.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"it is not whole JSON: {error}") from None
    return parse(Part(part.raw, part.place, payload=payload), mapping)


LINES = Reader(
    "jsonl", lambda source: sum(1 for line in source.lines() if line.strip()), split_lines, parse_line
)
