"""The kernel of every forest-like plot: rows of text with an interval drawn beside each.

A row is a heading, an estimate (square), or a summary (diamond). Intervals that leave the axis end
in an arrow at its edge, so a cut interval is never taken for a short one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.text import Text

from consilience.report.figures.marks import Row, draw_mark
from consilience.report.figures.style import (
    INK,
    MUTED,
    drawing_style,
    printable,
    shorten,
    width_of,
)


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
            draw_mark(ax, -i, row, limits)


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
