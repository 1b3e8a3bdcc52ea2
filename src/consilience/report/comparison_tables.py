"""The tables that set these trials beside other results: benchmarks, and published analyses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from consilience.report import numerals as say
from consilience.report.document import Head, Table, TableRow
from consilience.report.tables import CI
from consilience.synthesis.result import (
    ComparatorResult,
    PublishedComparison,
)


def comparator_table(comparators: Sequence[ComparatorResult], markers: Mapping[str, str]) -> Table:
    """Tabulate the trials' percent change beside each benchmark's; ``markers`` are labels by key."""
    rows = []
    for c in comparators:
        b = c.comparator
        theirs = say.number(b.percent_change, 1)
        if b.ci_lower is not None and b.ci_upper is not None:
            theirs += f" [{say.number(b.ci_lower, 1)}, {say.number(b.ci_upper, 1)}]"
        ours = say.estimate_ci(c.ours) if c.ours.status == "estimated" else "not estimable"
        weeks = say.number(b.weeks, 0)
        cells = (
            markers.get(b.marker, b.marker),
            theirs,
            say.p_value(b.p_value),
            say.count(b.n),
            weeks,
            b.source,
            ours,
            say.count(c.ours.k_studies),
        )
        rows.append(TableRow(b.label, cells))
    heads = (
        Head("Benchmark", False),
        Head("Marker", False),
        Head("Its change, % [95% CI]"),
        Head("p"),
        Head("People"),
        Head("Weeks"),
        Head("Source", False),
        Head("These trials, % [95% CI]"),
        Head("Studies"),
    )
    return Table(
        "comparators", "Percent change in these trials beside benchmarks from elsewhere", heads, tuple(rows)
    )


def published_table(published: Sequence[PublishedComparison]) -> Table:
    """Tabulate earlier published results beside our own of the same name."""
    rows = []
    for pair in published:
        p, ours = pair.published, pair.ours
        digits = say.decimals_of(p.scale)
        test = f"{say.number(p.statistic)} ({say.df(p.df)})" if p.statistic is not None else say.NOT_STATED
        mine = (
            say.number(ours.estimate, digits),
            say.interval(ours.ci_lower, ours.ci_upper, digits),
            say.count(ours.k_studies),
        )
        cells = (
            _scale(p.scale),
            say.number(p.estimate, digits),
            say.interval(p.ci_lower, p.ci_upper, digits),
            test,
            p.p_value or say.NOT_STATED,
        )
        reason = "" if ours.status == "estimated" else say.why_not(ours.reason)
        rows.append(TableRow(p.label, cells if reason else (*cells, *mine), reason=reason))
    heads = (
        Head("Analysis", False),
        Head("Scale", False),
        Head("Published"),
        CI,
        Head("t (df)"),
        Head("p"),
        Head("Here"),
        CI,
        Head("Studies here"),
    )
    return Table("published", "Published results beside those of this report", heads, tuple(rows))


def _scale(scale: str) -> str:
    return "%" if scale == "percent" else scale
