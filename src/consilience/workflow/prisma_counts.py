"""Reads the counts of a PRISMA flow diagram from the table that the PRISMA2020 template uses."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from consilience.errors import InputError

KEYS = frozenset({
    "previous_studies", "previous_reports", "register_results", "database_results",
    "database_specific_results", "register_specific_results", "website_results", "organisation_results",
    "citations_results", "duplicates", "excluded_automatic", "excluded_other", "records_screened",
    "records_excluded", "dbr_sought_reports", "dbr_notretrieved_reports", "other_sought_reports",
    "other_notretrieved_reports", "dbr_assessed", "dbr_excluded", "other_assessed", "other_excluded",
    "new_studies", "new_reports", "total_studies", "total_reports", "total_studies_ma",
    "total_reports_ma",
})  # fmt: skip
"""The template's names of the boxes."""

IN_WORDS = frozenset({
    "database_specific_results", "register_specific_results", "dbr_excluded", "other_excluded",
})  # fmt: skip
"""Boxes that hold a list, such as "No control, 90; Not randomised, 6"."""


def read_prisma(path: Path) -> dict[str, Any]:
    """Counts by the template's keys, from a CSV with the columns ``data`` (the key) and ``n``.

    Rows without a key or without a count are passed over, as the template has headings among its rows.
    """
    rows = rows_of(path)
    counts: dict[str, Any] = {}
    for line, row in enumerate(rows, start=2):
        key, value = (row.get("data") or "").strip(), (row.get("n") or "").strip()
        if key in KEYS and value not in ("", "NA"):
            counts[key] = value if key in IN_WORDS else whole_number(value, key, path, line)
    if not counts:
        raise InputError(
            f"{path}: no PRISMA count was found. The file needs the columns 'data' and 'n', with rows such "
            "as 'database_results' and 4621."
        )
    return counts


def rows_of(path: Path) -> list[dict[str, str]]:
    """The file's rows by column name."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text. Save it as CSV in UTF-8.") from error
    return list(csv.DictReader(text.splitlines()))


def whole_number(value: str, key: str, path: Path, line: int) -> int:
    """A count."""
    try:
        number = int(value.replace(",", ""))
    except ValueError:
        number = -1
    if number < 0:
        raise InputError(f"{path}, line {line}: {key} is {value!r}; write a whole number, 0 or more.")
    return number
