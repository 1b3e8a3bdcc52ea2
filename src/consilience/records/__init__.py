"""Records: what databases export, read without loss, and written so that it can be read again."""

from __future__ import annotations

from consilience.records.detect import detect
from consilience.records.read import iter_records, read_records
from consilience.records.record import Author, Record
from consilience.records.result import Detected, KeptAside, ReadResult
from consilience.records.write import write_records

__all__ = [
    "Author",
    "Detected",
    "KeptAside",
    "ReadResult",
    "Record",
    "detect",
    "iter_records",
    "read_records",
    "write_records",
]
