"""Synthetic tables: their size is exact, their pooled effect is as asked, any size and protocol."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthesis_tables import PROTOCOL, effect_set

from consilience.errors import InputError
from consilience.extraction import read_trials
from consilience.protocol import load_protocol
from consilience.synthesis.fitting import fit_effects
from consilience.synthesis.simulate import simulate_trials


def people(table: pd.DataFrame) -> int:
    return int(table.groupby("study")[["n_arm1", "n_arm2"]].max().to_numpy().sum())


def test_by_default_the_pooled_effect_is_that_of_the_published_design() -> None:
    """Published: g = 0.30, SE = .048, df = 50.9 from 56 trials with 4060 people."""
    fits = [
        fit_effects(effect_set(simulate_trials(PROTOCOL, seed=s)), PROTOCOL.analysis.pooling)
        for s in range(8)
    ]
    g, se, df = (np.array([getattr(f, name)[0] for f in fits]) for name in ("beta", "se", "df"))
    assert np.mean(g) == pytest.approx(0.30, abs=3 * np.std(g) / np.sqrt(g.size))
    assert np.mean(se) == pytest.approx(0.048, abs=0.006)
    assert np.mean(df) == pytest.approx(50.9, abs=2)


def test_the_table_has_the_asked_size_and_says_what_it_is() -> None:
    table = simulate_trials(PROTOCOL, seed=3)
    assert table["study"].nunique() == 56
    assert people(table) == 4060
    assert table["study"].str.startswith("Synthetic").all()
    assert table["notes"].str.contains("synthetic").all()


def test_the_same_seed_gives_the_same_table() -> None:
    pd.testing.assert_frame_equal(simulate_trials(PROTOCOL, seed=5), simulate_trials(PROTOCOL, seed=5))
    assert not simulate_trials(PROTOCOL, seed=5).equals(simulate_trials(PROTOCOL, seed=6))


def test_a_table_reads_without_errors() -> None:
    assert not [p for p in read_trials(simulate_trials(PROTOCOL, seed=8)).problems if p.severity == "error"]


def test_all_ways_of_printing_a_result_occur() -> None:
    table = simulate_trials(PROTOCOL, seed=3)
    assert table["mean_arm1"].notna().any()
    assert table["mean_change_arm1"].notna().any()
    assert table["reported_stat"].dropna().str.match(r"(t|F)\(").all()
    assert table["mean_age"].isna().any()


def test_no_marker_stands_twice_in_a_study_and_wave() -> None:
    table = simulate_trials(PROTOCOL, n_studies=300, participants=20000, seed=3)
    assert not table.duplicated(["study", "marker", "weeks_after_treatment", "mean_arm1"]).any()


def test_another_protocol_gives_its_own_words() -> None:
    massage = load_protocol("massage-therapy")
    table = simulate_trials(massage, n_studies=20, participants=900, seed=1)
    assert set(table["intervention_type"]) <= {t.key for t in massage.interventions}
    assert set(table["marker"]) <= {m.key for m in massage.markers}


def test_a_large_table_is_drawn_whole() -> None:
    table = simulate_trials(PROTOCOL, n_studies=20_000, participants=1_500_000, seed=1)
    assert table["study"].nunique() == 20_000
    assert people(table) == 1_500_000


@settings(deadline=None, max_examples=15, derandomize=True)
@given(n_studies=st.integers(1, 30), spare=st.integers(0, 500), seed=st.integers(0, 10_000))
def test_any_size_is_met_exactly(n_studies: int, spare: int, seed: int) -> None:
    asked = 16 * n_studies + spare
    table = simulate_trials(PROTOCOL, n_studies=n_studies, participants=asked, seed=seed)
    assert people(table) == asked


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"n_studies": 0}, "n_studies is 0"),
        ({"participants": 100}, "at least 896"),
        ({"tau": -1.0}, "tau is -1"),
        ({"pre_post_r": 1.0}, "pre_post_r is 1"),
        ({"t_share": 1.5}, "t_share is 1.5"),
        ({"t_share": 0.6, "F_share": 0.6}, "more than 1"),
        ({"effects_per_study": 0.5}, "effects_per_study"),
        ({"shared_error": 2.0}, "at most 1"),
    ],
)
def test_impossible_settings_are_named(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(InputError, match=says):
        simulate_trials(PROTOCOL, **wrong)
