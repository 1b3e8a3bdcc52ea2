"""The contract of escalc("PPC"): every row keeps its place and says how its effect was made, or why not."""

import numpy as np
import pandas as pd
import pytest

from consilience.meta.effects.escalc import escalc
from consilience.meta.errors import InputError

COLUMNS = ["yi", "vi", "derivation", "assumptions", "r_used", "r_source", "J", "df", "not_estimable"]
MEANS = {
    "study": "A",
    "n_arm1": 20,
    "n_arm2": 22,
    "baseline_m_arm1": 30.6,
    "baseline_sd_arm1": 15.0,
    "mean_arm1": 38.5,
    "sd_arm1": 11.6,
    "baseline_m_arm2": 23.1,
    "baseline_sd_arm2": 13.8,
    "mean_arm2": 19.7,
    "sd_arm2": 14.8,
}
SIZES = {"study": "B", "n_arm1": 30, "n_arm2": 30}
ROWS = {
    "means": MEANS,
    "change_sd": {
        **SIZES,
        "mean_change_arm1": -1.0,
        "sd_change_arm1": 2.0,
        "mean_change_arm2": 0.5,
        "sd_change_arm2": 2.5,
    },
    "change_pre_sd": {
        **SIZES,
        "mean_change_arm1": -1.0,
        "mean_change_arm2": 0.5,
        "baseline_sd_arm1": 2.0,
        "baseline_sd_arm2": 2.1,
    },
    "change_ci": {**SIZES, "ci_change_arm1": "-1.5;-0.2", "ci_change_arm2": "-0.4 to 0.6"},
    "t_change": {**SIZES, "reported_stat": "t(58) = 2.12", "reported_stat_of": "change"},
    "F": {**SIZES, "reported_stat": "F(1, 58)=3.39", "favours": "arm1", "direction": "harmful"},
    "p": {**SIZES, "reported_stat": "p = .02", "favours": "intervention", "direction": "beneficial"},
    "posttest_means": {**SIZES, "mean_arm1": 3.0, "mean_arm2": 2.0, "sd_arm1": 1.0, "sd_arm2": 1.2},
    "t_posttest": {**SIZES, "reported_stat": "t = -1.7", "reported_stat_of": "posttest"},
    "events": {"study": "C", "event_arm1": 5, "totaln_arm1": 20, "event_arm2": 9, "totaln_arm2": 21},
    "precalc": {
        "study": "C",
        "precalc_g": 0.4,
        "precalc_g_se": 0.2,
        "precalc_g_oriented": "true",
        "direction": "harmful",
    },
}


def test_each_kind_of_row_takes_its_path() -> None:
    data = pd.DataFrame(list(ROWS.values()), index=[f"row {i}" for i in range(len(ROWS))])
    out = escalc("PPC", data)
    assert list(out.columns[-9:]) == COLUMNS
    assert out.index.equals(data.index)
    assert out["derivation"].tolist() == list(ROWS)
    assert (out["vi"] > 0).all()
    assert (out["not_estimable"] == "").all()
    assert out["yi"].lt(0).tolist() == [False, True, True, True, False, True, False, False, True, True, True]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pre_post_r": 1.0}, "correlation"),
        ({"n_arm1": 1}, "sample size"),
        (
            {"baseline_sd_arm1": 0.0, "sd_arm1": np.nan, "baseline_sd_arm2": np.nan, "sd_arm2": np.nan},
            "not positive",
        ),
        ({"n_arm1": np.nan}, "number of people"),
        ({"n_arm1": 2, "n_arm2": 2}, "too few people"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(change: dict[str, float], reason: str) -> None:
    out = escalc("PPC", pd.DataFrame([{**MEANS, **change}]))
    assert np.isnan(out["yi"][0])
    assert np.isnan(out["vi"][0])
    assert reason in out["not_estimable"][0]


def test_text_in_a_number_names_row_column_and_value() -> None:
    data = pd.DataFrame([{**MEANS, "sd_arm1": "0.2.5"}], index=[7])
    with pytest.raises(InputError, match=r"'sd_arm1', row 7: '0\.2\.5'"):
        escalc("PPC", data)


def test_morris_table_5() -> None:
    """Effects of Morris (2008), Table 5, as printed there (two decimals)."""
    m = {
        "baseline_m_arm1": [30.6, 23.5, 0.5, 53.4, 35.6],
        "mean_arm1": [38.5, 26.8, 0.7, 75.9, 36.0],
        "baseline_sd_arm1": [15.0, 3.1, 0.1, 14.5, 4.7],
        "n_arm1": [20, 50, 9, 10, 14],
        "baseline_m_arm2": [23.1, 24.9, 0.6, 55.7, 34.8],
        "mean_arm2": [19.7, 25.3, 0.6, 60.7, 33.4],
        "baseline_sd_arm2": [13.8, 4.1, 0.2, 17.3, 3.1],
        "n_arm2": [20, 42, 9, 11, 14],
        "r": [0.47, 0.64, 0.77, 0.89, 0.44],
    }
    r = m.pop("r")
    assert escalc("PPC", r=r, **m)["yi"].round(2).tolist() == [0.77, 0.80, 1.20, 1.05, 0.44]
    assert escalc("PPC", r=r, formula="d_ppc1", **m)["yi"].round(2).tolist() == [0.74, 0.95, 1.81, 1.15, 0.51]


FAVOURED = {**SIZES, "favours": "arm1", "direction": "beneficial"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({**FAVOURED, "reported_stat": "p < .05"}, "only a bound"),
        ({**FAVOURED, "reported_stat": "p > .05"}, "lower bound"),
        ({**FAVOURED, "reported_stat": "F(3, 56) = 4"}, "more than one numerator"),
        ({**FAVOURED, "reported_stat": "p = .01", "reported_stat_of": "within"}, "within one arm"),
        ({**SIZES, "reported_stat": "p = .01"}, "no sign"),
        ({**SIZES, "reported_stat": "significant"}, "could not be read"),
        ({**SIZES, "mean_arm1": 3.0, "mean_arm2": 2.0}, "no standard deviation"),
        ({**SIZES, "not_usable_reason": "only medians in a figure"}, "only medians in a figure"),
        ({**SIZES, "precalc_g": 0.4}, "no standard error"),
        (SIZES, "no means"),
    ],
)
def test_the_reason_names_what_is_missing(row: dict, reason: str) -> None:
    out = escalc("PPC", pd.DataFrame([row])).iloc[0]
    assert np.isnan(out["yi"])
    assert reason in out["not_estimable"]
    assert out["derivation"] == ""


def test_what_the_plan_allows() -> None:
    rows = [
        {**FAVOURED, "reported_stat": "p < .05"},
        {**FAVOURED, "reported_stat": "p = .05"},
        ROWS["posttest_means"],
    ]
    out = escalc("PPC", pd.DataFrame(rows), allow_p_bounds=True, allow_posttest_only=False)
    assert out["derivation"].tolist() == ["p_bound", "p", ""]
    assert out["yi"][0] == pytest.approx(out["yi"][1])
    assert "read as equality" in out["assumptions"][0]
    assert "does not allow" in out["not_estimable"][2]


def test_r_is_taken_in_the_order_of_trust() -> None:
    change = {"sd_change_arm1": 12.0, "sd_change_arm2": 13.0}
    rows = [
        {**MEANS, **change, "pre_post_r": 0.9, "pre_post_r_arm1": 0.8},
        {**MEANS, **change, "pre_post_r_arm1": 0.8},
        {**MEANS, **change},
        {**MEANS, "sd_change_arm1": 100.0},
        MEANS,
    ]
    out = escalc("PPC", pd.DataFrame(rows), r=[0.1, 0.2, 0.3, 0.4, 0.5])
    assert out["r_source"].tolist() == ["row", "arm", "change_sd", "argument", "argument"]
    implied = [(a * a + b * b - c * c) / (2 * a * b) for a, b, c in ((15.0, 11.6, 12.0), (13.8, 14.8, 13.0))]
    pooled = (19 * implied[0] + 21 * implied[1]) / 40
    assert out["r_used"].tolist() == pytest.approx([0.9, 0.8, pooled, 0.4, 0.5])
    assert "contradict" in out["assumptions"][3]


def test_change_sign_and_given_effects_come_out_in_the_raw_direction() -> None:
    flipped = {
        **ROWS["change_sd"],
        "change_sign": "pre_minus_post",
        "mean_change_arm1": 1.0,
        "mean_change_arm2": -0.5,
    }
    raw = {"precalc_g": 0.4, "precalc_g_se": 0.2}
    rows = [ROWS["change_sd"], flipped, raw, {**raw, "precalc_g_oriented": True, "direction": "harmful"}]
    out = escalc("PPC", pd.DataFrame(rows))
    assert out["yi"][0] == pytest.approx(out["yi"][1])
    assert out["yi"].tolist()[2:] == [0.4, -0.4]


def test_stand_ins_are_declared() -> None:
    post_only = {k: v for k, v in MEANS.items() if not k.startswith("baseline_sd")}
    one_arm = {k: v for k, v in MEANS.items() if k not in ("baseline_sd_arm2", "sd_arm2")}
    halves = {"reported_stat": "t(58) = 2.12", "reported_stat_of": "change"}
    out = escalc("PPC", pd.DataFrame([post_only, one_arm, halves]))
    assert out["derivation"].tolist() == ["means_post_sd", "means", "t_change"]
    for i, words in enumerate(["posttest SD", "one arm used for both", "arms taken as equal"]):
        assert words in out["assumptions"][i]
