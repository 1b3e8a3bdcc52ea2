"""The arguments of a measure as checked arrays: columns of a table, or arrays by keyword."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.effects.arrays import BoolArray, FloatArray
from consilience.meta.effects.derive.cells import TrialTable
from consilience.meta.errors import InputError
from consilience.meta.glossary import Measure

ARGUMENTS = (
    "ai", "bi", "ci", "di", "n1i", "n2i", "x1i", "x2i", "t1i", "t2i", "m1i", "m2i", "sd1i", "sd2i",
    "xi", "mi", "ri", "ti", "sdi", "r2i", "ni", "yi", "vi", "sei",
)  # fmt: skip
_COUNTS = frozenset({"n1i", "n2i", "ni", "x1i", "x2i", "xi", "bi", "ci", "di"})
_TIMES = frozenset({"t1i", "t2i"})
_SDS = frozenset({"sd1i", "sd2i", "sdi", "sei"})


def measure_inputs(measure: Measure, frame: pd.DataFrame) -> dict[str, FloatArray]:
    """The measure's columns, completed where others imply them (bi = n1i - ai, vi = sei²)."""
    table = TrialTable(frame)
    found = {name: table.number(name) for name in ARGUMENTS if name in frame.columns}
    _complete(found, measure)
    missing = [name for name in measure.needs if name not in found]
    if missing:
        raise InputError(
            f"Measure {measure.key} needs {', '.join(measure.needs)}; {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing. Give them as columns of data or as arrays."
        )
    inputs = {name: found[name] for name in measure.needs}
    for name, values in inputs.items():
        _check(measure, table, name, values)
    if measure.key in ("PR", "PLN", "PLO", "PAS", "PFT"):
        _refuse(table, "xi", inputs["xi"], inputs["xi"] > inputs["ni"], "it exceeds the group size in ni")
    return inputs


def _complete(found: dict[str, FloatArray], measure: Measure) -> None:
    """Derive non-events from group sizes, group sizes from mi + xi, and variances from standard errors."""
    for cell, event, total in (("bi", "ai", "n1i"), ("di", "ci", "n2i")):
        if cell in measure.needs and cell not in found and event in found and total in found:
            found[cell] = found[total] - found[event]
    if (
        "xi" in measure.needs
        and "ni" in measure.needs
        and "ni" not in found
        and "mi" in found
        and "xi" in found
    ):
        found["ni"] = found["xi"] + found["mi"]
    if "vi" in measure.needs and "vi" not in found and "sei" in found:
        found["vi"] = found["sei"] ** 2


def _check(measure: Measure, table: TrialTable, name: str, values: FloatArray) -> None:
    """Refuse values that cannot be what the argument says."""
    is_alpha = measure.key in ("ARAW", "AHW", "ABT")
    if name == "ai" and is_alpha:
        _refuse(table, name, values, values > 1, "a reliability is at most 1")
    elif name in _COUNTS or name == "ai" or (name == "mi" and is_alpha):
        _refuse(table, name, values, values < 0, "a count cannot be negative")
    elif name in _TIMES or (name == "ti" and measure.needs == ("xi", "ti")):
        _refuse(table, name, values, values <= 0, "person-time must be positive")
    elif name in _SDS:
        _refuse(table, name, values, values < 0, "a standard deviation cannot be negative")
    elif name == "ri":
        _refuse(table, name, values, np.abs(values) > 1, "a correlation lies between -1 and 1")
    elif name == "r2i":
        _refuse(table, name, values, (values < 0) | (values > 1), "an R² lies between 0 and 1")
    elif name == "vi":
        _refuse(table, name, values, values < 0, "a sampling variance cannot be negative")


def _refuse(table: TrialTable, name: str, values: FloatArray, wrong: BoolArray, why: str) -> None:
    """Raise for the first wrong value, naming argument, row and value."""
    if wrong.any():
        i = int(np.argmax(wrong))
        raise InputError(
            f"{name}, row {table.row_name(i)}, is {values[i]:g}: {why}. Correct or remove the row."
        )


def merge_arguments(frame: pd.DataFrame | None, columns: dict[str, Any]) -> pd.DataFrame:
    """One frame of the data and the keyword arguments (column names or arrays)."""
    if frame is None:
        if not columns:
            raise InputError("data is missing: give a data frame, or arrays by keyword.")
        try:
            return pd.DataFrame({k: np.atleast_1d(np.asarray(v)) for k, v in columns.items()})
        except ValueError:
            sizes = ", ".join(f"{k}: {np.size(v)}" for k, v in columns.items())
            raise InputError(f"The arrays differ in length ({sizes}); they must be of one length.") from None
    added = {}
    for name, value in columns.items():
        if isinstance(value, str):
            if value not in frame.columns:
                raise InputError(f"{name}={value!r}: data has no column of that name.")
            value = frame[value].to_numpy()
        if np.ndim(value) > 0 and np.size(value) != len(frame):
            raise InputError(
                f"{name} has {np.size(value)} values, data has {len(frame)} rows; they must agree."
            )
        added[name] = np.asarray(value)
    return frame.assign(**added)
