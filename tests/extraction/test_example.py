"""The bundled example is the source's figures, no more and no less; it shows the checks at work."""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

import pytest

from consilience.extraction import TrialTable, code_trials, load_example
from consilience.protocol.load import load_protocol

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT.parent / "shared" / "data" / "immune_trials.csv"


@pytest.fixture(scope="module")
def coded() -> TrialTable:
    return code_trials(load_example(), load_protocol("psychosocial-immune"))


def test_every_row_is_there_usable_or_with_its_reason(coded: TrialTable) -> None:
    assert coded.n_rows_read == 104 == len(coded) + len(coded.unused)
    assert all(u.reason and u.study for u in coded.unused)
    assert "not the set of 56 trials" in coded.notice


def test_the_misprinted_sd_is_found_as_printed(coded: TrialTable) -> None:
    (error,) = coded.errors
    assert (error.row, error.column, error.value) == (4, "sd_change_arm2", "0.2.5")
    assert error.study == "Zabihiyeganeh 2019"


def test_printed_statistics_that_contradict_their_means_are_found(coded: TrialTable) -> None:
    told = {(p.row, p.code) for p in coded.warnings}
    assert (69, "t_does_not_follow") in told  # t = 2.120 printed, 1.60 from the means
    assert (3, "p_does_not_follow") in told  # p = .002 printed, about .02 from the changes
    assert (33, "df_smaller") in told  # 20 + 20 randomised, F(1, 33)
    assert {(11, "baseline_difference"), (13, "baseline_difference")} <= told


def test_every_used_row_is_placed_in_the_protocol(coded: TrialTable) -> None:
    assert coded.frame[["intervention_type", "outcome_category", "direction"]].notna().all(axis=None)
    unknown = [p for p in coded.problems if p.code.startswith("unknown") and p.code != "unknown_level"]
    assert {p.row for p in unknown} == {23, 105}  # two rows that name several markers at once
    assert "unknown_level" not in {p.code for p in coded.problems if p.column == "comparator_kind"}


def test_figures_are_those_of_the_source(coded: TrialTable) -> None:
    rows = coded.frame.set_index("row")
    assert rows.loc[11, ["baseline_m_arm1", "mean_arm1", "n_arm1", "rand_arm1"]].tolist() == [
        2.9123,
        2.7333,
        30,
        36,
    ]
    assert rows.loc[3, ["mean_change_arm1", "sd_change_arm2", "change_sign"]].tolist() == [
        1.5,
        0.86,
        "pre_minus_post",
    ]
    assert rows.loc[8, "ci_change_arm1"] == "-0.1;0.6"
    assert rows.loc[33, ["reported_stat", "favours", "log_scale"]].tolist() == [
        "F(1, 33) = 3.39; p = .075",
        "arm1",
        "true",
    ]
    assert rows.loc[40, ["event_arm1", "totaln_arm1", "event_arm2", "totaln_arm2"]].tolist() == [8, 16, 2, 27]
    assert rows.loc[15, "weeks_after_treatment"] == 52
    assert rows["weeks_after_treatment"].isna()[16]  # "0 and 52" is not one time


def test_both_copies_are_the_same_and_leave_out_what_was_only_seen() -> None:
    shipped = ROOT / "src" / "consilience" / "extraction" / "bundled" / "immune_trials.csv"
    assert shipped.read_bytes() == (ROOT / "examples" / "immune_trials.csv").read_bytes()
    assert b"figures_seen" not in shipped.read_bytes()


@pytest.mark.skipif(
    not SOURCE.exists(), reason="the table of figures that the example is built from is not here"
)
def test_the_script_builds_the_example_from_its_source(tmp_path: Path) -> None:
    script = runpy.run_path(str(ROOT / "examples" / "build_immune_trials.py"))
    out = tmp_path / "built.csv"
    assert script["build"](SOURCE, (out,)) == 104
    assert out.read_bytes() == (ROOT / "examples" / "immune_trials.csv").read_bytes()


@pytest.mark.skipif(
    not SOURCE.exists(), reason="the table of figures that the example is built from is not here"
)
def test_no_figure_is_lost_or_invented() -> None:
    with SOURCE.open(encoding="utf-8", newline="") as stream:
        source = list(csv.DictReader(stream))
    with (ROOT / "examples" / "immune_trials.csv").open(encoding="utf-8", newline="") as stream:
        built = list(csv.DictReader(stream))
    numbers = [
        c for c in source[0] if c[:4] in ("m_pr", "m_po", "sd_p", "mean", "sd_c", "ci_c") and c != "mean_age"
    ]
    for old, new in zip(source, built, strict=True):
        wanted = {old[c] for c in numbers if old[c]} | ({"0.2.5"} if "0.2.5" in old["usable_as"] else set())
        kept = {v for k, v in new.items() if v and k != "mean_age" and k.rsplit("_", 1)[0] in (
            "mean", "sd", "baseline_m", "baseline_sd", "mean_change", "sd_change", "ci_change")}  # fmt: skip
        assert kept == wanted
        for told in (old["reported_stat"], old["reported_p"], old["n_note"], old["usable_as"]):
            assert told in new["notes"]
