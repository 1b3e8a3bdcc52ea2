"""The tables of a report: pooled estimates, moderators, comparators, published results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from consilience.report import numerals as say
from consilience.report.document import Head, Table, TableRow
from consilience.report.footnotes import Notes
from consilience.synthesis.pool import NO_STUDY
from consilience.synthesis.result import (
    Estimate,
    ModeratorAnalysis,
    StudyAverage,
)

STUDIES = Head("Studies")
CI = Head("95% CI")
TEST = (Head("p"), Head("t (df)"), Head("Effects"), Head("People"))
SPREAD = (Head("τ²"), Head("I²"), Head("95% prediction interval"))
VALUE = {"g": Head("g"), "percent": Head("Change, %"), "log_ratio": Head("ln ratio of means")}


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
        found = [e for e in estimates if not is_empty(e)]
        if heading and found:
            rows.append(TableRow(heading, (), group=True))
        rows += [estimate_row(e, notes, spread=spread) for e in found]
    heads = (Head(first, False), STUDIES, VALUE[scale], CI, *TEST, *(SPREAD if spread else ()))
    return Table(name, caption, heads, tuple(rows), (*notes.lines(), *_without_effects(groups)))


def is_empty(e: Estimate) -> bool:
    """Say whether no study at all gave an effect for it: such rows are named together, below the table."""
    return e.status != "estimated" and e.k_studies == 0 and e.reason == NO_STUDY


def _without_effects(groups: Sequence[tuple[str, Sequence[Estimate]]]) -> tuple[tuple[str, str], ...]:
    """Name what no study gave an effect for, in one line, group by group."""
    named = []
    for heading, estimates in groups:
        labels = ", ".join(e.label for e in estimates if is_empty(e))
        if labels:
            named.append(f"{heading} ({labels})" if heading else labels)
    return (("", f"No study in this table gives an effect for: {'; '.join(named)}."),) if named else ()


def estimate_row(e: Estimate, notes: Notes, *, spread: bool = True) -> TableRow:
    """Print one estimate; one that could not be made says why."""
    studies = say.count(e.k_studies)
    if e.status != "estimated":
        return TableRow(e.label, (studies,), reason=say.why_not(e.reason))
    digits = say.slope_decimals(e)
    numbers = (say.number(e.estimate, digits), say.interval(e.ci_lower, e.ci_upper, digits))
    t = f"{say.number(e.statistic)} ({say.df(e.df)})"
    test = (say.p_value(e.p_value), t, say.count(e.k_effects), say.count(e.participants))
    pi = say.interval(e.pi_lower, e.pi_upper, digits)
    more = (say.number(e.tau2, 3), say.proportion(e.I2), pi) if spread else ()
    return TableRow(e.label, (studies, *numbers, *test, *more), marks=notes.mark(e.cautions))


def moderator_tests_table(moderators: Sequence[ModeratorAnalysis], subset: str, label: str) -> Table:
    """Tabulate the joint test of every moderator in one set of trials."""
    notes = Notes()
    rows = tuple(_moderator_row(m, notes) for m in moderators if m.subset == subset)
    heads = (
        Head("Moderator", False),
        Head("Studies"),
        Head("F (df)"),
        Head("p"),
        Head("Slope, g [95% CI]"),
        Head("Effects"),
        Head("Effects without a value"),
    )
    caption = f"Do effects differ? Joint test (HTZ) of each moderator: {label}"
    return Table(f"moderator-tests-{subset}", caption, heads, rows, notes.lines())


def _moderator_row(m: ModeratorAnalysis, notes: Notes) -> TableRow:
    studies = say.count(m.test.k_studies)
    if m.test.status != "estimated":
        return TableRow(m.label, (studies,), reason=say.why_not(m.test.reason))
    slope = f"{say.estimate_ci(m.slope)} per {say.per_units(m.slope)}" if m.slope else say.NOT_STATED
    f = f"{say.number(m.test.statistic)} ({say.df(m.test.df_num)}, {say.df(m.test.df_denom)})"
    counts = (say.count(m.test.k_effects), say.count(m.k_missing))
    cells = (studies, f, say.p_value(m.test.p_value), slope, *counts)
    return TableRow(m.label, cells, marks=notes.mark(m.test.cautions))


def moderator_levels_table(moderators: Sequence[ModeratorAnalysis], subset: str, label: str) -> Table:
    """Tabulate the effect at each level of each categorical moderator."""
    groups = [(m.label, m.levels) for m in moderators if m.subset == subset and m.levels]
    caption = f"Effect at each level of each categorical moderator: {label}"
    return estimates_table(f"moderator-levels-{subset}", caption, "Level", groups)


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
