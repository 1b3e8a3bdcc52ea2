"""The sections that set the effects in context: percent, time, other results, other choices, the search."""

from __future__ import annotations

from consilience.report import numerals as say
from consilience.report.comparison_tables import comparator_table, published_table
from consilience.report.document import (
    Block,
    Fold,
    Head,
    Listing,
    Paragraph,
    Section,
    Table,
    TableRow,
)
from consilience.report.pictures import Pictures
from consilience.report.tables import CI, estimates_table
from consilience.synthesis.result import Estimate, SynthesisResult


def percent_section(result: SynthesisResult, pictures: Pictures) -> Section | None:
    """Return percent changes, and the benchmarks beside them."""
    if not result.percent_change and not result.comparators:
        return None
    blocks: list[Block] = [*pictures.take("percent-change")]
    if result.percent_change:
        caption = "Change against the control groups, in percent of the level before treatment"
        blocks.append(
            estimates_table("percent", caption, "Outcome", [("", result.percent_change)], spread=False)
        )
    if result.comparators:
        markers = {m.key: m.label for m in result.protocol.markers}
        blocks += [comparator_table(result.comparators, markers), Paragraph(_INDIRECT, "caution")]
        blocks.append(
            Fold("Each benchmark in words, with what its source leaves open", (Listing(_statements(result)),))
        )
    return Section("percent", "Percent change and benchmarks", tuple(blocks))


def _statements(result: SynthesisResult) -> tuple[str, ...]:
    notes = (f"{c.statement} {c.comparator.note}".strip() for c in result.comparators)
    return tuple(dict.fromkeys(say.typeset(note) for note in notes))


_INDIRECT = (
    "What this comparison cannot show: no trial here compared these interventions with the benchmark. The "
    "people, the controls, the doses, the time points and the assays differ, so that one number is larger "
    "than the other does not mean that one treatment works better than the other."
)


def persistence_section(result: SynthesisResult, pictures: Pictures) -> Section:
    """Return the effects by time since treatment."""
    rows = [("", (*result.persistence,))] if result.persistence else []
    blocks: list[Block] = [*pictures.take("time-since-treatment")]
    if rows:
        blocks.append(estimates_table("persistence", "Effect by time since treatment ended", "Time", rows))
    blocks.append(
        estimates_table(
            "time-slope",
            f"Change in g per {say.per_units(result.time_slope)} since treatment",
            "Slope",
            [("", [result.time_slope])],
            spread=False,
        )
    )
    if result.time_slope.curve:
        blocks.append(Fold("The fitted line as a table", (_line_table(result.time_slope),)))
    return Section("persistence", "How long it lasts", tuple(blocks))


def _line_table(slope: Estimate) -> Table:
    """Tabulate the points of the fitted line."""
    heads = (Head("Weeks since treatment", False), Head("g"), CI)
    rows = tuple(
        TableRow(say.number(x, 1), (say.number(g), say.interval(low, high)))
        for x, g, low, high in slope.curve
    )
    return Table("time-line", "Effect expected by the fitted line", heads, rows)


def published_section(result: SynthesisResult, _: Pictures) -> Section | None:
    """Return published results beside our own."""
    if not result.published:
        return None
    source = result.protocol.published_source
    blocks: list[Block] = [published_table(result.published)]
    sources = tuple(dict.fromkeys(p.published.source for p in result.published if p.published.source))
    listed = (source,) if source else sources
    if listed:
        blocks.append(Paragraph(f"Published results: {'; '.join(listed)}.".replace("..", "."), "quiet"))
    blocks.append(
        Paragraph(
            "The two columns rest on different sets of trials unless the same trials were read in.", "quiet"
        )
    )
    return Section("published", "Beside published results", tuple(blocks))


def sensitivity_section(result: SynthesisResult, pictures: Pictures) -> Section | None:
    """Return the overall estimate under other choices."""
    if not result.sensitivity:
        return None
    table = estimates_table(
        "sensitivity", "The overall effect when one choice is changed", "Choice", [("", result.sensitivity)]
    )
    return Section(
        "sensitivity",
        "Sensitivity to the choices made",
        (*pictures.take("sensitivity"), Fold("As a table", (table,))),
    )


def flow_section(_: SynthesisResult, pictures: Pictures) -> Section | None:
    """Return the PRISMA flow diagram, where counts are given."""
    found = pictures.take("prisma-flow")
    return Section("flow", "From search to included studies", found) if found else None
