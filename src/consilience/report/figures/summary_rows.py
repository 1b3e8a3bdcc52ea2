"""Forests of pooled estimates: interventions and outcomes, moderators, percent change, sensitivity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from consilience.report import numerals as say
from consilience.report.figures.axis import favours, rule, tidy_limits
from consilience.report.figures.figure import Figure, blank_drawing
from consilience.report.figures.interval_rows import Column, draw_rows
from consilience.report.figures.marks import Mark, Row
from consilience.report.figures.style import BLUE, MUTED, VERMILLION, drawing_style, shorten
from consilience.synthesis.result import Estimate

WIDTH, ROW_HEIGHT, MARGIN = 9.6, 0.23, 0.9
LEFT, SPAN = 0.49, 0.26


def _at(fraction: float) -> float:
    return (fraction - LEFT) / SPAN


@dataclass(frozen=True)
class Line:
    """One line of such a forest: a heading, or an estimate with its label."""

    label: str
    estimate: Estimate | None = None
    mark: Mark = "square"
    colour: str = BLUE
    indent: bool = True
    note: str = ""
    """What stands at the right of a heading, such as a joint test."""


@dataclass(frozen=True)
class Sheet:
    """What such a figure says: its names, its lines, and the words under its axis."""

    name: str
    title: str
    caption: str
    lines: tuple[Line, ...]
    value: str
    left: str = ""
    right: str = ""
    reference: float | None = None
    """A dashed line: the estimate that the rows are compared with."""


def summary_figure(sheet: Sheet) -> Figure:
    """Draw a sheet."""
    height = len(sheet.lines) * ROW_HEIGHT + MARGIN
    drawing = blank_drawing(WIDTH, height)
    with drawing_style():
        ax = drawing.add_axes((LEFT, 0.65 / height, SPAN, 1 - MARGIN / height))
        draw_sheet(ax, sheet)
        _under(ax, sheet, height)
    return Figure(
        sheet.name, sheet.title, _description(sheet), sheet.caption, sheet_table(sheet.lines), drawing
    )


def draw_sheet(ax: Axes, sheet: Sheet) -> None:
    """Draw a sheet's rows on ``ax``."""
    columns = (
        Column("", _at(0.012), until=_at(0.44)),
        Column("", _at(0.03), until=_at(0.44)),
        Column("Studies", _at(0.475), "right"),
        Column(sheet.value, _at(0.915), "right"),
        Column("p", _at(0.985), "right"),
    )
    draw_rows(ax, [_row(line) for line in sheet.lines], columns, _limits(sheet))
    rule(ax, 0.6, _at(0.012), _at(0.985))
    if sheet.reference is not None:
        ax.axvline(sheet.reference, color=VERMILLION, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)


def _limits(sheet: Sheet) -> tuple[float, float]:
    """Hold every point and most intervals; one hopelessly wide interval must not flatten the rest."""
    known = [e for line in sheet.lines if (e := line.estimate) is not None and e.estimate is not None]
    ends = [v for e in known for v in (e.ci_lower, e.ci_upper)]
    percent = any(e.scale == "percent" for e in known)
    cap = max([25.0 if percent else 0.5, *(3 * abs(e.estimate or 0.0) for e in known)])
    return tidy_limits([*ends, *(e.estimate for e in known)], cap=cap, at_least=5.0 if percent else 0.2)


def _row(line: Line) -> Row:
    e = line.estimate
    places = ("", line.label) if line.indent and e is not None else (line.label, "")
    if e is None:
        return Row(cells=(*places, "", "", line.note), mark="heading")
    if e.status != "estimated":
        return Row(cells=(*places, say.count(e.k_studies), "not estimable", ""), mark="none")
    mark = "†" if e.df is not None and e.df < 4 else ""
    studies = say.count(e.k_studies) if e.k_studies else ""
    cells = (*places, studies, say.estimate_ci(e) + mark, say.p_value(e.p_value))
    return Row(
        cells=cells,
        mark=line.mark,
        estimate=e.estimate,
        lower=e.ci_lower,
        upper=e.ci_upper,
        area=0.35,
        colour=line.colour,
        bold=line.mark == "diamond",
    )


def _under(ax: Axes, sheet: Sheet, height: float) -> None:
    favours(ax, 0.36, shorten(sheet.left, 34), shorten(sheet.right, 34))
    y = -0.36 / (height - MARGIN)
    if any(line.estimate and line.estimate.df is not None and line.estimate.df < 4 for line in sheet.lines):
        foot = "† df below 4: read with care"
        ax.text(
            _at(0.012),
            y,
            foot,
            transform=ax.transAxes,
            ha="left",
            va="top",
            fontsize=7.5,
            color=MUTED,
            gid="foot",
        )


def _description(sheet: Sheet) -> str:
    done = [line for line in sheet.lines if line.estimate is not None and line.estimate.status == "estimated"]
    words = "; ".join(f"{line.label} {say.estimate_ci(line.estimate)}" for line in done[:4] if line.estimate)
    more = f"; and {len(done) - 4} more in the table" if len(done) > 4 else ""
    return (
        f"{say.plural(len(done), 'estimate')} with 95% confidence intervals: {words}{more}."
        if done
        else sheet.title
    )


def sheet_table(lines: Sequence[Line]) -> pd.DataFrame:
    """Return the numbers behind a sheet, one row an estimate, headings as a column."""
    rows, heading = [], ""
    for line in lines:
        if line.estimate is None:
            heading = line.label
            continue
        e = line.estimate
        rows.append(
            {
                "group": heading,
                "label": line.label,
                "k_studies": e.k_studies,
                "k_effects": e.k_effects,
                "scale": e.scale,
                "estimate": e.estimate,
                "se": e.se,
                "ci_lower": e.ci_lower,
                "ci_upper": e.ci_upper,
                "df": e.df,
                "p_value": e.p_value,
                "status": e.status,
                "reason": e.reason,
            }
        )
    return pd.DataFrame(rows)
