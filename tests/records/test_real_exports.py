"""Every kept export gives the number of records that it holds, each with a title, nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consilience.records import ReadResult, detect, iter_records, read_records

EXPORTS = Path(__file__).parents[2] / ".." / "shared" / "records"
MANIFEST = json.loads((EXPORTS / "manifest.json").read_text()) if (EXPORTS / "manifest.json").exists() else []
FORMATS = {"wos-like": "wos", "epost_xml": "esearch_xml", "crossref_json": "json", "ctgov_json": "json"}


def read(entry: dict[str, object]) -> ReadResult:
    return read_records(EXPORTS / str(entry["file"]))


@pytest.mark.skipif(not MANIFEST, reason="the real exports are not here")
def test_the_manifest_is_whole() -> None:
    assert len(MANIFEST) == 50


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_counts_titles_and_format(entry: dict[str, object]) -> None:
    result = read(entry)
    assert len(result.records) == result.expected == entry["expected_records"]
    assert result.complete
    assert result.kept_aside == ()
    assert all(record.title for record in result.records)
    assert all(record.raw.strip() for record in result.records)
    assert result.format == FORMATS.get(str(entry["format"]), entry["format"])
    assert result.encoding == entry["encoding"]


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_values_are_plain(entry: dict[str, object]) -> None:
    for record in read(entry).records:
        texts = [record.title, record.abstract, record.journal, *(one.name for one in record.authors)]
        assert not any(char in text for text in texts for char in "\n\r\t\x00\ufeff")
        assert "<i>" not in record.title
        assert "</" not in record.abstract
        assert record.year is None or 1900 < record.year < 2027
        assert record.doi == record.doi.lower().strip()
        assert record.doi == "" or record.doi.startswith("10.")


@pytest.mark.parametrize("entry", MANIFEST[::6], ids=lambda entry: entry["file"])
def test_one_at_a_time_is_the_same(entry: dict[str, object]) -> None:
    assert tuple(iter_records(EXPORTS / str(entry["file"]))) == read(entry).records


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_detection_does_not_need_the_name(entry: dict[str, object]) -> None:
    path = EXPORTS / str(entry["file"])
    assert detect(path.read_bytes()) == detect(path)
