"""The PRISMA 2020 flow diagram as a figure: boxes in columns, arrows between them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from consilience.report.figures.figure import Figure, blank_drawing
from consilience.report.figures.prisma_boxes import (
    LINE,
    PAD,
    STAGES,
    Box,
    Counts,
    database_boxes,
    footnotes,
    other_boxes,
    previous_boxes,
)
from consilience.report.figures.style import INK, MUTED, PANEL, drawing_style
from consilience.synthesis.result import SynthesisResult

BOX, GAP, BAR, STEP, HEAD = 2.6, 0.35, 0.34, 0.3, 0.5
TITLES = {
    "previous": "Previous studies",
    "databases": "Identification of studies via databases and registers",
    "other": "Identification of studies via other methods",
}


@dataclass(frozen=True)
class Place:
    """Where a column of boxes stands: its left edge and how wide its heading is."""

    name: str
    left: float
    boxes: list[Box]

    @property
    def width(self) -> float:
        """Return the width of the column with its side boxes."""
        return 2 * BOX + GAP if any(b.side for b in self.boxes) else BOX


def prisma_figure(result: SynthesisResult) -> Figure | None:
    """Draw the flow; ``None`` when no counts are given."""
    counts = result.prisma or {}
    columns = _columns(counts)
    if not columns:
        return None
    tops, total = _levels(columns)
    notes = footnotes(counts)
    width = columns[-1].left + columns[-1].width + 0.1
    height = total + HEAD + 0.2 + 0.18 * len(notes)
    drawing = blank_drawing(width, height)
    with drawing_style():
        ax = drawing.add_axes((0, 0, 1, 1))
        ax.set_xlim(0, width)
        ax.set_ylim(height - HEAD - 0.1, -HEAD - 0.1)
        ax.axis("off")
        _draw(ax, columns, tops, total)
        for i, note in enumerate(notes):
            ax.text(
                BAR + 0.2, total + 0.12 + 0.18 * i, note, fontsize=7.5, color=MUTED, va="center", gid="note"
            )
    return Figure(
        "prisma-flow", "PRISMA 2020 flow diagram", _description(columns), _CAPTION, _table(columns), drawing
    )


_CAPTION = (
    "Flow of records, reports and studies through the review (PRISMA 2020). Boxes that do not apply, or "
    "whose counts were not given, are left out."
)


def _columns(counts: Counts) -> list[Place]:
    places, left = [], BAR + 0.2
    for name, boxes in (
        ("previous", previous_boxes(counts)),
        ("databases", database_boxes(counts)),
        ("other", other_boxes(counts)),
    ):
        if boxes:
            places.append(Place(name, left, boxes))
            left += places[-1].width + GAP
    return places


def _levels(columns: list[Place]) -> tuple[dict[int, float], float]:
    """Return the top of each level that holds a box, and the height of all of them."""
    tallest: dict[int, float] = {}
    for box in (b for place in columns for b in place.boxes):
        for b in (box, box.side):
            if b is not None:
                tallest[box.level] = max(tallest.get(box.level, 0.0), b.height)
    tops, y = {}, 0.0
    for level in sorted(tallest):
        tops[level] = y
        y += tallest[level] + STEP
    return tops, y - STEP


def _draw(ax: Axes, columns: list[Place], tops: dict[int, float], total: float) -> None:
    for place in columns:
        _title(ax, place)
        for box in place.boxes:
            _box(ax, place.left, tops[box.level], box)
            if box.side is not None:
                right = place.left + BOX
                _box(ax, right + GAP, tops[box.level], box.side)
                middle = tops[box.level] + min(box.height, box.side.height) / 2
                _arrow(ax, (right, middle), (right + GAP, middle))
        for above, below in zip(place.boxes, place.boxes[1:], strict=False):
            x = place.left + BOX / 2
            _arrow(ax, (x, tops[above.level] + above.height), (x, tops[below.level]))
    _joins(ax, columns, tops)
    _stages(ax, tops, total)


def _joins(ax: Axes, columns: list[Place], tops: dict[int, float]) -> None:
    """Lead the other columns into the last boxes of the databases' column."""
    main = next((p for p in columns if p.name == "databases"), None)
    ends = [b for b in main.boxes if b.level >= 4] if main else []
    if main is None or not ends:
        return
    for place in columns:
        target = ends[-1] if place.name == "previous" else ends[0]
        if place is not main:
            _elbow(ax, place, tops, target, main.left + (BOX if place.left > main.left else 0.0))


def _elbow(ax: Axes, place: Place, tops: dict[int, float], target: Box, edge: float) -> None:
    x, last = place.left + BOX / 2, place.boxes[-1]
    y = tops[target.level] + target.height / 2
    ax.plot([x, x], [tops[last.level] + last.height, y], color=MUTED, linewidth=0.9)
    _arrow(ax, (x, y), (edge, y))


def _title(ax: Axes, place: Place) -> None:
    ax.add_patch(
        FancyBboxPatch(
            (place.left, -HEAD),
            place.width,
            HEAD - 0.2,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=PANEL,
            edgecolor=MUTED,
            linewidth=0.8,
        )
    )
    ax.text(
        place.left + place.width / 2,
        -HEAD / 2 - 0.1,
        TITLES[place.name],
        ha="center",
        va="center",
        fontsize=8.5,
        fontweight="bold",
        color=INK,
    )


def _box(ax: Axes, left: float, top: float, box: Box) -> None:
    ax.add_patch(
        Rectangle((left, top), BOX, box.height, facecolor="none", edgecolor=INK, linewidth=0.9, gid="box")
    )
    for i, text in enumerate(box.texts):
        ax.text(
            left + 0.1, top + PAD + (i + 0.5) * LINE, text, va="center", fontsize=8, color=INK, gid="text"
        )


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": MUTED,
            "linewidth": 0.9,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 9,
        },
    )


def _stages(ax: Axes, tops: dict[int, float], total: float) -> None:
    """Draw the bars at the left: Identification, Screening, Included."""
    levels = sorted(tops)
    for stage in dict.fromkeys(STAGES[level] for level in levels):
        mine = [level for level in levels if STAGES[level] == stage]
        below = [tops[level] for level in levels if level > mine[-1]]
        top, bottom = tops[mine[0]], (below[0] - STEP if below else total)
        ax.add_patch(
            FancyBboxPatch(
                (0.1, top),
                BAR,
                bottom - top,
                boxstyle="round,pad=0,rounding_size=0.06",
                facecolor=PANEL,
                edgecolor=MUTED,
                linewidth=0.8,
            )
        )
        ax.text(
            0.1 + BAR / 2,
            (top + bottom) / 2,
            stage,
            rotation=90,
            ha="center",
            va="center",
            fontsize=8,
            fontweight="bold",
            color=INK,
            gid="stage",
        )


def _description(columns: list[Place]) -> str:
    boxes = [b for place in columns for b in place.boxes]
    return ". ".join(" ".join(box.texts) for box in boxes) + "."


def _table(columns: list[Place]) -> pd.DataFrame:
    rows = []
    for place in columns:
        for box in place.boxes:
            for b in (box, box.side):
                if b is not None:
                    rows += [
                        (TITLES[place.name], STAGES[b.level], b.heading or "Included", a, str(n))
                        for a, n in b.lines
                    ]
    return pd.DataFrame(rows, columns=["column", "stage", "box", "line", "n"])
