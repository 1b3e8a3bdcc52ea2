"""Records out to a file, so that reading it gives the same records."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from consilience.errors import InputError
from consilience.records.record import Record
from consilience.records.writers.bibtex import bibtex_texts
from consilience.records.writers.nbib import nbib_text
from consilience.records.writers.ris import ris_text
from consilience.records.writers.table import csv_texts, write_xlsx

_TEXTS: Mapping[str, Callable[[Iterable[Record]], Iterator[str]]] = {
    "ris": lambda records: map(ris_text, records),
    "nbib": lambda records: map(nbib_text, records),
    "bibtex": bibtex_texts,
    "csv": csv_texts,
    "jsonl": lambda records: (json_line(record) for record in records),
}
WRITERS = (*_TEXTS, "xlsx")
_SUFFIXES = {"bib": "bibtex", "txt": "ris", "json": "jsonl", "ndjson": "jsonl", "medline": "nbib"}


def write_records(records: Iterable[Record], path: str | Path, *, format: str | None = None) -> int:
    """Write records and return how many; the file is whole or not there at all.

    The format follows from the name (``.ris``, ``.nbib``, ``.bib``, ``.csv``, ``.xlsx``, ``.jsonl``)
    unless it is told. CSV and XLSX cells never begin as formulas do. JSON lines keep the raw text too.

    >>> from consilience.records import Record, read_records
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_records([Record(title="Sleep and IL-6", year=2019)], folder / "found.ris")
    1
    >>> read_records(folder / "found.ris").records[0].title
    'Sleep and IL-6'
    """
    path = Path(path)
    name = format or _SUFFIXES.get(path.suffix.lower()[1:], path.suffix.lower()[1:])
    if name not in WRITERS:
        raise InputError(f"format {name!r} cannot be written; choose one of {', '.join(WRITERS)}")
    beside = new_file_beside(path)
    try:
        count = write_xlsx(records, beside) if name == "xlsx" else _write_text(_TEXTS[name], records, beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return count


def json_line(record: Record) -> str:
    """A record as one line of JSON."""
    return json.dumps(record.to_dict(), ensure_ascii=False) + "\n"


def new_file_beside(path: Path) -> Path:
    """An empty file in the same folder, to be moved into place when it is whole."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from None
    os.close(handle)
    Path(name).chmod(0o644)
    return Path(name)


def _write_text(
    texts: Callable[[Iterable[Record]], Iterator[str]], records: Iterable[Record], path: Path
) -> int:
    """Write each piece; the count is of records."""
    count = 0

    def counted() -> Iterator[Record]:
        nonlocal count
        for count, record in enumerate(records, 1):  # noqa: B007
            yield record

    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        stream.writelines(texts(counted()))
    return count
