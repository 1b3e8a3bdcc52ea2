"""Every measure against metafor at full precision: published data, grids with zeros, NA and boundaries."""

import json
from pathlib import Path

import numpy as np
import pytest

from consilience.meta.effects.escalc import escalc

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "escalc.json").read_text())


def name(case: dict) -> str:
    options = ",".join(f"{k}={v}" for k, v in case["options"].items())
    return f"{case['measure']}-{case['tag']}-{options}"


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=name)
def test_agrees_with_metafor(case: dict) -> None:
    inputs = {
        k: np.array([np.nan if v is None else v for v in values]) for k, values in case["inputs"].items()
    }
    ours = escalc(case["measure"], **inputs, **case["options"])
    for column in ("yi", "vi"):
        theirs = np.array([np.nan if v is None else v for v in case[column]], dtype=float)
        np.testing.assert_allclose(ours[column].to_numpy(), theirs, rtol=1e-8, atol=1e-14, err_msg=column)
