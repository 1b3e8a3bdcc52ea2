"""A collection takes each file once and each record once, and accounts for every part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import consilience
from consilience.errors import InputError
from consilience.records import read_records

RIS = "TY  - JOUR\nTI  - Sleep\nPY  - 2019\nDB  - Embase\nER  - \n\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    out = tmp_path / "records.jsonl"
    first = consilience.import_files([write(tmp_path / "a.ris", RIS)], out)
    before = out.read_bytes()
    second = consilience.import_files([tmp_path / "a.ris", write(tmp_path / "copy.ris", RIS)], out)
    assert [one.added for one in (*first, *second)] == [1, 0, 0]
    assert out.read_bytes() == before


def test_a_longer_export_of_the_same_search_adds_what_is_new(tmp_path: Path) -> None:
    out = tmp_path / "records.jsonl"
    consilience.import_files([write(tmp_path / "a.ris", RIS)], out)
    (done,) = consilience.import_files([write(tmp_path / "b.ris", RIS + RIS.replace("Sleep", "Wake"))], out)
    assert (done.expected, done.read, done.added, done.already_there) == (2, 2, 1, 1)
    assert [record.title for record in read_records(out).records] == ["Sleep", "Wake"]


def test_equal_records_within_one_file_are_both_counted(tmp_path: Path) -> None:
    out = tmp_path / "records.jsonl"
    (done,) = consilience.import_files([write(tmp_path / "a.ris", RIS + RIS)], out)
    assert (done.added, len(read_records(out))) == (2, 2)


def test_what_gives_no_record_is_kept_beside(tmp_path: Path) -> None:
    out = tmp_path / "records.jsonl"
    text = "@article{a, title = {Sleep}}\n@article{broken}\n"
    (done,) = consilience.import_files([write(tmp_path / "a.bib", text)], out)
    aside = json.loads((tmp_path / "records.kept_aside.jsonl").read_text())
    assert (done.expected, done.read, done.kept_aside) == (2, 1, 1)
    assert (aside["raw"], aside["place"], aside["file"]) == ("@article{broken}\n", 2, "a.bib")


def test_a_file_that_is_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    out = tmp_path / "records.jsonl"
    bad, good = write(tmp_path / "bad.txt", "nothing of the kind"), write(tmp_path / "a.ris", RIS)
    refused, read = consilience.import_files([bad, good], out, source="Scopus")
    assert "no export" in refused.refused
    assert read.added == 1
    assert read_records(out).records[0].source == "Scopus"


def test_a_search_is_no_record(tmp_path: Path) -> None:
    out = tmp_path / "records.jsonl"
    text = "<eSearchResult><Count>2</Count><IdList><Id>1</Id></IdList></eSearchResult>"
    (done,) = consilience.import_files([write(tmp_path / "a.xml", text)], out)
    assert (done.added, done.expected) == (0, 0)
    assert "search" in done.problems[0]


def test_another_kind_of_file_is_never_overwritten(tmp_path: Path) -> None:
    out = write(tmp_path / "notes.txt", "my notes\n")
    with pytest.raises(InputError, match="choose another --out"):
        consilience.import_files([write(tmp_path / "a.ris", RIS)], out)
    assert out.read_text() == "my notes\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ris", "notes.txt"]
