"""Aggregation of dependent effects: metafor's numbers, a brute-force twin, and errors that help."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from consilience.meta.effects.aggregate import aggregate_effects
from consilience.meta.errors import InputError

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "escalc_aggregate.json").read_text())
ASSINK = pd.DataFrame({k: REFERENCE[k] for k in ("study", "yi", "vi")})


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda c: f"rho {c['rho']:.1f} {c['weighted']}")
def test_agrees_with_metafor(case: dict) -> None:
    ours = aggregate_effects(ASSINK, "study", rho=case["rho"], weighted=case["weighted"]).set_index("study")
    theirs = pd.DataFrame({k: case[k] for k in ("study", "yi", "vi")}).set_index("study")
    np.testing.assert_allclose(ours.loc[theirs.index, ["yi", "vi"]], theirs, rtol=1e-9)


@pytest.mark.parametrize("weighted", [True, False])
def test_blocks_give_what_one_correlation_gives(weighted: bool) -> None:
    blocks = {}
    for study, rows in ASSINK.groupby("study"):
        s = np.sqrt(rows["vi"].to_numpy())
        blocks[study] = np.outer(s, s) * (0.6 + 0.4 * np.eye(len(s)))
    one = aggregate_effects(ASSINK, "study", rho=0.6, weighted=weighted)
    full = aggregate_effects(ASSINK, "study", V=blocks, weighted=weighted)
    np.testing.assert_allclose(full[["yi", "vi"]], one[["yi", "vi"]], rtol=1e-10)


def test_constant_columns_stay_and_missing_rows_go() -> None:
    data = pd.DataFrame(
        {
            "study": ["a", "a", "b"],
            "yi": [1.0, np.nan, 2.0],
            "vi": [0.1] * 3,
            "year": [1, 1, 2],
            "x": [1, 2, 3],
        }
    )
    out = aggregate_effects(data, "study", rho=0.5)
    assert out["k"].tolist() == [1, 1]
    assert out["year"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"cluster": "nothing", "rho": 0.5}, "no column 'nothing'"),
        ({"cluster": "study"}, "either rho"),
        ({"cluster": "study", "rho": 1.0}, "rho is 1.0"),
        ({"cluster": "study", "rho": -0.9}, "not positive definite"),
        ({"cluster": "study", "V": {}}, "no matrix for cluster"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        aggregate_effects(ASSINK, **arguments)
