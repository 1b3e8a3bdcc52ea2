"""Effects point the protocol's good way, carry their provenance, and unused rows say why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from synthesis_tables import PROTOCOL, derive, effect_set, given, means

from consilience.meta.effects.escalc import escalc
from consilience.synthesis.settings import with_settings


def test_a_fall_of_a_harmful_marker_is_positive() -> None:
    row = derive(means()).effects.iloc[0]
    assert row["yi"] > 0
    assert row["yi"] == -row["yi_raw"]
    assert row["sign"] == -1


def test_a_rise_of_a_beneficial_marker_is_positive() -> None:
    row = derive(means(marker="NK cell activity", mean_arm1=12.0)).effects.iloc[0]
    assert row["yi"] == row["yi_raw"] > 0


def test_a_row_may_turn_its_direction_with_a_reason() -> None:
    usual, turned = means(), means(direction="beneficial", direction_reason="read as recovery")
    assert derive(turned).effects["yi"].iloc[0] == -derive(usual).effects["yi"].iloc[0]


@pytest.mark.parametrize("oriented", [True, False])
def test_a_given_effect_is_turned_once(oriented: bool) -> None:
    row = derive(given(["A"], [0.4], precalc_g_oriented=oriented)).effects.iloc[0]
    assert row["yi"] == pytest.approx(0.4 if oriented else -0.4)
    assert row["sei"] == pytest.approx(0.2)


def test_effects_are_those_of_escalc_under_the_plan() -> None:
    plan = with_settings(PROTOCOL, {"formula": "d_ppc1", "variance": "large_sample", "pre_post_r": 0.7})
    ours = derive(means(), plan).effects.iloc[0]
    theirs = escalc("PPC", means(), r=0.7, formula="d_ppc1", variance="large_sample").iloc[0]
    assert ours["yi_raw"] == theirs["yi"]
    assert ours["vi"] == theirs["vi"]
    assert ours["r_source"] == "default"


def test_the_markers_own_correlation_comes_before_the_default() -> None:
    plan = PROTOCOL.model_dump()
    plan["analysis"]["effect"]["pre_post_r"]["by_marker"] = {"il_6": 0.8}
    row = derive(means(), type(PROTOCOL).model_validate(plan)).effects.iloc[0]
    assert (row["r_used"], row["r_source"]) == (0.8, "marker")
    own = derive(means(pre_post_r=0.6), type(PROTOCOL).model_validate(plan)).effects.iloc[0]
    assert (own["r_used"], own["r_source"]) == (0.6, "row")


def test_unused_rows_say_why_and_what_would_help() -> None:
    table = pd.concat([means(), means(study="B", n_arm1=None), means(study="C", baseline_sd_arm1=None)])
    table.loc[table["study"] == "C", ["baseline_sd_arm2", "sd_arm1", "sd_arm2"]] = np.nan
    derived = derive(table.reset_index(drop=True))
    assert len(derived.effects) == 1
    no_n, no_sd = derived.unused
    assert (no_n.study, no_n.row) == ("B", 3)
    assert "number of people" in no_n.reason
    assert "n_arm1" in no_n.remedy
    assert "standard deviation" in no_sd.reason
    assert "sd_from" in no_sd.remedy


def test_effect_ids_are_unique_and_stable() -> None:
    effects = derive(pd.concat([means(), means(study="B"), means(study="C")], ignore_index=True)).effects
    assert effects["effect_id"].is_unique
    assert (
        effects["effect_id"].tolist()
        == derive(pd.concat([means(), means(study="B"), means(study="C")], ignore_index=True))
        .effects["effect_id"]
        .tolist()
    )


def test_a_shared_control_is_counted_once() -> None:
    arms = means(condition_arm1="yoga", condition_arm2="waitlist", n_arm1=30, n_arm2=25)
    other = means(condition_arm1="CBT", condition_arm2="waitlist", n_arm1=20, n_arm2=25)
    assert effect_set(pd.concat([arms, other], ignore_index=True)).participants == 30 + 20 + 25


def test_people_lost_to_follow_up_still_count() -> None:
    rows = [
        means(time="post", weeks_after_treatment=0),
        means(time="later", weeks_after_treatment=26, n_arm1=21),
    ]
    assert effect_set(pd.concat(rows, ignore_index=True)).participants == 60


def test_two_studies_with_the_same_control_condition_do_not_share_it() -> None:
    rows = [means(condition_arm2="waitlist"), means(study="B", condition_arm2="waitlist")]
    assert effect_set(pd.concat(rows, ignore_index=True)).participants == 120


def test_people_are_not_known_where_no_row_says() -> None:
    assert effect_set(given(["A", "B"], [0.1, 0.2], n_arm1=None, n_arm2=None)).participants is None
