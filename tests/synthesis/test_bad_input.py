"""Bad input ends in a clear result or a clear error, never in a crash or a blank."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from synthesis_tables import PROTOCOL, given, means

from consilience.errors import InputError
from consilience.synthesis.document import to_json
from consilience.synthesis.result import SynthesisResult
from consilience.synthesis.run import synthesize


def run(table: pd.DataFrame) -> SynthesisResult:
    result = synthesize(table, PROTOCOL)
    to_json(result)
    assert len(result.effects) + len(result.unused) == result.provenance.n_rows == len(table)
    return result


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "empty"), ("study,marker\n", "row"), ("a,b\n1,2\n", "study"), ("\x00\x01\x02", "trials")],
)
def test_a_file_without_a_table_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "trials.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        synthesize(path, PROTOCOL)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        synthesize(tmp_path / "nowhere.csv", PROTOCOL)


def test_one_study_gives_effects_but_no_pooled_number() -> None:
    result = run(given(["A"] * 4, [0.1, 0.2, 0.3, 0.4]))
    assert "only one study" in result.overall.reason
    assert len(result.study_averages) == 1
    assert result.study_averages[0].yi == pytest.approx(0.25)


def test_no_usable_row_gives_a_result_that_says_so() -> None:
    result = run(pd.DataFrame({"study": ["A", "B"], "marker": ["IL-6", "CRP"], "intervention_type": "cbt"}))
    assert result.overall.status == "not_estimable"
    assert len(result.unused) == 2
    assert result.study_averages == ()


def test_zero_variance_between_studies_says_so() -> None:
    assert "same" in run(given(list("ABC"), [0.2] * 3)).overall.reason


@pytest.mark.parametrize(
    "wrong",
    [
        {"baseline_sd_arm1": -4.0}, {"baseline_sd_arm1": 0.0}, {"n_arm1": 1}, {"pre_post_r": 1.0},
        {"pre_post_r": -3.0}, {"marker": "blood colour"}, {"n_arm1": "many"},
    ],
)  # fmt: skip
def test_a_wrong_cell_keeps_its_row_out_with_a_reason(wrong: dict[str, object]) -> None:
    table = pd.concat([means(**wrong), means(study="B"), means(study="C", mean_arm1=7.0)], ignore_index=True)
    result = run(table)
    assert [u.study for u in result.unused] == ["A"]
    assert result.unused[0].reason
    assert result.overall.k_studies == 2


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(InputError, match="no setting called 'rhoo'"):
        synthesize(means(), PROTOCOL, rhoo=0.5)


def test_an_impossible_setting_is_named() -> None:
    with pytest.raises(InputError, match="setting pre_post_r"):
        synthesize(means(), PROTOCOL, pre_post_r=2.0)


def test_an_unknown_protocol_is_named() -> None:
    with pytest.raises(InputError, match="psychosocial"):
        synthesize(means(), "psychosocial-imune")


def test_hostile_names_stay_text() -> None:
    table = given(["<script>", "=1+1", "A\x0bB"], [0.1, 0.2, 0.3])
    assert run(table).overall.k_studies == 3


CELL = st.one_of(
    st.none(), st.floats(allow_nan=True, allow_infinity=True), st.text(max_size=6), st.integers()
)


@settings(deadline=None, max_examples=8, derandomize=True)
@for_all(
    st.lists(
        st.fixed_dictionaries({name: CELL for name in means().columns if name != "study"}),
        min_size=1,
        max_size=4,
    )
)
def test_any_cells_end_in_effects_and_reasons(rows: list[dict[str, object]]) -> None:
    table = pd.DataFrame(rows, dtype=object).assign(study=[f"S{i}" for i in range(len(rows))])
    run(table)


def test_many_rows_keep_their_order_of_magnitude() -> None:
    """4,000 rows of 1,000 studies go through the whole plan."""
    rng = np.random.default_rng(1)
    k = 4_000
    table = given([f"S{i % 1000}" for i in range(k)], list(rng.normal(0.3, 0.4, k)), 0.3)
    table["marker"] = rng.choice(np.array(["IL-6", "CRP", "CD4+ count"], dtype=object), k)
    table["weeks_after_treatment"] = np.arange(k) / 100
    result = run(table)
    assert result.overall.k_studies == 1000
    assert result.overall.estimate == pytest.approx(0.3, abs=0.02)
