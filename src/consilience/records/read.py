"""Any export file in, records out: count, read, compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from consilience.records.detect import detect
from consilience.records.record import Record
from consilience.records.result import KeptAside, ReadResult


def read_records(
    path: str | Path | bytes,
    *,
    format: str | None = None,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ReadResult:
    """All records of one export file, with what was kept aside and whether the counts agree."""
    return ReadResult((), 0, format=format or detect(path).format)


def iter_records(
    path: str | Path | bytes,
    *,
    format: str | None = None,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    keep_aside: Callable[[KeptAside], None] | None = None,
) -> Iterator[Record]:
    """The records of a file one at a time, in bounded memory."""
    yield from read_records(path, format=format, source=source, mapping=mapping).records
