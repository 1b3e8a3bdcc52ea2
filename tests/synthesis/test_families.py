"""Persistence, time points, percent change, comparators, published results, sensitivity, study averages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_t
from synthesis_tables import PROTOCOL, effect_set, given, means

from consilience.meta import meta_regression
from consilience.protocol.model import FollowUpPlan, PoolingPlan
from consilience.synthesis.fitting import estimator_of
from consilience.synthesis.result import SynthesisResult
from consilience.synthesis.run import synthesize
from consilience.synthesis.simulate import simulate_trials
from consilience.synthesis.study_averages import average_by_study
from consilience.synthesis.time_points import admitted


@pytest.fixture(scope="module")
def synthetic() -> SynthesisResult:
    return synthesize(simulate_trials(n_studies=30, participants=2100, seed=11))


def test_persistence_splits_the_effects_at_the_plans_limit(synthetic: SynthesisResult) -> None:
    late, focal, early = synthetic.persistence
    weeks = synthetic.effects.set_index("effect_id")["weeks_after_treatment"]
    assert (weeks[list(late.effect_ids)] >= 26).all()
    assert (weeks[list(early.effect_ids)] < 26).all()
    assert late.k_effects + early.k_effects == synthetic.overall.k_effects
    assert set(focal.effect_ids) < set(late.effect_ids)


def test_the_line_over_time_is_the_engines_prediction(synthetic: SynthesisResult) -> None:
    frame = synthetic.effects.dropna(subset=["weeks_after_treatment"])
    slope, pooling = synthetic.time_slope, synthetic.protocol.analysis.pooling
    x, y, low, high = np.array(slope.curve).T
    weeks = frame["weeks_after_treatment"].astype(float)
    assert (x.min(), x.max(), x.size) == (weeks.min(), weeks.max(), 25)
    np.testing.assert_allclose(np.diff(y) / np.diff(x), slope.estimate / slope.per, rtol=1e-8)
    for at in (0, 12, 24):  # moved to x = at, the engine's intercept is the line's height there
        moved = {"yi": frame["yi"], "vi": frame["vi"], "study": frame["study"], "t": weeks - x[at]}
        fit = meta_regression(
            "yi ~ t", moved, working_model=pooling.working_model, estimator=estimator_of(pooling),
            rho=pooling.rho, vcov=pooling.vcov,
        )  # fmt: skip
        row = fit.coef_table().iloc[0]
        half = student_t.ppf(0.975, row["df"]) * row["se"]
        np.testing.assert_allclose(
            [y[at], low[at], high[at]], row["estimate"] + half * np.array([0, -1, 1]), rtol=1e-7, atol=1e-10
        )


def test_only_the_slope_over_time_carries_a_line(synthetic: SynthesisResult) -> None:
    slopes = [m.slope for m in synthetic.moderators if m.slope]
    assert slopes
    assert not any(s.curve for s in slopes)


def test_persistence_sees_time_points_that_the_main_analyses_leave_out() -> None:
    table = simulate_trials(n_studies=30, participants=2100, seed=11)
    whole, short = synthesize(table), synthesize(table, max_weeks=13)
    assert short.persistence[0].estimate == pytest.approx(whole.persistence[0].estimate)
    assert short.overall.k_effects < whole.overall.k_effects
    assert len(short.effects) == len(whole.effects)
    assert (~short.effects["in_main_analyses"]).sum() == whole.overall.k_effects - short.overall.k_effects


def test_without_follow_ups_the_earliest_measurement_stays() -> None:
    frame = pd.DataFrame({"study": ["A", "A", "A", "B"], "marker": ["x", "x", "y", "x"],
                          "weeks_after_treatment": [0.0, 26.0, 26.0, np.nan]})  # fmt: skip
    plan = FollowUpPlan(include_follow_up=False)
    assert admitted(frame, plan).tolist() == [True, False, True, True]
    assert admitted(frame, FollowUpPlan(max_weeks=20)).tolist() == [True, False, False, True]


def test_percent_change_of_a_row_is_that_of_its_means() -> None:
    rows = [means(mean_arm1=8.0, mean_arm2=10.0), means(study="B", mean_arm1=9.0, mean_arm2=11.0)]
    result = synthesize(pd.concat(rows, ignore_index=True), PROTOCOL)
    assert result.percent_effects["yi"].tolist() == pytest.approx([-20.0, -20.0])
    harmful = {e.key: e for e in result.percent_change}["percent_change:harmful"]
    assert harmful.scale == "percent"
    assert harmful.reason.startswith("All effects are the same")


def test_log_ratios_are_pooled_where_the_plan_says_so() -> None:
    result = synthesize(simulate_trials(n_studies=12, participants=900, seed=1), percent_method="log_ratio")
    assert {e.scale for e in result.percent_change} == {"log_ratio"}
    assert result.percent_effects["yi"].abs().max() < 3


def test_comparators_stand_on_the_percent_scale_and_say_what_they_cannot_show(
    synthetic: SynthesisResult,
) -> None:
    assert len(synthetic.comparators) == len(PROTOCOL.comparators)
    for found in synthetic.comparators:
        assert found.ours.scale == "percent"
        assert "indirect" in found.statement
        assert "cannot show" in found.statement
        assert found.comparator.source in found.statement


def test_published_results_stand_beside_ours_of_the_same_name(synthetic: SynthesisResult) -> None:
    assert [c.published.analysis for c in synthetic.published] == [c.ours.key for c in synthetic.published]
    assert synthetic.published[0].ours == synthetic.overall


def test_sensitivity_returns_the_overall_estimate_at_the_plans_own_choice(synthetic: SynthesisResult) -> None:
    own = {"rho:0.8", "pre_post_r:0.5", "formula:d_ppc2", "variance:morris2008", "working_model:CE"}
    by_key = {e.key.removeprefix("sensitivity:"): e for e in synthetic.sensitivity}
    assert own <= set(by_key)
    for key in own:
        assert by_key[key].estimate == pytest.approx(synthetic.overall.estimate, rel=1e-12)


def test_sensitivity_to_r_is_a_run_with_that_r(synthetic: SynthesisResult) -> None:
    again = synthesize(simulate_trials(n_studies=30, participants=2100, seed=11), pre_post_r=0.9)
    by_key = {e.key: e for e in synthetic.sensitivity}
    assert by_key["sensitivity:pre_post_r:0.9"].estimate == pytest.approx(again.overall.estimate, rel=1e-12)


def test_a_study_average_has_the_variance_of_correlated_effects() -> None:
    effects = effect_set(given(["A", "A", "B"], [0.2, 0.6, 0.1], [0.3, 0.1, 0.2]))
    a, b = average_by_study(effects, PoolingPlan(rho=0.5), np.array([0.6, 0.4]))
    assert a.yi == pytest.approx(0.4)
    assert a.sei**2 == pytest.approx((0.09 + 0.01 + 2 * 0.5 * 0.3 * 0.1) / 4)
    assert a.ci_upper == pytest.approx(0.4 + 1.959963984540054 * a.sei)
    assert (b.yi, b.sei, b.weight, b.participants) == pytest.approx((0.1, 0.2, 40.0, 40))


def test_study_averages_by_their_weights_give_the_overall_estimate(synthetic: SynthesisResult) -> None:
    weights = np.array([s.weight for s in synthetic.study_averages])
    mean = np.array([s.yi for s in synthetic.study_averages])
    assert weights.sum() == pytest.approx(100)
    assert np.average(mean, weights=weights) == pytest.approx(synthetic.overall.estimate)


def test_markers_are_those_of_at_least_two_studies(synthetic: SynthesisResult) -> None:
    assert synthetic.markers
    assert min(e.k_studies for e in synthetic.markers) >= 2
    studies = [e.k_studies for e in synthetic.markers]
    assert studies == sorted(studies, reverse=True)


def test_grid_rows_add_up_to_the_overall(synthetic: SynthesisResult) -> None:
    assert sum(c.estimate.k_effects for c in synthetic.grid) == synthetic.overall.k_effects
