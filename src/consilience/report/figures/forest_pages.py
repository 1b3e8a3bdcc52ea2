"""The forest of study averages on as many pages as it needs, with its words and its table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes

from consilience.report import numerals as say
from consilience.report.figures.axis import favours
from consilience.report.figures.figure import Figure, blank_drawing
from consilience.report.figures.forest import (
    LEFT,
    MARGIN,
    ROW_HEIGHT,
    SPAN,
    WIDTH,
    at,
    draw_forest,
    forest_limits,
    heterogeneity_line,
)
from consilience.report.figures.style import INK, drawing_style, shorten
from consilience.synthesis.result import Estimate, StudyAverage, SynthesisResult

ROWS_PER_PAGE = 60

DRAWN = 600
"""Studies that a forest draws at most: the heaviest. Its data table holds them all."""


def forest_figures(result: SynthesisResult, *, rows_per_page: int = ROWS_PER_PAGE) -> tuple[Figure, ...]:
    """Draw the forest of study averages, largest effect first, on as many pages as it needs.

    Beyond :data:`DRAWN` studies only the heaviest are drawn; the first page's data table holds all.
    """
    studies = drawn_studies(result)
    n_pages = math.ceil(len(studies) / rows_per_page)
    size = math.ceil(len(studies) / max(n_pages, 1))
    pages = [studies[i * size : (i + 1) * size] for i in range(n_pages)]
    figures = tuple(_page(result, page, i + 1, len(pages), studies) for i, page in enumerate(pages))
    if len(studies) == len(result.study_averages):
        return figures
    labels = {t.key: t.label for t in result.protocol.interventions}
    return (replace(figures[0], table=_table(_largest_first(result.study_averages), labels)), *figures[1:])


def drawn_studies(result: SynthesisResult) -> list[StudyAverage]:
    """Return the studies that the forest draws, largest effect first: all, or the heaviest."""
    heaviest = sorted(result.study_averages, key=lambda s: (-s.weight, s.study))[:DRAWN]
    return _largest_first(heaviest)


def _largest_first(studies: Sequence[StudyAverage]) -> list[StudyAverage]:
    return sorted(studies, key=lambda s: (-s.yi, s.study))


def not_drawn(result: SynthesisResult) -> str:
    """Say which studies the forest leaves out; empty where it draws them all."""
    everyone = result.study_averages
    if len(everyone) <= DRAWN:
        return ""
    weight = sum(s.weight for s in drawn_studies(result))
    return (
        f"Of {say.plural(len(everyone), 'study', 'studies')} the {DRAWN} with most weight are drawn, which "
        f"carry {say.number(weight, 0)}% of it; the overall estimate rests on all, and the data table of "
        "the first page holds all."
    )


def _page(
    result: SynthesisResult,
    page: Sequence[StudyAverage],
    number: int,
    of: int,
    everyone: Sequence[StudyAverage],
) -> Figure:
    last = number == of
    overall = result.overall if last else None
    labels = {t.key: t.label for t in result.protocol.interventions}
    n_rows = len(page) + (2 if last else 0)
    height = n_rows * ROW_HEIGHT + MARGIN
    drawing = blank_drawing(WIDTH, height)
    with drawing_style():
        ax = drawing.add_axes((LEFT, 0.9 / height, SPAN, 1 - MARGIN / height))
        draw_forest(ax, page, overall, labels=labels, scale_to=everyone)
        words = result.protocol.directions
        favours(ax, 0.36, shorten(words.negative, 40), shorten(words.positive, 40))
        _heterogeneity(ax, result.overall, height)
    part = f" (page {number} of {of})" if of > 1 else ""
    return Figure(
        name="forest" if of == 1 else f"forest-{number:02d}",
        title=f"Forest plot of study averages{part}",
        description=_description(result, page, last),
        caption=_caption(result, everyone, part),
        table=_table(page, labels),
        drawing=drawing,
    )


def _heterogeneity(ax: Axes, overall: Estimate, height: float) -> None:
    line = heterogeneity_line(overall)
    if line:
        y = -0.74 / (height - MARGIN)
        ax.text(
            at(0.012),
            y,
            line,
            transform=ax.transAxes,
            ha="left",
            va="center",
            fontsize=7.5,
            color=INK,
            gid="line",
        )


def _description(result: SynthesisResult, page: Sequence[StudyAverage], last: bool) -> str:
    low, high = min(s.yi for s in page), max(s.yi for s in page)
    words = (
        f"{say.plural(len(page), 'study', 'studies')} with average effects from {say.number(low)} to "
        f"{say.number(high)}."
    )
    if last and result.overall.status == "estimated":
        words += f" Overall effect {say.estimate_ci(result.overall)}."
    return words


def _caption(result: SynthesisResult, drawn: Sequence[StudyAverage], part: str) -> str:
    directions = result.protocol.directions
    clipped = " Arrows mark intervals that go on beyond the axis." if _clips(result, drawn) else ""
    return (
        f"Average effect of each study{part}, largest first. Squares: area by weight; lines: 95% confidence "
        f"intervals.{clipped} Diamond: overall estimate and its 95% confidence interval; bar: 95% prediction "
        "interval, the range in which the effect of a new trial is expected. Positive: "
        f"{directions.positive}. {not_drawn(result)}"
    ).rstrip()


def _clips(result: SynthesisResult, drawn: Sequence[StudyAverage]) -> bool:
    low, high = forest_limits(drawn, result.overall)
    return any(s.ci_lower < low or s.ci_upper > high for s in drawn)


def _table(page: Sequence[StudyAverage], labels: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": [s.study for s in page],
            "intervention": [labels.get(s.intervention, s.intervention) for s in page],
            "k_effects": [s.k_effects for s in page],
            "participants": pd.array([s.participants for s in page], dtype="Int64"),
            "g": [s.yi for s in page],
            "se": [s.sei for s in page],
            "ci_lower": [s.ci_lower for s in page],
            "ci_upper": [s.ci_upper for s in page],
            "weight_percent": [s.weight if math.isfinite(s.weight) else None for s in page],
        }
    )
