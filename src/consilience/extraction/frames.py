"""Reading data frames as if they were files."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from consilience.errors import InputError
from consilience.extraction.cells import Cells

NAME = "data frame"


def frame_cells(source: Any) -> Cells:
    """The cells of a pandas or polars data frame; rows are numbered as in a file with one header line."""
    frame = source if isinstance(source, pd.DataFrame) else pd.DataFrame(source.to_dict(as_series=False))
    if frame.empty:
        raise InputError("The data frame has no rows. Give one row per effect.")
    kept = frame.drop(columns=[c for c in ("row", "file") if c in frame.columns])
    body = pd.DataFrame({i: _as_text(kept.iloc[:, i]) for i in range(kept.shape[1])}).reset_index(drop=True)
    lines = _lines(frame)
    filled = pd.Series((body != "").to_numpy().any(axis=1), index=body.index)
    header = tuple(str(c) for c in kept.columns)
    file = str(frame["file"].iat[0]) if "file" in frame.columns else NAME
    return Cells(
        header, body.loc[filled].reset_index(drop=True), lines[filled.to_numpy()], file, _digest(header, body)
    )


def _as_text(column: pd.Series) -> pd.Series:
    """A column as text that reads back to the same values."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map({True: "true", False: "false"}).astype("str").fillna("")
    if pd.api.types.is_float_dtype(column.dtype):
        texts = column.map(lambda v: "" if pd.isna(v) else repr(float(v)))
        return texts.str.removesuffix(".0")
    return (
        column.astype(object).map(lambda v: "" if v is None or v is pd.NA or v != v else str(v)).str.strip()
    )


def _lines(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    if "row" in frame.columns and pd.api.types.is_integer_dtype(frame["row"].dtype):
        return frame["row"].to_numpy(dtype=np.int64)
    return np.arange(len(frame), dtype=np.int64) + 2


def _digest(header: tuple[str, ...], body: pd.DataFrame) -> str:
    digest = hashlib.sha256("\x1f".join(header).encode())
    for name in body:
        digest.update("\x1f".join(body[name]).encode("utf-8", "surrogatepass") + b"\x1e")
    return digest.hexdigest()
