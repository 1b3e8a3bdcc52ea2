"""Columns in: from pandas, polars, mappings or plain arrays to checked numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.meta.errors import InputError

Array = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]


def as_frame(data: Any) -> pd.DataFrame:
    """``data`` as a pandas data frame (polars frames and mappings of columns are converted)."""
    if data is None:
        return pd.DataFrame()
    if isinstance(data, pd.DataFrame):
        return data
    if hasattr(data, "to_pandas"):
        frame: pd.DataFrame = data.to_pandas()
        return frame
    if isinstance(data, Mapping):
        return pd.DataFrame(dict(data))
    raise InputError(
        f"data is a {type(data).__name__}; give a pandas or polars DataFrame or a dict of columns."
    )


def nearest(name: str, known: Sequence[str]) -> str:
    """A hint such as ``Did you mean 'format'?`` or the list of what there is."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"The columns are: {', '.join(map(str, known)) or 'none'}."


def column(value: Any, frame: pd.DataFrame, argument: str) -> pd.Series[Any]:
    """The values of one argument: a column's name, or values given directly."""
    if isinstance(value, str):
        if value not in frame.columns:
            raise InputError(
                f"{argument}='{value}': data has no such column. {nearest(value, list(frame.columns))}"
            )
        series: pd.Series[Any] = frame[value]
        return series
    values = pd.Series(value.to_numpy() if hasattr(value, "to_numpy") else np.asarray(value))
    if len(frame) and len(values) != len(frame):
        raise InputError(f"{argument} has {len(values)} values but data has {len(frame)} rows.")
    if len(frame):
        values.index = frame.index
    return values


def numeric(values: pd.Series[Any], argument: str) -> Array:
    """A column as floats; text that is no number is named with its row."""
    if values.dtype == np.float64:
        return np.asarray(values.to_numpy(), dtype=float)
    out = pd.to_numeric(values, errors="coerce")
    bad = out.isna() & values.notna()
    if bad.any():
        row = values.index[int(np.flatnonzero(bad.to_numpy())[0])]
        raise InputError(
            f"{argument} in row {row} is {values[row]!r}, which is not a number; correct it or clear it."
        )
    return np.asarray(out.to_numpy(dtype=float, na_value=np.nan), dtype=float)
