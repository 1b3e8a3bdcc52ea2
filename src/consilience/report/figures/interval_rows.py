"""The kernel of every forest-like plot: rows of text with an interval drawn beside each.

A row is a heading, an estimate (square), or a summary (diamond). Intervals that leave the axis end
in an arrow at its edge, so a cut interval is never taken for a short one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from matplotlib.text import Text

from consilience.report.figures.style import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    drawing_style,
    printable,
    shorten,
    width_of,
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


@dataclass(frozen=True)
class Column:
    """A column of text: its header, its place in axes fractions, and how it is aligned."""

    header: str
    x: float
    align: Literal["left", "right", "center"] = "left"
    until: float | None = None
    """Where a text that begins at ``x`` must end: a longer one is cut, with an ellipsis."""


def draw_rows(
    ax: Axes,
    rows: Sequence[Row],
    columns: Sequence[Column],
    limits: tuple[float, float],
    *,
    null: float | None = 0.0,
) -> None:
    """Draw ``rows`` from the top down on ``ax``; row ``i`` stands at height ``-i``."""
    with drawing_style():
        _frame(ax, len(rows), limits, null)
        for column in columns:
            _text(ax, column.x, 1.15, column.header, column.align, colour=MUTED, gid="header")
        for i, row in enumerate(rows):
            _cells(ax, -i, row, columns)
            _draw_mark(ax, -i, row, limits)


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


def _frame(ax: Axes, n_rows: int, limits: tuple[float, float], null: float | None) -> None:
    ax.set_xlim(*limits)
    ax.set_ylim(-(n_rows - 0.3), 0.75)
    ax.set_yticks([])
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="x", length=3, labelsize=8)
    if null is not None and limits[0] <= null <= limits[1]:
        ax.axvline(null, color=MUTED, linewidth=0.8, zorder=1)


def _cells(ax: Axes, y: float, row: Row, columns: Sequence[Column]) -> None:
    heading = row.mark == "heading"
    for column, cell in zip(columns, row.cells, strict=False):
        if cell:
            text = _text(ax, column.x, y, cell, column.align, bold=row.bold or heading, gid="cell")
            if column.until is not None and len(row.cells) > 1:
                _fit(text, (column.until - column.x) * ax.get_window_extent().width)


def _fit(text: Text, room: float) -> None:
    """Cut a text to the room it has, in pixels."""
    while (width := text.get_window_extent().width) > room and len(text.get_text()) > 2:
        columns = width_of(text.get_text())
        text.set_text(shorten(text.get_text(), min(columns - 1, int(columns * room / width))))


def _text(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    align: str,
    *,
    bold: bool = False,
    colour: str = INK,
    gid: str = "",
) -> Text:
    return ax.text(
        x, y, printable(text), transform=ax.get_yaxis_transform(), ha=align, va="center", color=colour,
        fontweight="bold" if bold else "normal", fontsize=8, clip_on=False, gid=gid or None,
    )  # fmt: skip


def _draw_mark(ax: Axes, y: float, row: Row, limits: tuple[float, float]) -> None:
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
