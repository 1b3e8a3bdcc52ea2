"""A row's numbers as arrays, with how far each may be off because it was printed rounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MOST_DECIMALS = 8


@dataclass(frozen=True)
class Printed:
    """Values and their half-widths: a number printed as 1.5 may be anything from 1.45 to 1.55."""

    value: Floats
    half: Floats


MEANS_AND_SDS = tuple(
    f"{stem}_{arm}"
    for stem in ("mean", "sd", "baseline_m", "baseline_sd", "mean_change", "sd_change")
    for arm in ("arm1", "arm2")
)


def number(frame: pd.DataFrame, name: str) -> Floats:
    """A column as floats; absent columns and intervals are NaN."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def text(frame: pd.DataFrame, name: str) -> npt.NDArray[np.object_]:
    """A column as text; absent columns and cells are empty."""
    if name not in frame:
        return np.full(len(frame), "", dtype=object)
    column = frame[name].astype(object)
    return column.where(column.notna(), "").to_numpy()


def half_width(values: Floats) -> Floats:
    """Half a unit of the last printed decimal, from the shortest way to write each number.

    >>> half_width(np.array([26.96, 0.5, 120.0])).tolist()
    [0.005, 0.05, 0.5]
    """
    decimals = np.full(values.shape, MOST_DECIMALS)
    size = np.abs(np.nan_to_num(values))
    for places in range(MOST_DECIMALS, -1, -1):
        scaled = size * 10.0**places
        decimals = np.where(
            np.abs(scaled - np.round(scaled)) < 1e-7 * np.maximum(1, scaled), places, decimals
        )
    return np.asarray(0.5 * 10.0**-decimals, dtype=np.float64)


def row_half_width(frame: pd.DataFrame) -> Floats:
    """The half-width of a row's means and SDs: that of the most precise one.

    A report prints a row with the same number of decimals, but a cell cannot tell 8 from 8.0.
    """
    halves = [np.where(np.isnan(v), 0.5, half_width(v)) for v in (number(frame, n) for n in MEANS_AND_SDS)]
    return np.asarray(np.min(halves, axis=0), dtype=np.float64)


def printed(frame: pd.DataFrame, name: str) -> Printed:
    """A column's numbers with their half-widths."""
    values = number(frame, name)
    return Printed(values, half_width(values))


def spread(frame: pd.DataFrame, name: str, kind_name: str, n: Floats, half: Floats) -> Printed:
    """A spread column as SDs: as they are, or from SEs; other kinds are NaN."""
    values = number(frame, name)
    kind, general = text(frame, kind_name), text(frame, "sd_from")
    kind = np.where(kind == "", general, kind)
    factor = np.where(kind == "SE", np.sqrt(n), np.where(np.isin(kind, ["", "SD"]), 1.0, np.nan))
    return Printed(values * factor, half * factor)


@dataclass(frozen=True)
class ArmNumbers:
    """What one arm's cells say."""

    n: Floats
    post: Printed
    post_sd: Printed
    pre: Printed
    pre_sd: Printed
    change: Printed
    change_sd: Printed


def arm_numbers(frame: pd.DataFrame, arm: str) -> ArmNumbers:
    """Read one arm (``arm1`` or ``arm2``); changes are turned to post minus pre."""
    n = number(frame, f"n_{arm}")
    for other in (f"n_change_{arm}", f"baseline_n_{arm}"):
        n = np.where(np.isnan(n), number(frame, other), n)
    half = row_half_width(frame)
    sign = np.where(text(frame, "change_sign") == "pre_minus_post", -1.0, 1.0)
    return ArmNumbers(
        n,
        Printed(number(frame, f"mean_{arm}"), half),
        spread(frame, f"sd_{arm}", "sd_from", n, half),
        Printed(number(frame, f"baseline_m_{arm}"), half),
        spread(frame, f"baseline_sd_{arm}", "sd_from_baseline", n, half),
        Printed(sign * number(frame, f"mean_change_{arm}"), half),
        spread(frame, f"sd_change_{arm}", "sd_from_change", n, half),
    )
