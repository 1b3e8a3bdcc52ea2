"""Individual data summarised to rows of a trial table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from consilience.errors import InputError
from consilience.extraction import from_individual, load_example, read_trials

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "nirakara_mbsr_cbp" / "dataset_MBSRCBP.csv"
COLUMNS = {"id": "id", "arm": "arm", "time": "when", "outcomes": {"il6": "IL-6"}}
NAMES: dict[str, Any] = {"study": "Pilot", "arm1": "T", "arm2": "C", "pre": 0, "post": [1, 2], **COLUMNS}


def people(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [(i, "T" if i < 12 else "C", t) for i in range(30) for t in (0, 1, 2)], columns=["id", "arm", "when"]
    )
    frame["il6"] = rng.normal(3, 1, len(frame))
    frame.loc[[4, 40], "il6"] = np.nan
    return frame.sample(frac=1, random_state=seed).reset_index(drop=True)


def test_rows_are_those_of_a_loop_over_people() -> None:
    frame = people()
    rows = from_individual(frame, intervention_type="cbt", **NAMES)
    assert rows["time"].tolist() == ["1", "2"]
    value = frame.set_index(["id", "when"])["il6"]
    for _, row in rows.iterrows():
        for arm, ids in (("arm1", range(12)), ("arm2", range(12, 30))):
            pairs = np.array([(value[i, 0], value[i, int(row["time"])]) for i in ids])
            pairs = pairs[~np.isnan(pairs).any(axis=1)]
            expected = [len(ids), len(pairs), *pairs.mean(axis=0), *pairs.std(axis=0, ddof=1),
                        np.std(pairs[:, 1] - pairs[:, 0], ddof=1), np.corrcoef(pairs.T)[0, 1]]  # fmt: skip
            names = ("rand", "n", "baseline_m", "mean", "baseline_sd", "sd", "sd_change", "pre_post_r")
            assert row[[f"{n}_{arm}" for n in names]].tolist() == pytest.approx(expected, rel=1e-12)
    assert not read_trials(pd.concat([rows, rows.assign(study="Other")])).errors


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcomes": ["crp"]}, "no column 'crp'"),
        ({"arm1": "X"}, "no 'X'. Its values are: 'C', 'T'"),
        ({"post": 9}, "no 9"),
    ],
)
def test_wrong_names_are_told(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        from_individual(people(), **NAMES | change)


def test_people_twice_or_in_two_arms_or_too_few() -> None:
    frame = people()
    with pytest.raises(InputError, match="more than one row"):
        from_individual(pd.concat([frame, frame.head(1)]), **NAMES)
    with pytest.raises(InputError, match="more than one arm"):
        from_individual(frame.assign(arm=np.where(frame.index == 0, "T", "C")), **NAMES)
    few = frame.assign(il6=frame["il6"].where(frame["id"] < 13))
    with pytest.raises(InputError, match="at least 2 are needed"):
        from_individual(few, **NAMES)


@pytest.mark.skipif(not DATA.exists(), reason="the individual data of the mindfulness trial are not here")
def test_a_published_trials_individual_data_give_the_examples_rows() -> None:
    columns = {"id": "ID", "arm": "Group", "time": "Time"}
    values = {"arm1": "Experimental", "arm2": "Control", "pre": "Pre", "post": "Post"}
    outcomes = ["IL_1", "IL_6", "IL_17", "TNF"]
    rows = from_individual(pd.read_csv(DATA), study="Diez", outcomes=outcomes, **columns, **values)
    example = load_example().frame
    example = example[example["study"].str.startswith("Diez")]
    for stem in ("n", "baseline_m", "baseline_sd", "mean", "sd", "mean_change", "sd_change"):
        for arm in ("arm1", "arm2"):
            name = f"{stem}_{arm}"
            np.testing.assert_allclose(rows[name], example[name], atol=5.1e-5)
