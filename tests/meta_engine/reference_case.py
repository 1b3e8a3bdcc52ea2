"""R's numbers (tests/reference/engine.R) as data frames and fits."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from consilience import meta

PATH = Path(__file__).parents[1] / "reference" / "engine.json"


@cache
def cases() -> dict[str, Any]:
    return json.loads(PATH.read_text())["cases"]


def data(name: str) -> pd.DataFrame:
    return pd.DataFrame(cases()[name]["data"])


def formula(name: str, form: str = "full") -> str:
    columns = [c for c in cases()[name]["data"] if c.startswith("x")]
    return "yi ~ " + " + ".join(["1", *columns] if form == "full" else ["1"])


def robu_fit(name: str, model: str, form: str, small: bool = True) -> meta.MetaFit:
    return meta.robu(formula(name, form), data(name), cluster="cluster", model=model, small=small)


def che_fixed(name: str, vcov: str = "CR2", estimator: str = "REML") -> meta.MetaFit:
    tau2, omega2 = cases()[name]["che_fixed"]["sigma2"]
    return meta.meta_regression(
        formula(name), data(name), cluster="cluster", working_model="CHE", rho=0.6, vcov=vcov,
        estimator=estimator, fixed={"tau2": tau2, "omega2": omega2},
    )  # fmt: skip


def numbers(values: Any) -> np.ndarray:
    flat = np.atleast_1d(np.array(values, dtype=object)).ravel()
    return np.array([np.nan if v is None else float(v) for v in flat])


def close(ours: Any, theirs: Any, rtol: float = 1e-8, atol: float = 0.0) -> None:
    np.testing.assert_allclose(np.ravel(np.asarray(ours, dtype=float)), numbers(theirs), rtol=rtol, atol=atol)
