"""The entry to all effect-size measures."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.effects.derive.choose import PPCOptions, derive_ppc
from consilience.meta.effects.ppc import Formula, Variance
from consilience.meta.effects.small_sample import Apply, Factor, SmallSampleRule
from consilience.meta.errors import InputError


def escalc(
    measure: str, data: Any = None, *, r: Any = 0.5,
    formula: Formula = "d_ppc2", variance: Variance = "morris2008",
    small_sample: Factor = "exact", small_sample_apply: Apply = "always", df_limit: float | None = None,
    allow_posttest_only: bool = True, allow_p_bounds: bool = False, r_from_change_sd: bool = True,
    append: bool = True, **columns: Any,
) -> Any:  # fmt: skip
    """Effect sizes ``yi`` and sampling variances ``vi`` of a table of studies."""
    frame, is_polars = _as_pandas(data, columns)
    rule = SmallSampleRule(small_sample, small_sample_apply, df_limit)
    options = PPCOptions(formula, variance, rule, allow_posttest_only, allow_p_bounds, r_from_change_sd)
    if measure != "PPC":
        raise InputError(f"measure is {measure!r}, which is not known.")
    result = derive_ppc(frame, r, options)
    if append:
        kept = frame.drop(columns=[c for c in result.columns if c in frame.columns])
        result = pd.concat([kept, result], axis=1)
    return importlib.import_module("polars").from_pandas(result) if is_polars else result


def _as_pandas(data: Any, columns: dict[str, Any]) -> tuple[pd.DataFrame, bool]:
    """The input as a pandas frame, with arrays given by keyword as its columns."""
    if data is None:
        if not columns:
            raise InputError("data is missing: give a data frame, or arrays by keyword.")
        return pd.DataFrame({k: np.atleast_1d(np.asarray(v)) for k, v in columns.items()}), False
    is_polars = type(data).__module__.startswith("polars")
    frame = data.to_pandas() if is_polars else data
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"data is a {type(data).__name__}; it must be a pandas or polars data frame.")
    for name, value in columns.items():
        frame = frame.assign(**{name: frame[value] if isinstance(value, str) and value in frame else value})
    return frame, is_polars
