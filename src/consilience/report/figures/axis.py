"""The axis of a forest-like plot: how far it reaches, its hairlines, and which side favours what."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from consilience.report.figures.style import (
    MUTED,
    RULE,
    printable,
)


def tidy_limits(
    values: Sequence[float | None], *, cap: float, around: float = 0.0, at_least: float = 0.2
) -> tuple[float, float]:
    """Return axis limits that hold the values, but no more than ``cap`` to each side of ``around``."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    low = min([around - at_least, *known])
    high = max([around + at_least, *known])
    pad = 0.04 * (high - low)
    return max(around - cap, low - pad), min(around + cap, high + pad)


def robust_cap(lower: Sequence[float], upper: Sequence[float], *, floor: float) -> float:
    """Return how far from 0 the axis may reach: nine tenths of the interval ends are held."""
    ends = np.abs(np.concatenate([np.asarray(lower, float), np.asarray(upper, float)]))
    return float(max(floor, np.quantile(ends, 0.9))) if ends.size else floor


def rule(ax: Axes, y: float, left: float, right: float) -> None:
    """Draw a hairline across the whole table, text columns included (axes fractions)."""
    ax.plot(
        [left, right],
        [y, y],
        transform=ax.get_yaxis_transform(),
        color=RULE,
        linewidth=0.8,
        clip_on=False,
        zorder=0,
    )


def favours(ax: Axes, inches_below: float, left: str, right: str) -> None:
    """Say under the axis, on both sides of zero, which side is which."""
    inches = ax.get_window_extent().height / ax.figure.dpi
    y = -inches_below / inches
    low, high = ax.get_xlim()
    gap = 0.02 * (high - low)
    for x, align, text in ((-gap, "right", left and f"← {left}"), (gap, "left", right and f"{right} →")):
        ax.text(x, y, printable(text), transform=ax.get_xaxis_transform(), ha=align, va="top", fontsize=7.5,
                color=MUTED, clip_on=False, gid="favours")  # fmt: skip
