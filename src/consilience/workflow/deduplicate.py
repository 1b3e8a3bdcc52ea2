"""The use case behind ``consilience dedupe``: export files in, a folder of works and open questions out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from consilience.dedupe import Counts, Deduplicated, count, dedupe, link_reports, merge
from consilience.dedupe.decisions import Decision
from consilience.dedupe.tables import (
    LINK_COLUMNS,
    PAIR_COLUMNS,
    RECORD_COLUMNS,
    Row,
    example_rows,
    link_rows,
    maybe_rows,
    read_decisions,
    record_rows,
)
from consilience.errors import InputError
from consilience.records import ReadResult, Record, read_records
from consilience.records.write import write_records
from consilience.workflow.output_folder import new_folder


@dataclass(frozen=True)
class DeduplicateCommand:
    """Which files to read, where to write, what people and an earlier run decided."""

    files: tuple[Path, ...]
    out: Path
    decisions: Path | None = None
    previous: Path | None = None


@dataclass(frozen=True)
class DeduplicateOutcome:
    """What was read, the counts, how many links, and examples of each decision."""

    read: tuple[ReadResult, ...]
    counts: Counts
    n_links: int
    examples: list[Row]


def run_deduplication(command: DeduplicateCommand) -> DeduplicateOutcome:
    """Read, de-duplicate and write; the folder appears whole or not at all."""
    decisions = _decisions(command.decisions)
    previous = _previous(command.previous)
    with new_folder(command.out) as folder:
        read = tuple(read_records(path) for path in command.files)
        records = [record for one in read for record in one.records]
        found = dedupe(records, previous=previous, decisions=decisions)
        n_links = _write(folder, records, found)
        outcome = DeduplicateOutcome(read, count(found), n_links, example_rows(records, found))
        (folder / "summary.json").write_text(json.dumps(summary(outcome), indent=2), encoding="utf-8")
    return outcome


def summary(outcome: DeduplicateOutcome) -> dict[str, object]:
    """The facts by name: files, counts, PRISMA numbers, examples."""
    files = [
        {"file": one.file, "format": one.format, "expected": one.expected, "read": len(one.records)}
        | {"kept_aside": len(one.kept_aside), "problems": list(one.problems)}
        for one in outcome.read
    ]
    return {
        "files": files,
        "counts": asdict(outcome.counts),
        "prisma": outcome.counts.prisma(),
        "linked_reports": outcome.n_links,
        "examples": outcome.examples,
    }


def _write(folder: Path, records: Sequence[Record], found: Deduplicated) -> int:
    """Write works, records, open questions and links; tell how many links there are."""
    works = [work.record for work in merge(records, found)]
    write_records(works, folder / "works.jsonl")
    write_records(works, folder / "works.ris")
    links = link_reports(found, (_numbers(record) for record in records))
    _table(folder / "records.csv", RECORD_COLUMNS, record_rows(records, found))
    _table(folder / "maybe.csv", PAIR_COLUMNS, maybe_rows(records, found))
    _table(folder / "links.csv", LINK_COLUMNS, link_rows(records, found, links))
    return len(links)


def _numbers(record: Record) -> str:
    """The registry numbers of a record in one text."""
    return " ".join(record.registry_numbers)


def _table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a CSV file that spreadsheets open as UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _rows(path: Path) -> list[dict[str, str | None]]:
    """The rows of a CSV file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as a CSV file in UTF-8: {error}") from None


def _decisions(path: Path | None) -> tuple[Decision, ...]:
    """The decisions in a file, if one is told."""
    return read_decisions(_rows(path), str(path)) if path else ()


def _previous(folder: Path | None) -> dict[str, str]:
    """The work of each record in an earlier run's folder, if one is told."""
    if folder is None:
        return {}
    path = folder / "records.csv" if folder.is_dir() else folder
    rows = _rows(path)
    if rows and not {"id", "work"} <= set(rows[0]):
        raise InputError(f"{path} has no columns 'id' and 'work'; name the folder of an earlier run")
    return {row["id"] or "": row["work"] or "" for row in rows}
