"""Reading: formats, encodings, delimiters, decimal marks; and files that hold no table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.errors import InputError
from consilience.extraction import read_trials

HEADER = "study,marker,n_arm1,mean_arm1,sd_arm1,n_arm2,mean_arm2,sd_arm2"
ROWS = "Müller 2010,TNF-α,20,1.5,0.5,21,1.75,0.25\nB,IL-6,30,2.5,1.25,31,3,0.75\n"
PLAIN = f"{HEADER}\n{ROWS}"


def write(tmp_path: Path, content: str | bytes, name: str = "trials.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def check_plain(path: Path) -> None:
    frame = read_trials(path).frame
    assert frame["study"].tolist() == ["Müller 2010", "B"]
    assert frame["mean_arm2"].tolist() == [1.75, 3.0]
    assert frame["sd_arm1"].tolist() == [0.5, 1.25]
    assert frame["row"].tolist() == [2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_encodings_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    check_plain(write(tmp_path, PLAIN.replace(",", delimiter).encode(encoding)))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_make_no_difference(tmp_path: Path, newline: str) -> None:
    check_plain(write(tmp_path, PLAIN.replace("\n", newline)))


def test_latin1_with_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = PLAIN.replace("α", "alpha").replace(",", ";").replace(".", ",")
    table = read_trials(write(tmp_path, text.encode("latin-1")))
    assert table.frame["mean_arm1"].tolist() == [1.5, 2.5]
    assert table.frame["study"].tolist()[0] == "Müller 2010"
    assert [p.code for p in table.problems] == ["encoding"]


def test_excels_sep_line_is_not_a_row(tmp_path: Path) -> None:
    table = read_trials(write(tmp_path, "sep=;\n" + PLAIN.replace(",", ";")))
    assert table.frame["row"].tolist() == [3, 4]


def test_titles_above_the_header_and_blank_lines_keep_line_numbers(tmp_path: Path) -> None:
    lines = PLAIN.splitlines()
    table = read_trials(
        write(tmp_path, "Table of trials,,,,,,,\n\n" + lines[0] + "\n\n" + "\n".join(lines[1:]))
    )
    assert table.frame["row"].tolist() == [5, 6]
    assert table.n_rows_read == 2


def test_mixed_decimals_are_told_and_the_minority_is_an_error(tmp_path: Path) -> None:
    text = HEADER.replace(",", ";") + "\nA;m;20;1.5;0.5;20;2.5;0.5\nB;m;20;1.5;0,5;20;2.5;0.5\n"
    table = read_trials(write(tmp_path, text))
    assert "mixed_decimals" in {p.code for p in table.warnings}
    assert table.unused[0].reason == "sd_arm1: '0,5' is not a number."
    assert table.frame["study"].tolist() == ["A"]


@pytest.mark.parametrize("word", ["NA", "n/a", "NR", "-", "not reported", ".", "", "–", "NaN"])
def test_ways_to_write_no_value(tmp_path: Path, word: str) -> None:
    table = read_trials(write(tmp_path, f"study,n_arm1,marker\nA,{word},IL-6\nB,12,{word}\n"))
    assert np.isnan(table.frame["n_arm1"].iloc[0])
    assert pd.isna(table.frame["marker"].iloc[1])
    assert not table.errors


def test_typographic_numbers_are_numbers(tmp_path: Path) -> None:
    table = read_trials(write(tmp_path, 'study,mean_arm1,percent_female\nA,−3.5,66%\nB,"1,234.5",40\n'))
    assert table.frame["mean_arm1"].tolist() == [-3.5, 1234.5]
    assert table.frame["percent_female"].tolist() == [66.0, 40.0]


def test_aliases_and_unknown_columns(tmp_path: Path) -> None:
    table = read_trials(
        write(tmp_path, "Study,m_pre_t,SD_post_c,ppcor,mean_arm_1,color\nA,1,2,.5,3,red\nB,1,2,.5,3,blue\n")
    )
    assert table.columns["baseline_m_arm1"] == "m_pre_t"
    assert table.frame["sd_arm2"].tolist() == [2.0, 2.0]
    assert table.frame["color"].tolist() == ["red", "blue"]
    (problem,) = table.problems
    assert problem.code == "unknown_column"
    assert "Did you mean mean_arm1" in problem.message


def test_two_columns_for_one_thing_are_told(tmp_path: Path) -> None:
    table = read_trials(write(tmp_path, "study,n_t,n_arm1\nA,5,20\nB,5,20\n"))
    assert table.frame["n_arm1"].tolist() == [20.0, 20.0]
    assert [p.code for p in table.problems] == ["two_columns"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (HEADER.encode(), "no rows"),
        (HEADER.encode() + b"\n,,,,,,,\n", "no rows"),
        (b"name,n_arm1\nA,3\n", "no column 'study'"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"study,n\nA,\x00\x01\x02" + b"\x00" * 50, "binary|no column|empty|not"),
        ("study,n_arm1\nÄ".encode("utf-16") + b"\x00", "not utf-16"),
        (b'study,notes\nA,"never closed\nB,2\nC,x\n', "quotation"),
    ],
)
def test_files_without_a_table_are_refused_with_the_remedy(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_trials(write(tmp_path, content))
    assert "trials.csv" in str(caught.value)


def test_missing_file_folder_and_foreign_source(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_trials(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="folder"):
        read_trials(tmp_path)
    with pytest.raises(InputError, match="int cannot be read"):
        read_trials(3)
    with pytest.raises(InputError, match="no rows"):
        read_trials(pd.DataFrame({"study": []}))


def test_ragged_lines_are_named_and_kept_out(tmp_path: Path) -> None:
    table = read_trials(write(tmp_path, "study,n_arm1\nA,20\nB,20,extra,cells\nC,21\nD\n"))
    assert table.frame["study"].tolist() == ["A", "C", "D"]
    (unused,) = table.unused
    assert (unused.row, unused.study) == (3, "B")
    assert "4 cells, the header has 2" in unused.reason


def test_lines_that_ran_together_are_told(tmp_path: Path) -> None:
    table = read_trials(write(tmp_path, 'study,n_arm1,notes\nA,2,"open\nB,3,x\nC,4,closed"\nD,5,y\n'))
    assert [p.code for p in table.errors] == ["lines_run_together"]
    assert table.frame["study"].tolist() == ["D"]


def test_data_frames_give_what_their_csv_gives(tmp_path: Path) -> None:
    frame = pd.read_csv(write(tmp_path, PLAIN))
    from_frame, from_file = read_trials(frame).frame, read_trials(tmp_path / "trials.csv").frame
    pd.testing.assert_frame_equal(from_frame.drop(columns="file"), from_file.drop(columns="file"))


def test_polars_frames_are_read(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.read_csv(write(tmp_path, PLAIN))
    assert read_trials(frame).frame["mean_arm2"].tolist() == [1.75, 3.0]


def test_reading_its_own_frame_again_changes_nothing(tmp_path: Path) -> None:
    once = read_trials(write(tmp_path, PLAIN))
    pd.testing.assert_frame_equal(read_trials(once.frame).frame, once.frame)
    assert read_trials(once) is once


def test_hash_tells_files_apart(tmp_path: Path) -> None:
    first, second = write(tmp_path, PLAIN, "a.csv"), write(tmp_path, PLAIN.replace("30", "40"), "b.csv")
    assert read_trials(first).sha256 == read_trials(first).sha256 != read_trials(second).sha256


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_table_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "x.csv"
    path.write_bytes(b"study,n_arm1,sd_arm1\n" + content)
    try:
        table = read_trials(path)
    except InputError:
        return
    assert table.n_rows_read == len(table) + len(table.unused)
    assert set(table.frame["row"]).isdisjoint(u.row for u in table.unused)


CELLS = st.one_of(
    st.sampled_from(
        ["", "NA", "0", "1", "-2", "3.5", "3,5", "0.2.5", "1;2", "2;1", "CI", "yes", "=1+1", "inf", "1e999"]
    ),
    st.text(max_size=8),
)
COLUMNS = [
    *("study", "marker", "n_arm1", "sd_arm1", "ci_change_arm1", "sd_from", "pre_post_r", "log_scale"),
    *("effect_id", "event_arm1", "totaln_arm1", "percent_female", "reported_stat", "not_usable_reason"),
]


@settings(deadline=None, max_examples=120, derandomize=True)
@given(st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), min_size=1, max_size=6))
def test_every_row_is_usable_or_unused_with_a_reason(rows: list[list[str]]) -> None:
    try:
        table = read_trials(pd.DataFrame(rows, columns=COLUMNS))
    except InputError:
        assert not any(cell.strip() for row in rows for cell in row)
        return
    assert table.n_rows_read == len(table.frame) + len(table.unused) == len(table.frame) + len(table.aside)
    assert all(u.reason for u in table.unused)
    places = [*table.frame["row"], *(u.row for u in table.unused)]
    assert len(set(places)) == len(places)
    assert not table.frame["effect_id"].duplicated().any()
