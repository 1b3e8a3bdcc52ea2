"""The forest plot of study averages: one square a study, one diamond for all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from consilience.report import numerals as say
from consilience.report.figures.figure import Figure, blank_drawing
from consilience.report.figures.interval_rows import (
    Column,
    Row,
    draw_rows,
    favours,
    robust_cap,
    rule,
    tidy_limits,
)
from consilience.report.figures.style import INK, MUTED, VERMILLION, drawing_style, shorten
from consilience.synthesis.result import Estimate, StudyAverage, SynthesisResult

ROWS_PER_PAGE = 60
WIDTH, ROW_HEIGHT, MARGIN = 10.2, 0.215, 1.14
LEFT, SPAN = 0.535, 0.235
"""Where the axes stand, as fractions of the drawing's width."""


def _at(fraction: float) -> float:
    """Turn a fraction of the drawing's width into axes fractions."""
    return (fraction - LEFT) / SPAN


COLUMNS = (
    Column("Study", _at(0.012), until=_at(0.23)),
    Column("Intervention", _at(0.237), until=_at(0.445)),
    Column("Effects", _at(0.47), "right"),
    Column("People", _at(0.525), "right"),
    Column("g [95% CI]", _at(0.935), "right"),
    Column("Weight", _at(0.99), "right"),
)


def forest_figures(result: SynthesisResult, *, rows_per_page: int = ROWS_PER_PAGE) -> tuple[Figure, ...]:
    """Draw the forest of study averages, largest effect first, on as many pages as it needs."""
    studies = sorted(result.study_averages, key=lambda s: (-s.yi, s.study))
    n_pages = math.ceil(len(studies) / rows_per_page)
    size = math.ceil(len(studies) / max(n_pages, 1))
    pages = [studies[i * size : (i + 1) * size] for i in range(n_pages)]
    return tuple(_page(result, page, i + 1, len(pages), studies) for i, page in enumerate(pages))


def draw_forest(
    ax: Axes,
    studies: Sequence[StudyAverage],
    overall: Estimate | None,
    *,
    labels: dict[str, str],
    scale_to: Sequence[StudyAverage] | None = None,
) -> None:
    """Draw studies, and the summary where one is given, on ``ax``.

    ``labels`` turns intervention keys into words. ``scale_to`` are the studies that set the axis and
    the largest square (all pages of one forest share them).
    """
    everyone = scale_to or studies
    largest = max(s.weight for s in everyone)
    rows = [_study_row(s, labels, largest) for s in studies]
    if overall is not None:
        rows += _summary_rows(overall)
    draw_rows(ax, rows, COLUMNS, _limits(everyone, overall))
    rule(ax, 0.6, _at(0.012), _at(0.99))
    if overall is not None:
        rule(ax, -(len(studies) - 0.5), _at(0.012), _at(0.99))


def _limits(studies: Sequence[StudyAverage], overall: Estimate | None) -> tuple[float, float]:
    lower, upper = [s.ci_lower for s in studies], [s.ci_upper for s in studies]
    summary = (
        [] if overall is None else [overall.ci_lower, overall.ci_upper, overall.pi_lower, overall.pi_upper]
    )
    known = [abs(v) for v in summary if v is not None]
    cap = robust_cap(lower, upper, floor=max([0.5, *known]))
    return tidy_limits([*lower, *upper, *summary], cap=min(cap, 5.0))


def _study_row(study: StudyAverage, labels: dict[str, str], largest: float) -> Row:
    words = labels.get(study.intervention, study.intervention)
    ends = f"{say.number(study.yi)} [{say.number(study.ci_lower)}, {say.number(study.ci_upper)}]"
    return Row(
        cells=(
            study.study,
            words,
            say.count(study.k_effects),
            say.count(study.participants),
            ends,
            f"{say.number(study.weight, 1)}%",
        ),
        estimate=study.yi,
        lower=study.ci_lower,
        upper=study.ci_upper,
        area=study.weight / largest,
    )


def _summary_rows(overall: Estimate) -> list[Row]:
    if overall.status != "estimated":
        return [
            Row(cells=(f"Overall: not estimable. {shorten(overall.reason, 90)}",), mark="none", bold=True)
        ]
    rows = [
        Row(
            cells=(
                "Overall",
                "",
                say.count(overall.k_effects),
                say.count(overall.participants),
                say.estimate_ci(overall),
                "100%",
            ),
            mark="diamond",
            estimate=overall.estimate,
            lower=overall.ci_lower,
            upper=overall.ci_upper,
            colour=VERMILLION,
            bold=True,
        )
    ]
    if overall.pi_lower is not None and overall.pi_upper is not None:
        ends = f"[{say.number(overall.pi_lower)}, {say.number(overall.pi_upper)}]"
        rows.append(
            Row(
                cells=("95% prediction interval", "", "", "", ends),
                mark="bar",
                estimate=overall.estimate,
                lower=overall.pi_lower,
                upper=overall.pi_upper,
                colour=MUTED,
            )
        )
    return rows


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
        caption=_caption(result, part),
        table=_table(page, labels),
        drawing=drawing,
    )


def _heterogeneity(ax: Axes, overall: Estimate, height: float) -> None:
    line = heterogeneity_line(overall)
    if line:
        y = -0.74 / (height - MARGIN)
        ax.text(
            _at(0.012),
            y,
            line,
            transform=ax.transAxes,
            ha="left",
            va="center",
            fontsize=7.5,
            color=INK,
            gid="line",
        )


def heterogeneity_line(estimate: Estimate) -> str:
    """Print what is known of heterogeneity and of the test on one line."""
    if estimate.status != "estimated":
        return ""
    parts = []
    if estimate.tau2 is not None:
        parts.append(f"τ² = {say.number(estimate.tau2, 3)}")
    if estimate.omega2 is not None:
        parts.append(f"ω² = {say.number(estimate.omega2, 3)}")
    if estimate.I2 is not None:
        parts.append(f"I² = {say.proportion(estimate.I2)}")
    if estimate.Q is not None and estimate.Q_df is not None:
        parts.append(f"Q({say.number(estimate.Q_df, 0)}) = {say.number(estimate.Q, 1)}")
    parts.append(f"{say.t_test(estimate)}, {say.p_phrase(estimate.p_value)}".replace(say.NBSP, " "))
    if estimate.df is not None and estimate.df < 4:
        parts.append("df below 4: read with care")
    return ";  ".join(parts)


def _description(result: SynthesisResult, page: Sequence[StudyAverage], last: bool) -> str:
    low, high = min(s.yi for s in page), max(s.yi for s in page)
    words = (
        f"{say.plural(len(page), 'study', 'studies')} with average effects from {say.number(low)} to "
        f"{say.number(high)}."
    )
    if last and result.overall.status == "estimated":
        words += f" Overall effect {say.estimate_ci(result.overall)}."
    return words


def _caption(result: SynthesisResult, part: str) -> str:
    directions = result.protocol.directions
    clipped = " Arrows mark intervals that go on beyond the axis." if _clips(result) else ""
    return (
        f"Average effect of each study{part}, largest first. Squares: area by weight; lines: 95% confidence "
        f"intervals.{clipped} Diamond: overall estimate and its 95% confidence interval; bar: 95% prediction "
        "interval, the range in which the effect of a new trial is expected. Positive: "
        f"{directions.positive}."
    )


def _clips(result: SynthesisResult) -> bool:
    low, high = _limits(result.study_averages, result.overall)
    return any(s.ci_lower < low or s.ci_upper > high for s in result.study_averages)


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
