"""Pooled estimates are those of the engine; what cannot be pooled says why; cautions are told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from synthesis_tables import PROTOCOL, effect_set, given, means

from consilience.errors import InputError
from consilience.meta import meta_regression
from consilience.protocol.model import PoolingPlan
from consilience.synthesis.fitting import check_pooling
from consilience.synthesis.pool import Target, pool
from consilience.synthesis.result import Estimate

TARGET = Target("overall", "All", "overall")
STUDIES = ["A", "A", "B", "C", "C", "C", "D", "E", "F"]
EFFECTS = [0.1, 0.3, 0.5, 0.2, 0.4, 0.35, -0.1, 0.6, 0.25]
SES = [0.2, 0.25, 0.3, 0.15, 0.2, 0.2, 0.4, 0.3, 0.22]


def pooled(table: pd.DataFrame, **plan: object) -> Estimate:
    return pool(effect_set(table), TARGET, PoolingPlan(**plan))


def codes(estimate: Estimate) -> set[str]:
    return {caution.code for caution in estimate.cautions}


@pytest.mark.parametrize("model", ["CE", "HE", "CHE"])
def test_a_pooled_estimate_is_the_engines(model: str) -> None:
    table = given(STUDIES, EFFECTS, SES)
    fit = meta_regression(
        "yi ~ 1",
        pd.DataFrame({"yi": EFFECTS, "vi": np.square(SES), "study": STUDIES}),
        working_model=model,
        rho=0.6,
    )
    row, interval = fit.coef_table().iloc[0], fit.predict().iloc[0]
    found = pooled(table, working_model=model, rho=0.6)
    for name in ("estimate", "se", "df", "statistic", "p_value", "ci_lower", "ci_upper"):
        assert getattr(found, name) == pytest.approx(row[name], rel=1e-10)
    assert found.tau2 == pytest.approx(fit.tau2, rel=1e-10, abs=1e-12)
    assert (found.pi_lower, found.pi_upper) == pytest.approx((interval["pi_lower"], interval["pi_upper"]))
    assert (found.k_studies, found.k_effects) == (6, 9)
    assert len(found.effect_ids) == 9


def test_equal_studies_collapse_to_the_plain_mean_and_t_test() -> None:
    effects = [0.1, 0.5, 0.3, 0.7]
    found = pooled(given(list("ABCD"), effects, 0.2))
    assert found.estimate == pytest.approx(np.mean(effects))
    assert found.se == pytest.approx(np.std(effects, ddof=1) / 2)
    assert found.df == pytest.approx(3)


def test_one_study_is_not_estimable_and_says_so() -> None:
    found = pooled(given(["A", "A"], [0.1, 0.3]))
    assert found.status == "not_estimable"
    assert "only one study" in found.reason
    assert (found.k_studies, found.k_effects, found.estimate) == (1, 2, None)


def test_nothing_is_not_estimable() -> None:
    effects = effect_set(given(["A"], [0.1]))
    found = pool(effects.where(np.array([False])), TARGET, PoolingPlan())
    assert found.reason == "No study in this table gives an effect for it."
    assert found.participants is None


def test_zero_spread_is_not_estimable() -> None:
    found = pooled(given(list("ABC"), [0.3, 0.3, 0.3]))
    assert found.status == "not_estimable"
    assert "effects are the same" in found.reason


def test_the_plans_minimum_of_studies_holds() -> None:
    found = pooled(given(list("ABC"), [0.3, 0.1, 0.2]), min_studies=4)
    assert "asks for at least 4" in found.reason


def test_few_studies_and_few_degrees_of_freedom_are_told() -> None:
    assert {"low_df", "few_studies"} <= codes(pooled(given(list("ABC"), [0.3, 0.1, 0.2])))


def test_a_heavy_study_is_named() -> None:
    found = pooled(given(list("ABCDEF"), [0.3, 0.31, 0.29, 0.3, 0.28, 0.33], [0.02, 0.4, 0.4, 0.4, 0.4, 0.4]))
    said = [c.message for c in found.cautions if c.code == "one_study_dominates"]
    assert any(message.startswith("A holds") for message in said)


def test_a_study_without_which_zero_is_inside_is_named() -> None:
    found = pooled(given(list("ABCD"), [0.10, 0.24, 0.3, 0.35], [0.1] * 4))
    assert found.ci_lower > 0
    rest = pooled(given(list("ABC"), [0.10, 0.24, 0.3], [0.1] * 3))
    assert rest.ci_lower < 0
    assert any("Without D" in c.message for c in found.cautions)


def test_posttest_only_and_assumed_r_are_told() -> None:
    table = pd.concat(
        [means(study=s, mean_arm1=m) for s, m in zip("ABCD", [8.0, 9.0, 7.0, 8.5])], ignore_index=True
    )
    assert "imputed_r" in codes(pooled(table))
    table.loc[0, ["baseline_m_arm1", "baseline_sd_arm1", "baseline_m_arm2", "baseline_sd_arm2"]] = np.nan
    assert "posttest_only" in codes(pooled(table))


def test_an_impossible_plan_is_refused_before_any_work() -> None:
    with pytest.raises(InputError, match="pooling cannot be run"):
        check_pooling(PoolingPlan(working_model="CE", estimator="REML"))


def test_a_likelihood_model_takes_reml_where_moments_were_asked() -> None:
    check_pooling(PROTOCOL.analysis.pooling.model_copy(update={"working_model": "CHE"}))


@settings(deadline=None, max_examples=15, derandomize=True)
@for_all(
    st.lists(
        st.tuples(st.sampled_from("ABCDEFG"), st.floats(-3, 3), st.floats(0.05, 2)), min_size=1, max_size=15
    )
)
def test_any_effects_give_an_estimate_or_a_reason(rows: list[tuple[str, float, float]]) -> None:
    study, g, se = (list(column) for column in zip(*rows))
    found = pooled(given(study, g, se))
    if found.status == "estimated":
        assert found.ci_lower <= found.estimate <= found.ci_upper
        assert found.pi_lower <= found.ci_lower
        assert not found.reason
    else:
        assert found.reason
        assert found.estimate is None
