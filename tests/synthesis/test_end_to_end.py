"""The whole way: bundled example and synthetic tables in, files out."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from consilience.extraction.example import load_example
from consilience.synthesis.document import to_json, to_json_dict
from consilience.synthesis.result import SynthesisResult
from consilience.synthesis.run import synthesize
from consilience.synthesis.simulate import simulate_trials


@pytest.fixture(scope="module")
def example() -> SynthesisResult:
    return synthesize(load_example())


@pytest.fixture(scope="module")
def synthetic() -> SynthesisResult:
    return synthesize(simulate_trials(seed=4))


def test_example_pools_the_trials_that_have_numbers(example: SynthesisResult) -> None:
    assert example.overall.status == "estimated"
    assert example.overall.k_effects == len(example.effects)
    assert example.overall.estimate is not None
    assert example.overall.ci_lower < example.overall.estimate < example.overall.ci_upper


def test_every_row_of_the_example_is_an_effect_or_listed_with_its_reason(example: SynthesisResult) -> None:
    rows = sorted([*example.effects["row"], *(u.row for u in example.unused)])
    assert rows == list(range(2, example.provenance.n_rows + 2))
    assert all(u.reason for u in example.unused)


def test_example_says_that_it_is_not_the_reference_review(example: SynthesisResult) -> None:
    assert "starter set" in example.notice
    assert len(example.published) == len(example.protocol.published)


def test_nothing_is_blank(example: SynthesisResult) -> None:
    estimates = [
        example.overall, *example.interventions, *example.outcomes, *example.percent_change,
        *example.persistence, example.time_slope, *example.sensitivity, *(c.estimate for c in example.grid),
        *(c.ours for c in example.comparators), *(p.ours for p in example.published),
    ]  # fmt: skip
    for e in estimates:
        assert (e.estimate is None) == (e.status == "not_estimable")
        assert bool(e.reason) == (e.status == "not_estimable")


def test_grid_is_eight_by_seven(example: SynthesisResult) -> None:
    assert len({c.intervention for c in example.grid}) == 8
    assert len({c.outcome for c in example.grid}) == 7
    assert len(example.grid) == 56


def test_synthetic_tables_say_so_and_count_their_people(synthetic: SynthesisResult) -> None:
    assert synthetic.notice.startswith("SYNTHETIC DATA")
    assert synthetic.overall.participants == 4060
    assert synthetic.overall.k_studies == 56
    assert not synthetic.unused


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = (
        to_json(synthesize(simulate_trials(n_studies=12, participants=600, seed=7))) for _ in "ab"
    )
    assert first == second


def test_json_holds_no_nan_and_all_estimates(synthetic: SynthesisResult) -> None:
    plain = to_json_dict(synthetic)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["overall"]["estimate"] == synthetic.overall.estimate
    assert plain["program"] == "consilience"
    assert len(plain["grid"]) == 56


def test_percent_change_keeps_the_sign_as_measured(synthetic: SynthesisResult) -> None:
    by_key = {e.key: e for e in synthetic.percent_change}
    assert by_key["percent_change:beneficial"].estimate > 0
    assert by_key["percent_change:harmful"].estimate < 0


def test_rows_shuffled_give_the_same_estimates(synthetic: SynthesisResult) -> None:
    shuffled = simulate_trials(seed=4).sample(frac=1, random_state=1).reset_index(drop=True)
    again = synthesize(shuffled)
    assert again.overall.estimate == pytest.approx(synthetic.overall.estimate, rel=1e-10)
    assert again.overall.df == pytest.approx(synthetic.overall.df, rel=1e-9)


def test_a_file_gives_what_its_frame_gives(tmp_path: Path, synthetic: SynthesisResult) -> None:
    path = tmp_path / "trials.csv"
    simulate_trials(seed=4).to_csv(path, index=False)
    assert synthesize(path).overall.estimate == pytest.approx(synthetic.overall.estimate, rel=1e-12)
    assert isinstance(synthetic.effects, pd.DataFrame)
