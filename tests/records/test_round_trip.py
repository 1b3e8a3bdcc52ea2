"""What is written is read back as it was: whatever the text, and for every real export."""

# ruff: noqa: E501 (tables of samples are easier to read unwrapped)

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from consilience.errors import InputError
from consilience.records import Author, Record, read_records, write_records
from consilience.records.write import WRITERS

EXPORTS = Path(__file__).parents[2] / ".." / "shared" / "records"
KEPT = [
    "ovid_psycinfo.ris", "dimensions_246.ris", "wos_asysd.ris", "jabref_test.nbib", "pubmed_depression.nbib",
    "scopus_wrong_1.bib", "wos_wrong_3.bib", "pubmed_italics.xml", "entrez_pubmed5.xml", "embase.csv",
    "NCT02210780.json", "endnote_jabref_article2.xml", "lilacs.ris", "crossref_work.json",
]  # fmt: skip
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TRICKY = st.sampled_from(
    ["TY  - JOUR", "ER  -", "<i>x</i>", "&amp;lt;", "a {b", "}", "=1+1", "@x", "'=1", "x; y", "a and b", "\\alpha", "PMID- 1",
     "10.1000/x", "NCT01234567", "$a$", "~", "-1", "a|b", "et al.", "WHO Study Group", "%", "é", "x\u2028y", "a,", "Jan 5"]
)  # fmt: skip
TEXT = st.one_of(ANY_TEXT, TRICKY, st.text("ab {}\\\"';,&<>@%$-=\n", max_size=12))
RECORDS = st.builds(
    Record,
    title=TEXT, abstract=TEXT, journal=TEXT, volume=TEXT, issue=TEXT, pages=TEXT, doi=TEXT, pmid=TEXT, pmcid=TEXT,
    year=st.none() | st.integers(1, 3000), date=TEXT, accession=TEXT, language=TEXT, type=TEXT, source=TEXT,
    authors=st.lists(st.builds(Author, TEXT, TEXT, st.booleans()), max_size=3).map(tuple),
    keywords=st.lists(TEXT, max_size=3).map(tuple), urls=st.lists(TEXT, max_size=2).map(tuple),
    issn=st.lists(TEXT, max_size=2).map(tuple), registry_numbers=st.lists(TEXT, max_size=2).map(tuple),
    extra=st.dictionaries(st.one_of(TEXT, st.sampled_from(["AU", "N1", "XT", "key", "C1"])), st.lists(TEXT, max_size=2), max_size=3),
)  # fmt: skip


def written_and_read(records: list[Record], format: str) -> tuple[Record, ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "records"
        assert write_records(records, path, format=format) == len(records)
        result = read_records(path, format=format)
    assert result.problems == ()
    assert result.expected == len(records)
    return result.records


@pytest.mark.parametrize("format", WRITERS)
@settings(deadline=None, max_examples=25, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(records=st.lists(RECORDS, min_size=1, max_size=3))
def test_any_record_comes_back(format: str, records: list[Record]) -> None:
    assert written_and_read(records, format) == tuple(records)


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("name", KEPT)
def test_real_records_come_back(format: str, name: str) -> None:
    if not EXPORTS.exists():
        pytest.skip("the real exports are not here")
    records = list(read_records(EXPORTS / name).records)
    assert written_and_read(records, format) == tuple(records)


def test_json_lines_keep_the_raw_text_and_the_place(tmp_path: Path) -> None:
    record = Record(title="Sleep", raw="TY  - JOUR", file="a.ris", place=7, format="ris")
    write_records([record], tmp_path / "a.jsonl")
    back = read_records(tmp_path / "a.jsonl").records[0]
    assert (back.raw, back.file, back.place, back.format) == ("TY  - JOUR", "a.ris", 7, "ris")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_tables_hold_no_formulas(tmp_path: Path, text: str) -> None:
    record = Record(title=text, journal=text, authors=(Author(text),), keywords=(text,))
    write_records([record], tmp_path / "a.csv")
    write_records([record], tmp_path / "a.xlsx")
    cells = [
        cell for row in load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True) for cell in row
    ]
    assert not any(str(cell).startswith(("=", "+", "-", "@")) for cell in cells if cell is not None)
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert not any(
        cell.strip('"').startswith(("=", "+", "-", "@")) for line in lines for cell in line.split(",")
    )


def test_nothing_is_left_half_written(tmp_path: Path) -> None:
    def broken() -> object:
        yield Record(title="one")
        raise InputError("the second record is missing")

    with pytest.raises(InputError, match="second record"):
        write_records(broken(), tmp_path / "a.ris")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="docx"):
        write_records([], tmp_path / "a.docx")
