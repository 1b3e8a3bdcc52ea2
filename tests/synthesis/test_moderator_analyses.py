"""Moderators: levels, joint tests and slopes are those of the engine's formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from synthesis_tables import PROTOCOL, effect_set, given

from consilience.meta import meta_regression
from consilience.synthesis.families.moderators import moderators
from consilience.synthesis.material import Material
from consilience.synthesis.result import ModeratorAnalysis
from consilience.synthesis.simulate import simulate_trials

K = 24


def table(**columns: object) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    study = [f"S{i // 2}" for i in range(K)]
    frame = given(study, list(rng.normal(0.3, 0.3, K)), list(rng.uniform(0.1, 0.4, K)))
    frame["format"] = np.repeat(["group", "individual", "group", "mixed"], 6)
    frame["mean_age"] = np.repeat(rng.uniform(20, 70, K // 2), 2).round(1)
    return frame.assign(**columns)


def analyses(frame: pd.DataFrame) -> dict[tuple[str, str], ModeratorAnalysis]:
    effects = effect_set(frame)
    material = Material(PROTOCOL, main=effects, every=effects, percent=effects)
    return {(a.key, a.subset): a for a in moderators(material)}


def engine(frame: pd.DataFrame, formula: str):  # type: ignore[no-untyped-def]
    data = frame.assign(yi=frame["precalc_g"], vi=frame["precalc_g_se"] ** 2)
    return meta_regression(formula, data, working_model="CE", rho=PROTOCOL.analysis.pooling.rho)


def test_levels_are_cell_means_of_one_model() -> None:
    fit = engine(table(), "yi ~ 0 + C(format)").coef_table()
    levels = analyses(table())["format", "all"].levels
    assert [e.estimate for e in levels] == pytest.approx(fit["estimate"].tolist())
    assert [e.se for e in levels] == pytest.approx(fit["se"].tolist())
    assert [e.df for e in levels] == pytest.approx(fit["df"].tolist())
    assert [e.k_studies for e in levels] == [6, 3, 3]


def test_the_joint_test_is_htz_of_equal_levels() -> None:
    expected = engine(table(), "yi ~ 1 + C(format)").wald_test("format", test="HTZ")
    found = analyses(table())["format", "all"].test
    assert (found.statistic, found.df_num, found.df_denom, found.p_value) == pytest.approx(
        (expected.statistic, expected.df_num, expected.df_denom, expected.p_value)
    )


def test_a_slope_is_per_the_protocols_unit() -> None:
    row = engine(table(), "yi ~ 1 + mean_age").coef_table().iloc[1]
    age = analyses(table())["age", "all"]
    assert age.slope.per == 10
    assert age.slope.estimate == pytest.approx(10 * row["estimate"])
    assert age.slope.df == pytest.approx(row["df"])
    assert age.test.statistic == pytest.approx(row["statistic"] ** 2)
    assert age.test.p_value == pytest.approx(row["p_value"])


def test_a_level_in_one_study_stays_out_of_the_test_and_is_named() -> None:
    alone = table()
    alone.loc[[22, 23], "format"] = "mixed"
    alone.loc[18:21, "format"] = "group"
    found = analyses(alone)["format", "all"]
    by_label = {e.label: e for e in found.levels}
    assert by_label["Group and individual"].status == "not_estimable"
    assert found.test.df_num == 1
    assert any(
        c.code == "level_in_one_study" and "Group and individual" in c.message for c in found.test.cautions
    )


def test_effects_that_do_not_state_the_moderator_are_counted() -> None:
    found = analyses(table(format=[None] * 5 + ["group"] * 9 + ["individual"] * 10, mean_age=np.nan))
    assert found["format", "all"].k_missing == 5
    assert found["age", "all"].k_missing == K
    assert found["age", "all"].slope.status == "not_estimable"
    assert found["age", "all"].test.reason


def test_a_constant_moderator_has_no_slope() -> None:
    assert "same value" in analyses(table(mean_age=50))["age", "all"].slope.reason


def test_the_focal_intervention_is_analysed_again_without_comparing_interventions() -> None:
    both = analyses(simulate_trials(seed=2))
    keys = {m.key for m in PROTOCOL.moderators}
    assert {key for key, subset in both if subset == "all"} == keys
    assert {key for key, subset in both if subset == "cbt"} == keys - {"intervention_type"}
    all_, focal = both["format", "all"], both["format", "cbt"]
    assert sum(e.k_effects for e in focal.levels) < sum(e.k_effects for e in all_.levels)


def test_levels_come_in_the_protocols_order() -> None:
    found = analyses(simulate_trials(seed=2))["intervention_type", "all"]
    order = [term.label for term in PROTOCOL.interventions]
    assert [e.label for e in found.levels] == [
        label for label in order if label in {e.label for e in found.levels}
    ]
