"""Outcomes, variances and labels as checked arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array


@dataclass(frozen=True)
class Studies:
    """One effect per study: ``yi``, ``vi``, optional weights and labels, all of length k, and their data."""

    yi: Array
    vi: Array
    weights: Array | None
    labels: tuple[str, ...]
    data: pd.DataFrame | None
    rows: np.ndarray
    given: int

    def keep(self, positions: np.ndarray) -> Studies:
        """The studies at these positions."""
        weights = None if self.weights is None else self.weights[positions]
        data = None if self.data is None else self.data.iloc[positions]
        labels = tuple(self.labels[i] for i in positions)
        return Studies(
            self.yi[positions], self.vi[positions], weights, labels, data, self.rows[positions], self.given
        )


def as_frame(data: Any) -> pd.DataFrame | None:
    """A pandas data frame from pandas, polars or a mapping of columns; None for anything else."""
    if isinstance(data, pd.DataFrame):
        return data
    if hasattr(data, "to_pandas") and hasattr(data, "columns"):
        return pd.DataFrame({name: data[name].to_numpy() for name in data.columns})
    return pd.DataFrame(data) if isinstance(data, dict) else None


def numbers(name: str, value: Any, data: pd.DataFrame | None) -> Array:
    """A float vector from a column name or a sequence; errors name the argument and the first bad cell."""
    if isinstance(value, str):
        value = _column(name, value, data)
    if isinstance(value, pd.Series):
        value = value.to_numpy()
    array = np.asarray(value)
    if array.dtype.kind in "iuf":
        return np.asarray(array, dtype=float).ravel()
    return _converted(name, array.ravel())


def _column(name: str, column: str, data: pd.DataFrame | None) -> pd.Series:
    try:
        return (pd.DataFrame() if data is None else data)[column]
    except KeyError:
        columns = "no data frame was given" if data is None else f"columns: {', '.join(map(str, data))}"
        raise InputError(f"{name}={column!r} is not a column of the data ({columns}).") from None


def _converted(name: str, array: np.ndarray) -> Array:
    """Numbers from objects, cell by cell, so that the error can point at one."""
    out = np.empty(array.size)
    for i, cell in enumerate(array):
        try:
            out[i] = np.nan if cell is None or cell is pd.NA else float(cell)
        except (TypeError, ValueError):
            raise InputError(
                f"{name}[{i}] is {str(cell)!r}, which is not a number. Correct or blank the cell."
            ) from None
    return out


def read_studies(yi: Any, vi: Any, sei: Any, weights: Any, slab: Any, data: pd.DataFrame | None) -> Studies:
    """Check outcomes and variances; studies with a blank in any of them are left out and counted."""
    y = numbers("yi", yi, data)
    v = numbers("sei", sei, data) ** 2 if sei is not None else numbers("vi", vi, data)
    v = np.full(y.size, v[0]) if v.size == 1 and y.size > 1 else v
    w = None if weights is None else numbers("weights", weights, data)
    for name, other in (("vi", v), ("weights", w), ("data", data)):
        if other is not None and len(other) != y.size:
            raise InputError(f"{name} has {len(other)} values but yi has {y.size}. Give one per study.")
    studies = Studies(y, v, w, _labels(slab, data, y.size), data, np.arange(y.size), y.size)
    # a finite sum of squares has no blank and no infinity among its parts: most data end here
    if w is None and np.isfinite(y @ y + v @ v) and v.min() > 0:
        return studies
    _check_values(y, v, w)
    blank = np.isnan(y) | np.isnan(v) | (np.isnan(w) if w is not None else False)
    kept = np.flatnonzero(~blank)
    if kept.size == 0:
        raise InputError("yi and vi hold no study with both an effect and a variance. Check the columns.")
    return studies if kept.size == y.size else studies.keep(kept)


def _check_values(y: Array, v: Array, w: Array | None) -> None:
    for name, bad, remedy in (
        ("yi", np.isinf(y), "Effects must be finite; check for a division by zero."),
        ("vi", np.isinf(v), "Variances must be finite."),
        ("vi", v <= 0, "Variances must be above zero; leave the study out or correct its variance."),
        ("weights", np.zeros(0) if w is None else ~(w > 0) & ~np.isnan(w), "Weights must be above zero."),
    ):
        where = np.flatnonzero(bad)
        if where.size:
            values = y if name == "yi" else v if name == "vi" else w
            assert values is not None
            raise InputError(f"{name}[{where[0]}] is {values[where[0]]:g}. {remedy}")


def _labels(slab: Any, data: pd.DataFrame | None, k: int) -> tuple[str, ...]:
    if isinstance(slab, str):
        if data is None or slab not in data:
            raise InputError(f"slab={slab!r} is not a column of the data.")
        slab = data[slab]
    if slab is None and data is not None and "study" in data:
        slab = data["study"]
    labels = tuple(map(str, range(1, k + 1))) if slab is None else tuple(map(str, slab))
    if len(labels) != k:
        raise InputError(f"slab has {len(labels)} labels but yi has {k} values. Give one per study.")
    return labels
