"""Any export file in, records out: counted first, read part by part, compared afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from consilience.errors import InputError
from consilience.records.build import build
from consilience.records.detect import detect_source
from consilience.records.readers.part import Part, Reader
from consilience.records.readers.registry import reader_for
from consilience.records.record import Record
from consilience.records.result import Detected, KeptAside, ReadResult
from consilience.records.source_file import SourceFile, open_sources, sha256

_TRIVIAL = 300


@dataclass(slots=True)
class Reading:
    """One file (or one file of a zip) being read: what it is, how many records it should give, and gave."""

    source: SourceFile
    detected: Detected
    reader: Reader
    expected: int
    read: int = 0
    aside: list[KeptAside] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def records(self, source: str | None, mapping: Mapping[str, str]) -> Iterator[Record]:
        """Its records; parts that give none go aside."""
        try:
            for part in self.reader.split(self.source):
                if not part.record:
                    self._note(part)
                    continue
                record = self._parsed(part, source, mapping)
                if record is not None:
                    self.read += 1
                    yield record
        except InputError as error:
            if not self.read and not self.aside:
                raise
            self.problems.append(f"{self.source.name}: reading stopped after {self.read} records: {error}")
        self._compare()

    def _parsed(self, part: Part, source: str | None, mapping: Mapping[str, str]) -> Record | None:
        """The record of one part, or None where it was kept aside."""
        try:
            fields = self.reader.parse(part, mapping)
        except InputError as error:
            self._keep_aside(part, str(error))
            return None
        except Exception as error:
            # A slip of a reader must not cost the rest of the file: the part is kept, and the slip told.
            self._keep_aside(part, f"the reader could not follow it ({type(error).__name__}: {error})")
            return None
        if source is not None:
            fields.values["source"] = [source]
            fields.whole = fields.whole and fields.whole.corrected(source=source)
        return build(
            fields,
            source=self.detected.dialect,
            raw=part.raw,
            file=self.source.name,
            place=part.place,
            format=self.detected.format,
        )

    def _keep_aside(self, part: Part, reason: str) -> None:
        """Keep a part with the reason."""
        self.aside.append(KeptAside(part.raw, part.place, reason, self.source.name))

    def _note(self, part: Part) -> None:
        """Say what stands before the first record, where it is more than a number or a heading."""
        text = " ".join(part.raw.split())
        if len(text) > _TRIVIAL:
            self._keep_aside(part, "it stands before the first record")
        elif len(text) > 3:
            self.problems.append(
                f"{self.source.name}, line {part.place}: not part of a record: {text[:80]!r}"
            )

    def _compare(self) -> None:
        """Say where the counts differ."""
        for one in self.aside:
            self.problems.append(f"{one.file}, line {one.place}: kept aside: {one.reason}")
        if self.read != self.expected:
            kept = f" and {len(self.aside)} parts kept aside" if self.aside else ""
            self.problems.append(
                f"{self.source.name}: {self.expected} records expected, {self.read} read{kept}"
            )


def read_records(
    path: str | Path | bytes,
    *,
    format: str | None = None,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> ReadResult:
    """All records of one export file, with what was kept aside and whether the counts agree.

    ``format`` and ``encoding`` are detected where they are not told; ``source`` names the database
    for every record; ``mapping`` names columns (``{"title": "Study name"}``) or tags. Packed files
    (``.gz``, ``.zip``) are read too. Raises InputError where a file holds no records that can be read.

    >>> result = read_records(b"TY  - JOUR\\nTI  - Sleep and IL-6\\nPY  - 2019\\nER  - \\n")
    >>> result.records[0].title, result.expected, result.complete
    ('Sleep and IL-6', 1, True)
    """
    readings = open_readings(path, format, encoding)
    records = tuple(one for reading in readings for one in reading.records(source, mapping or {}))
    return ReadResult(
        records=records,
        expected=sum(reading.expected for reading in readings),
        kept_aside=tuple(one for reading in readings for one in reading.aside),
        problems=tuple(one for reading in readings for one in reading.problems),
        format=", ".join(dict.fromkeys(reading.detected.format for reading in readings)),
        dialect=", ".join(filter(None, dict.fromkeys(reading.detected.dialect for reading in readings))),
        encoding=", ".join(filter(None, dict.fromkeys(reading.detected.encoding for reading in readings))),
        sha256=sha256(path),
        file="(bytes)" if isinstance(path, bytes) else str(path),
    )


def iter_records(
    path: str | Path | bytes,
    *,
    format: str | None = None,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
    keep_aside: Callable[[KeptAside], None] | None = None,
) -> Iterator[Record]:
    """The records of a file one at a time, in memory that does not grow with the file.

    ``keep_aside`` is called with each part that gave no record; without it such a part is an InputError.

    >>> [record.year for record in iter_records(b"PMID- 1\\nTI  - Sleep\\nDP  - 2020 May\\n")]
    [2020]
    """
    for reading in open_readings(path, format, encoding):
        for record in reading.records(source, mapping or {}):
            _hand_over(reading, keep_aside)
            yield record
        _hand_over(reading, keep_aside)


def open_readings(
    path: str | Path | bytes, format: str | None = None, encoding: str | None = None
) -> list[Reading]:
    """Each file with its records counted."""
    readings = []
    for source in open_sources(path, encoding):
        detected = detect_source(source, format or "")
        reader = reader_for(detected.format)
        readings.append(Reading(source, detected, reader, reader.count(source)))
    return readings


def _hand_over(reading: Reading, keep_aside: Callable[[KeptAside], None] | None) -> None:
    """Give what was kept aside to whoever asked for it."""
    for one in reading.aside:
        if keep_aside is None:
            raise InputError(f"{one.file}, line {one.place}: {one.reason}")
        keep_aside(one)
    reading.aside.clear()
