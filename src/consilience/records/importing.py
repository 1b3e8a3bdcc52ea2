"""Export files into a review's collection of records: each file once, each record once, all accounted for."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from consilience.errors import InputError
from consilience.records.read import Reading, open_readings
from consilience.records.readers.other_xml import SEARCH
from consilience.records.record import Record
from consilience.records.result import KeptAside
from consilience.records.source_file import sha256
from consilience.records.write import json_line, new_file_beside

Progress = Callable[[str, int | None, int | None], None]


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What came of one file: ``expected`` counted, ``read``, ``added``, ``already_there``, ``kept_aside``."""

    file: str
    format: str = ""
    dialect: str = ""
    encoding: str = ""
    expected: int = 0
    read: int = 0
    added: int = 0
    already_there: int = 0
    kept_aside: int = 0
    problems: tuple[str, ...] = ()
    refused: str = ""
    sha256: str = ""
    source: str = ""
    imported_at: str = ""


@dataclass(slots=True)
class _Collection:
    """The records that are there (by identity, with how often), the files that are, and the new lines."""

    records: Counter[bytes]
    files: set[str]
    lines: IO[str]
    aside: list[KeptAside]


def import_files(
    files: Sequence[str | Path],
    out: str | Path,
    *,
    source: str | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> tuple[ImportedFile, ...]:
    """Add the records of export files to a JSON-lines file, and say what came of each file.

    A file whose bytes were imported before adds nothing; a record that is there already (all its fields
    are equal, raw text and place aside) is not added again. Two such records within one file are both
    kept: PRISMA counts what a database returned. Beside ``out`` stand ``.imports.jsonl`` (the account of
    every import) and ``.kept_aside.jsonl`` (parts that gave no record, as they stood).
    """
    out = Path(out)
    done: list[ImportedFile] = []
    with _collection(out) as there:
        for file in files:
            done.append(_import_file(str(file), there, source, mapping or {}, progress))
    aside = [{**asdict(one)} for one in there.aside]
    _append(_sidecar(out, "kept_aside"), aside)
    _append(_sidecar(out, "imports"), [asdict(one) for one in done if one.added or one.read])
    return tuple(done)


@contextmanager
def _collection(out: Path) -> Iterator[_Collection]:
    """The collection, open for additions; it is replaced only when all went well."""
    known: Counter[bytes] = Counter()
    beside = new_file_beside(out)
    try:
        if out.exists():
            known.update(_key(record) for record in _stored(out))
            shutil.copyfile(out, beside)
        with beside.open("a", encoding="utf-8", errors="replace", newline="") as lines:
            yield _Collection(known, _known_files(out), lines, [])
        beside.replace(out)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _stored(out: Path) -> Iterator[Record]:
    """The records of a collection."""
    with out.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Record.from_dict(json.loads(line))
            except (ValueError, TypeError) as error:
                raise InputError(
                    f"{out}, line {number} is no record of Consilience ({error}); choose another --out"
                ) from None


def _key(record: Record) -> bytes:
    """A record's identity in few bytes."""
    return bytes.fromhex(record.identity)


def _known_files(out: Path) -> set[str]:
    """The digests of the files imported before."""
    sidecar = _sidecar(out, "imports")
    if not (sidecar.exists() and out.exists()):
        return set()
    with sidecar.open(encoding="utf-8") as lines:
        return {json.loads(line)["sha256"] for line in lines}


def _sidecar(out: Path, name: str) -> Path:
    """A file beside the collection."""
    return out.with_name(f"{out.stem}.{name}.jsonl")


def _append(path: Path, lines: list[dict[str, object]]) -> None:
    """Add lines to a file; where there are none, nothing is made."""
    if lines:
        with path.open("a", encoding="utf-8", errors="replace") as stream:
            stream.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _import_file(
    file: str, there: _Collection, source: str | None, mapping: Mapping[str, str], progress: Progress | None
) -> ImportedFile:
    """Add one file's records; a file that cannot be read is refused and the others go on."""
    try:
        digest = sha256(file)
        if digest in there.files:
            return ImportedFile(file, problems=("the same file was imported before",), sha256=digest)
        readings = open_readings(file)
    except InputError as error:
        return ImportedFile(file, refused=str(error))
    there.files.add(digest)
    added, seen, searches = 0, Counter[bytes](), 0
    try:
        for record in _records(readings, source, mapping, file, progress):
            if record.type == SEARCH:
                searches += 1
                continue
            key = _key(record)
            seen[key] += 1
            if seen[key] > there.records[key]:
                there.lines.write(json_line(record))
                added += 1
    except InputError as error:
        return ImportedFile(file, refused=str(error))
    for key, times in seen.items():
        there.records[key] = max(times, there.records[key])
    return _account(file, readings, digest, added, seen.total(), searches, source, there)


def _records(
    readings: list[Reading],
    source: str | None,
    mapping: Mapping[str, str],
    file: str,
    progress: Progress | None,
) -> Iterator[Record]:
    """All records of a file, telling how far it is."""
    total = sum(reading.expected for reading in readings)
    number = 0
    for reading in readings:
        for record in reading.records(source, mapping):
            number += 1
            if progress is not None and number % 100 == 0:
                progress(Path(file).name, number, total)
            yield record


def _account(
    file: str,
    readings: list[Reading],
    digest: str,
    added: int,
    read: int,
    searches: int,
    source: str | None,
    there: _Collection,
) -> ImportedFile:
    """What came of a file."""
    problems = [problem for reading in readings for problem in reading.problems]
    if searches:
        problems.append(f"{file}: the answer to a search, which holds numbers and no records: left out")
    aside = [one for reading in readings for one in reading.aside]
    there.aside.extend(aside)
    names = {
        part: ", ".join(filter(None, dict.fromkeys(getattr(reading.detected, part) for reading in readings)))
        for part in ("format", "dialect", "encoding")
    }
    return ImportedFile(
        file,
        **names,
        expected=sum(reading.expected for reading in readings) - searches,
        read=read,
        added=added,
        already_there=read - added,
        kept_aside=len(aside),
        problems=tuple(problems),
        sha256=digest,
        source=source or "",
        imported_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
