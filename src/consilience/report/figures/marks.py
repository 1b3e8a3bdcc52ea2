"""The marks of a forest-like plot: squares, diamonds, bars, and arrows where an interval leaves the axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from consilience.report.figures.style import (
    BLUE,
    INK,
    PAPER,
)

Mark = Literal["heading", "square", "circle", "triangle", "diamond", "bar", "none"]


MARKERS = {"square": "s", "circle": "o", "triangle": "^"}


@dataclass(frozen=True)
class Row:
    """One line of the plot; ``cells`` are its texts, one for each column."""

    cells: tuple[str, ...]
    mark: Mark = "square"
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    area: float = 1.0
    """Relative area of a square, 1 for the largest."""
    colour: str = BLUE
    bold: bool = False


def draw_mark(ax: Axes, y: float, row: Row, limits: tuple[float, float]) -> None:
    """Draw a row's interval and estimate at height ``y``; a heading has none."""
    if row.mark in ("heading", "none") or row.estimate is None:
        return
    if row.lower is None or row.upper is None:
        _marker(ax, y, row, limits)
        return
    if row.mark == "diamond":
        _diamond(ax, y, row, limits)
    elif row.mark == "bar":
        _bar(ax, y, row, limits)
    else:
        _interval(ax, y, row, limits)
        _marker(ax, y, row, limits)


def _interval(ax: Axes, y: float, row: Row, limits: tuple[float, float]) -> None:
    lower, upper = float(row.lower or 0.0), float(row.upper or 0.0)
    shown = np.clip([lower, upper], *limits)
    ax.plot(shown, [y, y], color=INK, linewidth=1.0, solid_capstyle="butt", zorder=2, gid="interval")
    if lower < limits[0]:
        ax.plot(limits[0], y, marker="<", color=INK, markersize=4, clip_on=False, zorder=3, gid="arrow-left")
    if upper > limits[1]:
        ax.plot(limits[1], y, marker=">", color=INK, markersize=4, clip_on=False, zorder=3, gid="arrow-right")


def _marker(ax: Axes, y: float, row: Row, limits: tuple[float, float]) -> None:
    """Draw the point estimate; one beyond the axis has only its arrow."""
    if row.estimate is None or not limits[0] <= row.estimate <= limits[1]:
        return
    size = 2.6 + 5.6 * math.sqrt(max(row.area, 0.0))
    ax.plot(
        row.estimate, y, marker=MARKERS[row.mark], color=row.colour, markersize=size,
        markeredgecolor=PAPER, markeredgewidth=0.4, zorder=4, gid="estimate",
    )  # fmt: skip


def _diamond(ax: Axes, y: float, row: Row, limits: tuple[float, float]) -> None:
    """Draw the summary: the diamond is as wide as the confidence interval."""
    low, mid, high = (float(np.clip(v or 0.0, *limits)) for v in (row.lower, row.estimate, row.upper))
    points = [(low, y), (mid, y + 0.32), (high, y), (mid, y - 0.32)]
    ax.add_patch(Polygon(points, closed=True, facecolor=row.colour, edgecolor=INK, linewidth=0.6, zorder=4))
    _interval_arrows(ax, y, row, limits)


def _bar(ax: Axes, y: float, row: Row, limits: tuple[float, float]) -> None:
    """Draw the prediction interval: a bar, since it is a range for trials and not for the mean."""
    low, high = (float(np.clip(v or 0.0, *limits)) for v in (row.lower, row.upper))
    ax.plot(
        [low, high], [y, y], color=row.colour, linewidth=4, solid_capstyle="butt", zorder=3, gid="prediction"
    )
    _interval_arrows(ax, y, row, limits)


def _interval_arrows(ax: Axes, y: float, row: Row, limits: tuple[float, float]) -> None:
    if (row.lower or 0.0) < limits[0]:
        ax.plot(limits[0], y, marker="<", color=INK, markersize=5, clip_on=False, zorder=5, gid="arrow-left")
    if (row.upper or 0.0) > limits[1]:
        ax.plot(limits[1], y, marker=">", color=INK, markersize=5, clip_on=False, zorder=5, gid="arrow-right")
