"""The tables of a report: pooled estimates, moderators, comparators, published results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from consilience.report import numerals as say
from consilience.report.document import Head, Table, TableRow
from consilience.synthesis.result import (
    Caution,
    ComparatorResult,
    Estimate,
    ModeratorAnalysis,
    PublishedComparison,
    StudyAverage,
)

COUNTS = (Head("Studies"), Head("Effects"), Head("People"))
TEST = (Head("t (df)"), Head("p"))
SPREAD = (Head("τ²"), Head("I²"), Head("95% prediction interval"))
CI = Head("95% CI")
VALUE = {"g": Head("g"), "percent": Head("Change, %"), "log_ratio": Head("ln ratio of means")}


class Notes:
    """The footnotes of one table: the same message gets the same letter."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def mark(self, cautions: Sequence[Caution]) -> str:
        """Return the superscript letters of these cautions."""
        return ",".join(self._letters.setdefault(c.message, _letter(len(self._letters))) for c in cautions)

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Return the footnotes: letter and message."""
        return tuple((letter, message) for message, letter in self._letters.items())


def _letter(i: int) -> str:
    return chr(ord("a") + i) if i < 26 else f"a{i - 25}"


def estimates_table(
    name: str,
    caption: str,
    first: str,
    groups: Sequence[tuple[str, Sequence[Estimate]]],
    *,
    spread: bool = True,
) -> Table:
    """Tabulate pooled estimates, under a heading for each group that has one."""
    notes = Notes()
    scale = next((e.scale for _, es in groups for e in es), "g")
    rows: list[TableRow] = []
    for heading, estimates in groups:
        if heading:
            rows.append(TableRow(heading, (), group=True))
        rows += [estimate_row(e, notes, spread=spread) for e in estimates]
    heads = (Head(first, numeric=False), *COUNTS, VALUE[scale], CI, *TEST, *(SPREAD if spread else ()))
    return Table(name, caption, heads, tuple(rows), notes.lines())


def estimate_row(e: Estimate, notes: Notes, *, spread: bool = True) -> TableRow:
    """Print one estimate; one that could not be made says why."""
    counts = (say.count(e.k_studies), say.count(e.k_effects), say.count(e.participants))
    if e.status != "estimated":
        return TableRow(e.label, counts, reason=f"Not estimable: {e.reason}")
    digits = say.slope_decimals(e)
    numbers = (say.number(e.estimate, digits), say.interval(e.ci_lower, e.ci_upper, digits))
    test = (f"{say.number(e.statistic)} ({say.df(e.df)})", say.p_value(e.p_value))
    more = (
        (say.number(e.tau2, 3), say.proportion(e.I2), say.interval(e.pi_lower, e.pi_upper, digits))
        if spread
        else ()
    )
    return TableRow(e.label, (*counts, *numbers, *test, *more), marks=notes.mark(e.cautions))


def moderator_tests_table(moderators: Sequence[ModeratorAnalysis], subset: str, label: str) -> Table:
    """Tabulate the joint test of every moderator in one set of trials."""
    notes, rows = Notes(), []
    for m in (m for m in moderators if m.subset == subset):
        counts = (say.count(m.test.k_studies), say.count(m.test.k_effects), say.count(m.k_missing))
        if m.test.status != "estimated":
            rows.append(TableRow(m.label, counts, reason=f"Not estimable: {m.test.reason}"))
            continue
        slope = f"{say.estimate_ci(m.slope)} per {say.per_units(m.slope)}" if m.slope else say.NOT_STATED
        f = f"{say.number(m.test.statistic)} ({say.df(m.test.df_num)}, {say.df(m.test.df_denom)})"
        rows.append(
            TableRow(
                m.label, (*counts, f, say.p_value(m.test.p_value), slope), marks=notes.mark(m.test.cautions)
            )
        )
    heads = (
        Head("Moderator", False),
        Head("Studies"),
        Head("Effects"),
        Head("Effects without a value"),
        Head("F (df)"),
        Head("p"),
        Head("Slope, g [95% CI]"),
    )
    return Table(
        f"moderator-tests-{subset}",
        f"Do effects differ? Joint tests (HTZ) of each moderator: {label}",
        heads,
        tuple(rows),
        notes.lines(),
    )


def moderator_levels_table(moderators: Sequence[ModeratorAnalysis], subset: str, label: str) -> Table:
    """Tabulate the effect at each level of each categorical moderator."""
    groups = [(m.label, m.levels) for m in moderators if m.subset == subset and m.levels]
    caption = f"Effect at each level of each categorical moderator: {label}"
    return estimates_table(f"moderator-levels-{subset}", caption, "Level", groups)


def comparator_table(comparators: Sequence[ComparatorResult], markers: Mapping[str, str]) -> Table:
    """Tabulate the trials' percent change beside each benchmark's; ``markers`` are labels by key."""
    rows = []
    for c in comparators:
        b = c.comparator
        theirs = say.number(b.percent_change, 1)
        if b.ci_lower is not None and b.ci_upper is not None:
            theirs += f" [{say.number(b.ci_lower, 1)}, {say.number(b.ci_upper, 1)}]"
        ours = say.estimate_ci(c.ours) if c.ours.status == "estimated" else f"not estimable: {c.ours.reason}"
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
        reason = "" if ours.status == "estimated" else f"Not estimable here: {ours.reason}"
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


def studies_table(studies: Sequence[StudyAverage], interventions: Mapping[str, str]) -> Table:
    """Tabulate the average effect of each study."""
    rows = tuple(
        TableRow(
            s.study,
            (
                interventions.get(s.intervention, s.intervention),
                say.count(s.k_effects),
                say.count(s.participants),
                say.number(s.yi),
                say.interval(s.ci_lower, s.ci_upper),
                say.number(s.weight, 1),
            ),
        )
        for s in studies
    )
    heads = (
        Head("Study", False),
        Head("Intervention", False),
        Head("Effects"),
        Head("People"),
        Head("g"),
        CI,
        Head("Weight, %"),
    )
    return Table("study-averages", "Average effect of each study", heads, rows)


def _scale(scale: str) -> str:
    return "%" if scale == "percent" else scale
