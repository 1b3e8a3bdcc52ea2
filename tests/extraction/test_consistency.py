"""Consistency: what agrees stays silent, what cannot agree is told with what the numbers give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from consilience.extraction import Problem, check_consistency, read_trials

PRE = {"baseline_m_arm1": 10.2, "baseline_sd_arm1": 2.1, "baseline_m_arm2": 10.4, "baseline_sd_arm2": 2.3}
POST = {"mean_arm1": 8.1, "sd_arm1": 2.0, "mean_arm2": 10.1, "sd_arm2": 2.2}
SIZES = {"n_arm1": 20, "n_arm2": 22}


def problems(row: dict[str, Any], *others: dict[str, Any]) -> list[Problem]:
    rows = [{"study": f"S{i}", "marker": "IL-6"} | r for i, r in enumerate((row, *others, {}))]
    return [p for p in check_consistency(read_trials(pd.DataFrame(rows))) if p.row == 2]


def codes(row: dict[str, Any], *others: dict[str, Any]) -> list[str]:
    found = problems(row, *others)
    assert all(p.severity == "warning" and p.remedy for p in found)
    return [p.code for p in found]


def sample(seed: int, decimals: int) -> tuple[dict[str, Any], Any, Any]:
    """A trial's printed summary, and the tests that its authors would have made on the raw data."""
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(8, 60, size=2)
    cov = 4 * np.array([[1, 0.6], [0.6, 1]])
    x, y = (rng.multivariate_normal([10, 10 - d], cov, size=n) for d, n in ((1.5, n1), (0, n2)))
    row: dict[str, Any] = {"n_arm1": n1, "n_arm2": n2}
    for arm, data in (("arm1", x), ("arm2", y)):
        row |= {f"baseline_m_{arm}": data[:, 0].mean(), f"baseline_sd_{arm}": data[:, 0].std(ddof=1),
                f"mean_{arm}": data[:, 1].mean(), f"sd_{arm}": data[:, 1].std(ddof=1)}  # fmt: skip
    row = {k: round(float(v), decimals) if "n_" not in k[:2] else v for k, v in row.items()}
    return row, stats.ttest_ind(x[:, 1], y[:, 1]), stats.ttest_ind(x[:, 1] - x[:, 0], y[:, 1] - y[:, 0])


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_statistics_of_real_data_are_never_flagged(seed: int, decimals: int) -> None:
    row, post, change = sample(seed, decimals)
    df = int(row["n_arm1"] + row["n_arm2"] - 2)
    rows = [
        row | {"study": f"S{len(text)}", "time": of + text, "reported_stat": text, "reported_stat_of": of}
        for test, of in ((post, "posttest"), (change, "interaction"))
        for text in (
            f"t({df}) = {test.statistic:.2f}",
            f"F(1, {df}) = {test.statistic**2:.2f}",
            f"p = {test.pvalue:.3f}",
        )
    ]
    told = check_consistency(read_trials(pd.DataFrame(rows)))
    about = {"t_does_not_follow", "p_does_not_follow", "t_and_p_disagree", "df_too_large", "df_smaller"}
    assert [p.message for p in told if p.code in about] == []


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.integers(0, 10_000), st.floats(1.5, 4))
def test_a_wrong_posttest_t_is_flagged(seed: int, factor: float) -> None:
    row, post, _ = sample(seed, 3)
    text = f"t = {abs(post.statistic) * factor + 0.5:.2f}"
    assert "t_does_not_follow" in codes(row | {"reported_stat": text, "reported_stat_of": "posttest"})


def test_the_message_says_what_the_numbers_give_and_the_likely_cause() -> None:
    se = {"n_arm1": 25, "n_arm2": 25, "mean_arm1": 8.0, "sd_arm1": 0.4, "mean_arm2": 9.0, "sd_arm2": 0.4}
    (problem,) = problems(se | {"reported_stat": "t(48) = 1.77", "reported_stat_of": "posttest"})
    assert "|t| = 8.84" in problem.message
    assert "if the SDs were standard errors" in problem.message
    corrected = se | {"sd_from": "SE", "reported_stat": "t(48) = 1.77", "reported_stat_of": "posttest"}
    assert not problems(corrected)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("p < .05", []),
        ("p > .05", ["p_does_not_follow"]),
        ("p < .0001", ["p_does_not_follow"]),
        ("p = .004", []),
        ("p = .04", ["p_does_not_follow"]),
        ("t(40) = 3.07; p = .004", []),
        ("t(40) = 3.07; p = .04", ["t_and_p_disagree"]),
        ("t(50) = 3.07", ["df_too_large"]),
        ("F(1, 30) = 9.4", ["df_smaller"]),
        ("significant", []),
        ("F(2, 80) = 1.1", []),
    ],
)
def test_posttest_statistics(text: str, told: list[str]) -> None:
    assert stats.ttest_ind_from_stats(8.1, 2, 20, 10.1, 2.2, 22).statistic == pytest.approx(-3.07, abs=0.01)
    assert codes(POST | SIZES | {"reported_stat": text, "reported_stat_of": "posttest"}) == told


def test_a_one_sided_p_is_recognised() -> None:
    p = stats.ttest_ind_from_stats(8.125, 2, 20, 9.1, 2.2, 22).pvalue / 2
    row = (
        POST
        | SIZES
        | {
            "mean_arm1": 8.125,
            "mean_arm2": 9.1,
            "reported_stat": f"p = {p:.3f}",
            "reported_stat_of": "posttest",
        }
    )
    (problem,) = problems(row)
    assert "one-sided" in problem.message


def test_change_statistics_allow_any_reasonable_correlation_only() -> None:
    row = PRE | POST | SIZES

    def t(r: float) -> float:
        s1, s2 = (np.sqrt(a * a + b * b - 2 * r * a * b) for a, b in ((2.1, 2.0), (2.3, 2.2)))
        return float(abs(stats.ttest_ind_from_stats(-2.1, s1, 20, -0.3, s2, 22).statistic))

    for r in (0.05, 0.5, 0.9):
        assert codes(row | {"reported_stat": f"t = {t(r):.2f}", "reported_stat_of": "change"}) == []
    for value in (0.5 * t(0), 2 * t(0.95)):
        assert codes(row | {"reported_stat": f"t = {value:.2f}", "reported_stat_of": "change"}) == [
            "t_does_not_follow"
        ]


def test_an_sd_that_is_a_standard_error_beside_the_others() -> None:
    (problem,) = problems(PRE | POST | {"n_arm1": 25, "n_arm2": 25, "sd_arm2": 0.44})
    assert (problem.code, problem.column, problem.value) == ("sd_looks_like_se", "sd_arm2", "0.44")
    assert not problems(PRE | POST | {"n_arm1": 25, "n_arm2": 25, "sd_arm2": 1.2})


def test_an_sd_that_is_small_beside_other_studies_of_the_marker() -> None:
    others = [
        POST | SIZES | {"mean_arm1": m, "mean_arm2": m, "sd_arm1": m / 2, "sd_arm2": m / 2}
        for m in (2, 4, 6, 9, 11)
    ]
    suspect = {"n_arm1": 25, "n_arm2": 25, "mean_arm1": 5.0, "sd_arm1": 0.5, "mean_arm2": 5.0, "sd_arm2": 0.5}
    assert codes(suspect, *others) == ["sd_small_for_marker", "sd_small_for_marker"]
    assert codes(suspect | {"log_scale": "true"}, *others) == []
    assert codes(suspect | {"sd_from": "SE"}, *others) == []


def test_change_sds_that_no_correlation_allows() -> None:
    row = PRE | POST | SIZES
    assert codes(row | {"sd_change_arm1": 0.05, "sd_change_arm2": 1.5}) == ["change_sd_too_small"]
    assert codes(row | {"sd_change_arm1": 1.5, "sd_change_arm2": 4.9}) == ["change_sd_too_large"]
    assert codes(row | {"sd_change_arm1": 1.5, "sd_change_arm2": 4.3}) == []


def test_changes_against_means() -> None:
    row = PRE | POST | SIZES
    assert codes(row | {"mean_change_arm1": -2.1, "mean_change_arm2": -0.3}) == []
    assert codes(row | {"mean_change_arm1": 2.1, "mean_change_arm2": -0.3}) == ["change_turned"]
    turned = row | {"mean_change_arm1": 2.1, "mean_change_arm2": 0.3, "change_sign": "pre_minus_post"}
    assert codes(turned) == []
    assert codes(row | {"mean_change_arm2": -1.3}) == ["change_does_not_follow"]


def test_percent_changes_against_means() -> None:
    row = PRE | POST | SIZES
    assert codes(row | {"percent_change_arm1": -20.6, "percent_change_arm2": -3}) == []
    (problem,) = problems(row | {"percent_change_arm1": -26})
    assert problem.code == "percent_does_not_follow"
    assert "-20.6 %" in problem.message


@pytest.mark.parametrize(
    ("direction", "favours", "told"),
    [
        ("harmful", "arm1", []),
        ("harmful", "control", ["against_favours"]),
        ("beneficial", "intervention", ["against_favours"]),
        ("beneficial", "arm2", []),
        ("harmful", "neither", []),
        ("", "arm2", []),
    ],
)
def test_the_stated_favour_against_the_means(direction: str, favours: str, told: list[str]) -> None:
    assert codes(PRE | POST | SIZES | {"direction": direction, "favours": favours}) == told


def test_arms_that_differ_at_the_start() -> None:
    assert codes(PRE | POST | SIZES | {"baseline_m_arm1": 14.0}) == ["baseline_difference"]
