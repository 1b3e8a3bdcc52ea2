"""Effects over the time since treatment ended: how long does it last?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from consilience.report import numerals as say
from consilience.report.figures.axis import robust_cap
from consilience.report.figures.figure import Figure, blank_drawing
from consilience.report.figures.style import BLUE, INK, MUTED, VERMILLION, drawing_style
from consilience.synthesis.result import Estimate, SynthesisResult

COLUMNS = ("effect_id", "study", "weeks_after_treatment", "yi", "sei")

DRAWN = 2000
"""Effects that are drawn at most, the most precise; the data table holds all."""


def persistence_figure(result: SynthesisResult) -> Figure | None:
    """Draw each effect against the weeks since treatment; ``None`` when no time is stated."""
    frame = timed_effects(result)
    if len(frame) < 2:
        return None
    drawing = blank_drawing(8.2, 4.2)
    with drawing_style():
        ax = drawing.add_axes((0.09, 0.14, 0.88, 0.8))
        draw_persistence(ax, frame, result)
    return Figure(
        "time-since-treatment",
        "Effects over time since treatment",
        _description(frame, result),
        _caption(result, len(frame)),
        frame,
        drawing,
    )


def timed_effects(result: SynthesisResult) -> pd.DataFrame:
    """Return the effects whose time since treatment is known, one row an effect."""
    frame = result.effects
    if any(c not in frame.columns for c in COLUMNS):
        return pd.DataFrame(columns=list(COLUMNS))
    numbers = frame.loc[:, list(COLUMNS)].copy()
    for c in COLUMNS[2:]:
        numbers[c] = pd.to_numeric(numbers[c], errors="coerce")
    return numbers.dropna(subset=list(COLUMNS[2:])).reset_index(drop=True)


def most_precise(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the effects that are drawn: all, or the most precise, in the order of the table."""
    if len(frame) <= DRAWN:
        return frame
    return frame.loc[frame["sei"].sort_values(kind="stable").index[:DRAWN].sort_values()]


def draw_persistence(ax: Axes, frame: pd.DataFrame, result: SynthesisResult) -> None:
    """Draw bubbles (area by precision) and the estimates that hold from a week on."""
    last = float(frame["weeks_after_treatment"].max())
    weeks, yi, sei = (most_precise(frame)[c].to_numpy(float) for c in COLUMNS[2:])
    cap = robust_cap(list(yi), list(yi), floor=0.8) * 1.25
    area = 1 / sei**2
    shown = np.clip(yi, -cap, cap)
    ax.axhline(0, color=MUTED, linewidth=0.8, zorder=1)
    inside = np.abs(yi) <= cap
    ax.scatter(
        weeks[inside],
        yi[inside],
        s=8 + 140 * area[inside] / area.max(),
        color=BLUE,
        alpha=0.35,
        edgecolors=BLUE,
        linewidths=0.7,
        zorder=2,
        gid="effects",
    )
    for edge, marker in ((cap, "^"), (-cap, "v")):
        out = (shown == edge) & ~inside
        ax.scatter(
            weeks[out], shown[out], marker=marker, color=INK, s=22, clip_on=False, zorder=3, gid="beyond"
        )
    if result.time_slope.curve:
        _fitted_line(ax, result.time_slope)
    else:
        _estimates(ax, result, last)
    _axes(ax, result, cap)


def _fitted_line(ax: Axes, slope: Estimate) -> None:
    """Draw the fitted line with its band, where the data are."""
    x, y, low, high = np.array(slope.curve).T
    ax.fill_between(x, low, high, color=VERMILLION, alpha=0.13, linewidth=0, zorder=1, gid="band")
    ax.plot(x, y, color=VERMILLION, linewidth=1.6, zorder=4, gid="time_slope")


def late_estimate(result: SynthesisResult) -> Estimate | None:
    """Return the pooled effect at the plan's persistence limit or later, over all interventions."""
    return next((e for e in result.persistence if e.key == "persistence"), None)


def _estimates(ax: Axes, result: SynthesisResult, last: float) -> None:
    """Draw the pooled effects before and from the plan's limit on, each a line with its band."""
    limit = result.protocol.analysis.follow_up.persistence_weeks
    before = next((e for e in result.persistence if e.key == "persistence:before"), None)
    for e, start, end in ((before, 0.0, limit), (late_estimate(result), limit, max(last, limit + 1))):
        if e is None or e.estimate is None or e.ci_lower is None or e.ci_upper is None:
            continue
        ax.fill_between(
            [start, end], e.ci_lower, e.ci_upper, color=VERMILLION, alpha=0.13, linewidth=0, zorder=1
        )
        ax.plot([start, end], [e.estimate] * 2, color=VERMILLION, linewidth=1.6, zorder=4, gid=e.key)


def _axes(ax: Axes, result: SynthesisResult, cap: float) -> None:
    ax.set_ylim(-cap, cap)
    for side in ("right", "top"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel("Weeks since treatment ended", fontsize=8)
    ax.set_ylabel(f"g (positive: {result.protocol.directions.positive})", fontsize=8)
    ax.tick_params(length=3, labelsize=8)
    ax.text(
        1,
        1.02,
        slope_words(result),
        transform=ax.transAxes,
        ha="right",
        va="bottom",
        fontsize=7.5,
        color=MUTED,
    )


def slope_words(result: SynthesisResult) -> str:
    """Print the slope over time, or that there is none."""
    slope = result.time_slope
    if slope.status != "estimated":
        return "Slope over time: not estimable"
    return f"Slope per {say.per_units(slope)}: {say.estimate_ci(slope)}"


def _description(frame: pd.DataFrame, result: SynthesisResult) -> str:
    last = say.number(float(frame["weeks_after_treatment"].max()), 0)
    return (
        f"{say.plural(len(frame), 'effect')} measured from 0 to {last} weeks after treatment. "
        f"{slope_words(result)}."
    )


def _caption(result: SynthesisResult, n_effects: int) -> str:
    start = say.number(result.protocol.analysis.follow_up.persistence_weeks, 0)
    bubbles = (
        "Each bubble is one effect whose time since the end of treatment is known; larger bubbles are more "
        "precise; triangles lie beyond the axis."
    )
    if n_effects > DRAWN:
        bubbles += (
            f" The {say.count(DRAWN)} most precise of {say.count(n_effects)} effects are drawn; the "
            "lines rest on all, and the data table holds all."
        )
    if result.time_slope.curve:
        return (
            f"{bubbles} Line and band: the effect expected at each time by a straight line through all "
            "effects, with its pointwise 95% confidence interval (robust to effects of one study being "
            "alike); a line is an assumption, and few late effects leave it wide."
        )
    return (
        f"{bubbles} Lines and bands: the pooled effects before and from "
        f"{start} weeks on, with their 95% confidence intervals, where they can be estimated."
    )
