"""What all readers share: the parts into which a file is split, and what a reader is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from consilience.errors import InputError
from consilience.records.build import Fields
from consilience.records.source_file import SourceFile

PART_LIMIT = 1 << 25


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file: one record's text, or (``record`` False) text that belongs to none."""

    raw: str
    place: int
    record: bool = True
    payload: Any = None


@dataclass(frozen=True, slots=True)
class Reader:
    """How one format is read: counted by marks in the text, split into parts, each part parsed alone."""

    format: str
    count: Callable[[SourceFile], int]
    split: Callable[[SourceFile], Iterator[Part]]
    parse: Callable[[Part, Mapping[str, str]], Fields]
    options: Mapping[str, str] = field(default_factory=dict)


def count_lines(source: SourceFile, mark: re.Pattern[str]) -> int:
    """How many lines begin with a mark."""
    return sum(1 for line in source.lines() if mark.match(line))


def split_at(lines: Iterable[str], mark: re.Pattern[str]) -> Iterator[Part]:
    """A part from each line that begins with the mark to the next such line."""
    held: list[str] = []
    size, start, begun = 0, 1, False
    for number, line in enumerate(lines, 1):
        if mark.match(line):
            if held:
                yield Part("".join(held), start, begun)
            held, size, start, begun = [], 0, number, True
        held.append(line)
        size += len(line)
        if size > PART_LIMIT:
            raise InputError(f"the record that begins on line {start} is larger than {PART_LIMIT >> 20} MB")
    if held:
        yield Part("".join(held), start, begun)
