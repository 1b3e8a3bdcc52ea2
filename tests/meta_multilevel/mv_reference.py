"""metafor's numbers (tests/reference/mv.R) as data and fits."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta import rma_mv, vcalc
from consilience.meta.multilevel.results import MultilevelFit

PATH = Path(__file__).parents[1] / "reference" / "mv.json"


@cache
def reference() -> dict[str, Any]:
    return json.loads(PATH.read_text())


def cases() -> dict[str, Any]:
    return reference()["cases"]


def data_of(name: str) -> pd.DataFrame:
    return pd.DataFrame(cases()[name]["data"])


def covariance(name: str) -> Any:
    call = cases()[name].get("V")
    if call is None:
        return "vi"
    options = dict(call)
    cluster = options.pop("cluster")
    return vcalc(1 if "rvars" in options else "vi", cluster, data=data_of(name), **options)


@cache
def fit_of(name: str) -> MultilevelFit:
    return fit_with(name)


def fit_with(name: str, **changes: Any) -> MultilevelFit:
    case = cases()[name]
    options = {"random": case["random"], "struct": case.get("struct", "CS"), "method": case["method"]}
    options |= case.get("fixed", {}) | {"test": case.get("test")} | changes
    data = options.pop("data", data_of(name))
    V = options.pop("V", None)
    return rma_mv(case["formula"], data, V=covariance(name) if V is None else V, **options)


def estimated(name: str) -> bool:
    """Whether metafor searched for anything."""
    return not name.endswith("_fixed")


def numbers(values: Any) -> np.ndarray:
    flat = np.atleast_1d(np.array(values, dtype=object)).ravel()
    return np.array([np.nan if v is None else float(v) for v in flat])


def close(ours: Any, theirs: Any, rtol: float = 1e-8, atol: float = 0.0) -> None:
    np.testing.assert_allclose(np.ravel(np.asarray(ours, dtype=float)), numbers(theirs), rtol=rtol, atol=atol)
