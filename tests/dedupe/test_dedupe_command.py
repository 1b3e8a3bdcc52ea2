"""`consilience dedupe` as a person meets it: files in, a folder out, decisions back in."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consilience.cli import app
from consilience.errors import InputError
from consilience.records import read_records
from consilience.workflow.deduplicate import DeduplicateCommand, run_deduplication

RECORD = """TY  - JOUR
TI  - {title}
AU  - Lim, S M
PY  - {year}
JO  - {journal}
VL  - 3
SP  - {page}
EP  - 29
ER  - 
"""  # noqa: W291
TITLE = "Mindfulness and interleukin-6 in nurses with burnout"


def files(folder: Path) -> tuple[Path, Path]:
    one, other = folder / "one.ris", folder / "other.ris"
    sure = RECORD.format(title=TITLE, year=2018, journal="Stress", page=4)
    unsure = "Sleep and cortisol in shift workers of three large hospitals"
    one.write_text(sure + RECORD.format(title=unsure, year=2018, journal="Stress", page=20), encoding="utf-8")
    again = RECORD.format(title=unsure, year=2018, journal="Sleep Medicine", page=11)
    other.write_text(sure.replace(TITLE, TITLE.upper()) + again, encoding="utf-8")
    return one, other


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_program_tells_files_counts_and_reasons(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["dedupe", *map(str, files(tmp_path)), "--out", str(tmp_path / "works")])
    assert told.exit_code == 0, told.output
    assert "4 records: 1 duplicates removed, 3 works left" in told.output
    assert "the titles are the same" in told.output
    assert read_records(tmp_path / "works" / "works.ris").expected == 3


def test_a_filled_queue_is_respected_and_works_keep_their_names(tmp_path: Path) -> None:
    run_deduplication(DeduplicateCommand(files(tmp_path), tmp_path / "first"))
    (asked,) = rows(tmp_path / "first" / "maybe.csv")
    filled = tmp_path / "filled.csv"
    with filled.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asked))
        writer.writeheader()
        writer.writerow({**asked, "outcome": "Same", "who": "A. Reader"})
    command = DeduplicateCommand(files(tmp_path), tmp_path / "second", filled, tmp_path / "first")
    assert run_deduplication(command).counts.screened == 2
    before = {row["id"]: row["work"] for row in rows(tmp_path / "first" / "records.csv")}
    after = {row["id"]: row["work"] for row in rows(tmp_path / "second" / "records.csv")}
    assert set(after.values()) < set(before.values())
    assert rows(tmp_path / "second" / "maybe.csv") == []


def test_the_summary_is_json_and_holds_the_prisma_counts(tmp_path: Path) -> None:
    words = ["dedupe", *map(str, files(tmp_path)), "--out", str(tmp_path / "works"), "--json"]
    told = json.loads(CliRunner().invoke(app, words).stdout)
    assert told["prisma"]["duplicates"] == 1
    assert [one["read"] for one in told["files"]] == [2, 2]
    assert told == json.loads((tmp_path / "works" / "summary.json").read_text(encoding="utf-8"))


def test_nothing_is_written_where_something_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("one,other,outcome\na,b,perhaps\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"wrong\.csv, line 2: .*same"):
        run_deduplication(DeduplicateCommand(files(tmp_path), tmp_path / "works", wrong))
    wrong.write_text("id,label\na,b\n", encoding="utf-8")
    with pytest.raises(InputError, match="'id' and 'work'"):
        run_deduplication(DeduplicateCommand(files(tmp_path), tmp_path / "works", None, wrong))
    with pytest.raises(InputError, match="no column 'one'"):
        run_deduplication(DeduplicateCommand(files(tmp_path), tmp_path / "works", wrong))
    assert not (tmp_path / "works").exists()
