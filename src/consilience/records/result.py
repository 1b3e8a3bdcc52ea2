"""What reading a file gives: its records, what was kept aside, and whether the counts agree."""

from __future__ import annotations

from dataclasses import dataclass

from consilience.records.record import Record


@dataclass(frozen=True, slots=True)
class Detected:
    """What a file is: format (``ris``, ``nbib``, ...), dialect (whose export), text encoding."""

    format: str
    dialect: str = ""
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class KeptAside:
    """A part of a file that gave no record: its text as it stood, its line, and why."""

    raw: str
    place: int
    reason: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The records of a file and the account of them.

    ``expected`` was counted in the text before any of it was read. ``complete`` is True where every
    expected record was read; otherwise ``problems`` says what differs and where.
    """

    records: tuple[Record, ...]
    expected: int
    kept_aside: tuple[KeptAside, ...] = ()
    problems: tuple[str, ...] = ()
    format: str = ""
    dialect: str = ""
    encoding: str = ""
    sha256: str = ""
    file: str = ""

    @property
    def complete(self) -> bool:
        """Whether as many records were read as were counted, and nothing was kept aside."""
        return len(self.records) == self.expected and not self.kept_aside

    def __len__(self) -> int:
        return len(self.records)
