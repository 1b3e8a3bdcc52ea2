"""Percent change against control, beside benchmarks from elsewhere on the same scale."""

from __future__ import annotations

from collections.abc import Sequence

from consilience.protocol.model import Comparator
from consilience.report.figures.figure import Figure
from consilience.report.figures.style import VERMILLION
from consilience.report.figures.summary_rows import Line, Sheet, summary_figure
from consilience.synthesis.result import Estimate, SynthesisResult


def percent_figure(result: SynthesisResult) -> Figure | None:
    """Draw percent changes of the trials (squares) and of the comparators (triangles)."""
    lines: list[Line] = []
    if result.percent_change:
        lines += _grouped(result.percent_change)
    for marker, ours, theirs in _by_marker(result):
        lines += [Line(marker), Line("These trials", ours)]
        lines += [Line(c.label, as_estimate(c), "triangle", VERMILLION) for c in theirs]
    if not lines:
        return None
    caption = (
        "Change against the control group, in percent of the level before treatment, with 95% confidence "
        "intervals. Squares: the trials of this review. Triangles: benchmarks from other trials. Where a "
        "benchmark's source gives no interval, only its point is drawn. For harmful function a fall is the "
        "good direction."
    )
    title = "Percent change" + (" and benchmarks" if result.comparators else "")
    return summary_figure(
        Sheet("percent-change", title, caption, tuple(lines), "% [95% CI]", "falls", "rises")
    )


def _grouped(estimates: Sequence[Estimate]) -> list[Line]:
    """Put "function: trials" labels under one heading for each function."""
    groups: dict[str, list[Line]] = {}
    for e in estimates:
        heading, _, rest = e.label.partition(": ")
        groups.setdefault(heading, []).append(Line(rest or "All", e))
    return [line for heading, lines in groups.items() for line in (Line(heading), *lines)]


def _by_marker(result: SynthesisResult) -> list[tuple[str, Estimate, list[Comparator]]]:
    labels = {m.key: m.label for m in result.protocol.markers}
    markers = dict.fromkeys(c.comparator.marker for c in result.comparators)
    return [
        (
            labels.get(marker, marker),
            next(c.ours for c in result.comparators if c.comparator.marker == marker),
            [c.comparator for c in result.comparators if c.comparator.marker == marker],
        )
        for marker in markers
    ]


def as_estimate(comparator: Comparator) -> Estimate:
    """Put a benchmark in the shape of an estimate, so that one kernel draws and prints both."""
    return Estimate(
        key=f"comparator:{comparator.key}",
        label=comparator.label,
        family="percent_change",
        scale="percent",
        status="estimated",
        estimate=comparator.percent_change,
        ci_lower=comparator.ci_lower,
        ci_upper=comparator.ci_upper,
        p_value=comparator.p_value,
        participants=comparator.n,
    )
