"""The evidence matrix: each intervention against each outcome category, and what is known there."""

from __future__ import annotations

import textwrap
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from consilience.report import numerals as say
from consilience.report.figures.figure import Figure, blank_drawing
from consilience.report.figures.style import CELL_INK, INK, MUTED, PANEL, RULE, drawing_style, printable
from consilience.synthesis.result import Estimate, GridCell, SynthesisResult

STRONGEST = 0.8
"""The g at which a cell has its full colour."""

Gap = Literal["none", "one", "other"]
SYMBOLS: dict[Gap, str] = {"none": "–", "one": "○", "other": "×"}
LEGEND: dict[Gap, str] = {
    "none": "no usable effect",
    "one": "one study only: not pooled",
    "other": "not estimable (reason in the table)",
}
LOW_DF = "†"


def gap_of(estimate: Estimate) -> Gap:
    """Classify why a cell has no estimate."""
    if estimate.k_studies == 0:
        return "none"
    return "one" if estimate.k_studies == 1 else "other"


def is_low_df(estimate: Estimate) -> bool:
    """Say whether the degrees of freedom are too few (below 4) for the interval to be trusted."""
    return estimate.df is not None and estimate.df < 4


def matrix_figure(result: SynthesisResult) -> Figure | None:
    """Draw the matrix; ``None`` when the protocol's grid is empty."""
    if not result.grid:
        return None
    rows = [(t.key, t.label) for t in result.protocol.interventions]
    columns = [(t.key, t.label) for t in result.protocol.outcome_categories]
    width, height = 2.5 + 1.2 * len(columns), 1.45 + 0.6 * len(rows)
    drawing = blank_drawing(width, height)
    with drawing_style():
        ax = drawing.add_axes(
            (2.4 / width, 0.75 / height, 1.2 * len(columns) / width, 0.6 * len(rows) / height)
        )
        draw_matrix(ax, result.grid, rows, columns)
        _legend(ax, height - 1.45)
    return Figure(
        "evidence-matrix", "Evidence matrix", _description(result), _caption(result), _table(result), drawing
    )


def draw_matrix(
    ax: Axes, grid: tuple[GridCell, ...], rows: list[tuple[str, str]], columns: list[tuple[str, str]]
) -> None:
    """Draw cells of a grid: ``rows`` and ``columns`` are (key, label) in the order of print."""
    ax.set_xlim(0, len(columns))
    ax.set_ylim(-len(rows), 0)
    ax.axis("off")
    by_place = {(c.intervention, c.outcome): c.estimate for c in grid}
    for i, (a, label) in enumerate(rows):
        _label(ax, -0.06, -i - 0.5, label, "right", 32)
        for j, (b, _) in enumerate(columns):
            _cell(ax, j, -i - 1, by_place.get((a, b)))
    for j, (_, label) in enumerate(columns):
        _label(ax, j + 0.5, 0.1, label, "center", 15)


def _label(ax: Axes, x: float, y: float, text: str, align: Literal["center", "right"], width: int) -> None:
    wrapped = "\n".join(textwrap.wrap(printable(text), width)[:4])
    up = "bottom" if align == "center" else "center"
    ax.text(
        x, y, wrapped, ha=align, va=up, fontsize=8, color=INK, clip_on=False, linespacing=1.15, gid="label"
    )


def _cell(ax: Axes, x: float, y: float, estimate: Estimate | None) -> None:
    if estimate is None or estimate.status != "estimated" or estimate.estimate is None:
        gap = "none" if estimate is None else gap_of(estimate)
        _box(ax, x, y, PANEL)
        words = SYMBOLS[gap] if estimate is None or gap == "none" else f"{SYMBOLS[gap]}\n{_studies(estimate)}"
        ax.text(x + 0.5, y + 0.5, words, ha="center", va="center", fontsize=7.3, color=MUTED, gid="gap")
        return
    _box(ax, x, y, colour_of(estimate.estimate))
    mark = LOW_DF if is_low_df(estimate) else ""
    _line(ax, x, y + 0.70, say.number(estimate.estimate) + mark, 10, bold=True)
    _line(ax, x, y + 0.42, f"[{say.number(estimate.ci_lower)}, {say.number(estimate.ci_upper)}]", 7.9)
    _line(ax, x, y + 0.19, _studies(estimate), 7.5)


def _studies(estimate: Estimate) -> str:
    return say.plural(estimate.k_studies, "study", "studies")


def _line(ax: Axes, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
    weight = "bold" if bold else "normal"
    ax.text(
        x + 0.5,
        y,
        text,
        ha="center",
        va="center",
        fontsize=size,
        color=CELL_INK,
        fontweight=weight,
        gid="value",
    )


def _box(ax: Axes, x: float, y: float, colour: str) -> None:
    ax.add_patch(
        Rectangle((x + 0.02, y + 0.035), 0.96, 0.93, facecolor=colour, edgecolor=RULE, linewidth=0.6)
    )


def colour_of(g: float) -> str:
    """Return the cell's colour: white at zero, blue for positive, orange for negative effects.

    >>> colour_of(0.0), colour_of(2.0), colour_of(-2.0)
    ('#ffffff', '#7fc0e6', '#f0a868')
    """
    share = min(abs(g) / STRONGEST, 1.0)
    full = np.array([127, 192, 230]) if g >= 0 else np.array([240, 168, 104])
    r, green, b = np.round(255 + share * (full - 255)).astype(int)
    return f"#{r:02x}{green:02x}{b:02x}"


def _legend(ax: Axes, grid_height: float) -> None:
    below = -0.22 / grid_height
    words = [f"{SYMBOLS[gap]}  {LEGEND[gap]}" for gap in SYMBOLS] + [f"{LOW_DF}  df below 4: read with care"]
    lines = [
        "Blue: positive effect; orange: negative; paler is nearer zero. Numbers: g [95% CI].",
        (4 * say.NBSP).join(words),
    ]
    for i, text in enumerate(lines):
        y = below - i * 0.2 / grid_height
        ax.text(
            0.0,
            y,
            text,
            transform=ax.transAxes,
            fontsize=7.5,
            color=MUTED,
            va="center",
            clip_on=False,
            gid="legend",
        )


def _description(result: SynthesisResult) -> str:
    done = sum(c.estimate.status == "estimated" for c in result.grid)
    return f"A grid of {len(result.grid)} intervention and outcome pairs; {done} of them could be estimated."


def _caption(result: SynthesisResult) -> str:
    words = result.protocol.directions
    return (
        "Pooled effect of each kind of intervention on each kind of outcome, with its 95% confidence "
        f"interval and the number of studies. Blue cells: {words.positive}; orange cells: {words.negative}; "
        "paler is nearer zero. Cells without a number say by their symbol why there is none."
    )


def _table(result: SynthesisResult) -> pd.DataFrame:
    rows = {t.key: t.label for t in result.protocol.interventions}
    columns = {t.key: t.label for t in result.protocol.outcome_categories}
    return pd.DataFrame(
        [
            {
                "intervention": rows.get(c.intervention, c.intervention),
                "outcome": columns.get(c.outcome, c.outcome),
                "k_studies": c.estimate.k_studies,
                "k_effects": c.estimate.k_effects,
                "g": c.estimate.estimate,
                "ci_lower": c.estimate.ci_lower,
                "ci_upper": c.estimate.ci_upper,
                "df": c.estimate.df,
                "p_value": c.estimate.p_value,
                "status": c.estimate.status,
                "reason": c.estimate.reason,
            }
            for c in result.grid
        ]
    )
