"""The forest plot of study averages: one square a study, one diamond for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from consilience.report import numerals as say
from consilience.report.figures.axis import robust_cap, rule, tidy_limits
from consilience.report.figures.interval_rows import Column, draw_rows
from consilience.report.figures.marks import Row
from consilience.report.figures.style import MUTED, VERMILLION, shorten
from consilience.synthesis.result import Estimate, StudyAverage

WIDTH, ROW_HEIGHT, MARGIN = 10.2, 0.215, 1.14
LEFT, SPAN = 0.535, 0.235
"""Where the axes stand, as fractions of the drawing's width."""


def at(fraction: float) -> float:
    """Turn a fraction of the drawing's width into axes fractions."""
    return (fraction - LEFT) / SPAN


COLUMNS = (
    Column("Study", at(0.012), until=at(0.23)),
    Column("Intervention", at(0.237), until=at(0.445)),
    Column("Effects", at(0.47), "right"),
    Column("People", at(0.525), "right"),
    Column("g [95% CI]", at(0.935), "right"),
    Column("Weight", at(0.99), "right"),
)


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
    draw_rows(ax, rows, COLUMNS, forest_limits(everyone, overall))
    rule(ax, 0.6, at(0.012), at(0.99))
    if overall is not None:
        rule(ax, -(len(studies) - 0.5), at(0.012), at(0.99))


def forest_limits(studies: Sequence[StudyAverage], overall: Estimate | None) -> tuple[float, float]:
    """Return the axis that these studies share: it holds the summary, and most of the intervals."""
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
    test = f"{say.t_test(estimate)}, {say.p_phrase(estimate.p_value)}".replace(say.NBSP, " ")
    if estimate.df is not None and estimate.df < 4:
        test += " (df below 4: read with care)"
    spread = f"Heterogeneity: {', '.join(parts)}   |   " if parts else ""
    return f"{spread}Overall effect: {test}"
