"""Checks of single rows and of the table: each problem names row, column, value and remedy."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from consilience.extraction import TrialTable, read_trials

GOOD: dict[str, Any] = {"study": "A", "marker": "IL-6", "n_arm1": 20, "n_arm2": 20}


def table(*rows: dict[str, Any]) -> TrialTable:
    """Rows of different studies, each good but for what is given."""
    filled = [GOOD | {"study": f"S{i}"} | row for i, row in enumerate(rows)]
    return read_trials(pd.DataFrame([*filled, GOOD | {"study": "last"}]))


ERRORS = [
    ({"n_arm1": 0}, "count_not_positive", "n_arm1", "0"),
    ({"n_arm2": -3}, "count_not_positive", "n_arm2", "-3"),
    ({"n_arm1": 1}, "one_person", "n_arm1", "1"),
    ({"baseline_n_arm1": 1}, "one_person", "baseline_n_arm1", "1"),
    ({"sd_arm1": 0}, "sd_zero", "sd_arm1", "0"),
    ({"sd_change_arm2": -0.5}, "sd_negative", "sd_change_arm2", "-0.5"),
    ({"baseline_sd_arm2": "0.2.5"}, "not_a_spread", "baseline_sd_arm2", "0.2.5"),
    ({"mean_arm1": "12 (3)"}, "not_a_number", "mean_arm1", "12 (3)"),
    ({"pre_post_r": 1}, "r_out_of_range", "pre_post_r", "1"),
    ({"pre_post_r_arm2": -1.2}, "r_out_of_range", "pre_post_r_arm2", "-1.2"),
    ({"sd_from": "variance"}, "not_a_choice", "sd_from", "variance"),
    ({"log_scale": "perhaps"}, "not_a_choice", "log_scale", "perhaps"),
    ({"ci_change_arm1": "4.1"}, "not_a_interval", "ci_change_arm1", "4.1"),
    ({"ci_change_arm1": "5;4"}, "limits_swapped", "ci_change_arm1", "5;4"),
    ({"sd_arm1": "1;2"}, "interval_for_sd", "sd_arm1", "1;2"),
    ({"sd_arm1": "2;1", "sd_from": "IQR"}, "limits_swapped", "sd_arm1", "2;1"),
    ({"sd_arm1": 2, "sd_from": "CI"}, "sd_for_interval", "sd_arm1", "2"),
    ({"event_arm1": 9, "totaln_arm1": 8}, "more_events_than_people", "event_arm1", "9"),
    ({"event_arm2": -1}, "event_negative", "event_arm2", "-1"),
    (
        {"precalc_g": 0.5, "precalc_g_se": 0, "precalc_g_oriented": "yes"},
        "g_se_not_positive",
        "precalc_g_se",
        "0",
    ),
]


@pytest.mark.parametrize(("cells", "code", "column", "value"), ERRORS)
def test_impossible_numbers_keep_the_row_out(
    cells: dict[str, Any], code: str, column: str, value: str
) -> None:
    read = table(cells)
    found = [p for p in read.errors if p.code == code]
    assert [(p.row, p.column, p.value, p.study, p.file) for p in found] == [
        (2, column, value, "S0", "data frame")
    ]
    assert found[0].remedy
    assert [u.row for u in read.unused] == [2]
    assert read.frame["study"].tolist() == ["last"]


WARNINGS = [
    ({"n_arm1": 20.5}, "fraction_of_person", "n_arm1"),
    ({"n_arm1": 30, "rand_arm1": 25}, "more_than_randomised", "n_arm1"),
    ({"percent_female": 140}, "out_of_range", "percent_female"),
    ({"mean_age": -4}, "out_of_range", "mean_age"),
    ({"mean_age": "adults"}, "not_a_number", "mean_age"),
    ({"year": 20212}, "out_of_range", "year"),
    ({"time_weeks": -1}, "out_of_range", "time_weeks"),
    ({"weeks_after_treatment": -9}, "before_end", "weeks_after_treatment"),
    ({"direction": "sideways"}, "not_a_choice", "direction"),
    ({"notes": "x" * 10_001}, "long_cell", "notes"),
]


@pytest.mark.parametrize(("cells", "code", "column"), WARNINGS)
def test_odd_cells_are_told_and_the_row_stays(cells: dict[str, Any], code: str, column: str) -> None:
    read = table(cells)
    assert [(p.row, p.column) for p in read.warnings if p.code == code] == [(2, column)]
    assert len(read) == 2


def test_all_problems_of_all_rows_are_told_at_once() -> None:
    read = table(*(cells for cells, *_ in ERRORS))
    assert {p.code for p in read.errors} == {code for _, code, *_ in ERRORS}
    assert len(read.unused) == len(ERRORS)


def test_a_row_with_two_errors_has_both_reasons() -> None:
    (unused,) = table({"sd_arm1": 0, "pre_post_r": 2}).unused
    assert "sd_arm1" in unused.reason
    assert "pre_post_r" in unused.reason


def test_rows_without_study_and_with_a_stated_reason() -> None:
    read = table({"study": "NA"}, {"not_usable_reason": "only a figure"})
    assert [(u.row, u.reason) for u in read.unused] == [
        (2, "The row does not name its study."),
        (3, "only a figure"),
    ]


def test_repeated_rows_stay_once_and_conflicting_rows_go() -> None:
    same = {"study": "T", "time": "post", "mean_arm1": 3}
    read = table(same, same, {"study": "U", "mean_arm1": 1}, {"study": "U", "mean_arm1": 2})
    told = {p.row: (p.code, p.message) for p in read.errors}
    assert told[3][0] == "duplicate_row"
    assert "row 2" in told[3][1]
    assert told[4][0] == told[5][0] == "duplicate_conflict"
    assert "row 5" in told[4][1]
    assert "row 4" in told[5][1]
    assert read.frame["study"].tolist() == ["T", "last"]


def test_other_times_markers_and_arms_are_no_repetition() -> None:
    read = table({"study": "T", "time": "post"}, {"study": "T", "time": "follow-up"},
                 {"study": "T", "marker": "CRP"}, {"study": "T", "multi_arm1": "b"})  # fmt: skip
    assert not read.errors


def test_names_of_effects_are_unique_and_made_where_blank() -> None:
    read = table({"effect_id": "x"}, {"effect_id": "x"}, {"effect_id": ""}, {"effect_id": "row5"})
    assert [(p.row, p.code) for p in read.errors] == [(3, "effect_id_twice")]
    assert read.frame["effect_id"].tolist() == ["x", "row4", "row5", "row6"]


def test_one_study_only_and_two_spellings_of_one_are_told() -> None:
    one = read_trials(pd.DataFrame([GOOD | {"time": "a"}, GOOD | {"time": "b"}]))
    assert [p.code for p in one.warnings] == ["one_study"]
    two = read_trials(pd.DataFrame([GOOD, GOOD | {"study": "a"}]))
    assert [p.code for p in two.warnings] == ["study_spelling"]


def test_shares_of_women_become_percentages() -> None:
    read = table({"percent_female": 0.745}, {"percent_female": 1})
    assert read.frame["percent_female"].tolist()[:2] == [74.5, 100.0]
    assert "shares" in {p.code for p in read.warnings}


def test_given_effects_without_orientation_are_told() -> None:
    read = table({"precalc_g": 0.4, "precalc_g_se": 0.1})
    assert "g_orientation" in {p.code for p in read.warnings}
    stated = table({"precalc_g": 0.4, "precalc_g_se": 0.1, "precalc_g_oriented": "yes"})
    assert not stated.warnings
    assert stated.frame["precalc_g_oriented"].iloc[0] is True


def test_hostile_text_is_only_text() -> None:
    cell = '=HYPERLINK("http://x")<script>alert(1)</script>{0}{value}%s'
    read = table({"notes": cell, "study": cell})
    assert read.frame["notes"].iloc[0] == cell
    assert not read.errors


def test_many_alike_problems_are_counted() -> None:
    rows = [GOOD | {"study": f"S{i}", "sd_arm1": -1} for i in range(500)]
    read = read_trials(pd.DataFrame(rows))
    assert len(read.unused) == 500
    assert len(read.errors) == 200
    assert "300 more rows" in read.problems[-1].message
