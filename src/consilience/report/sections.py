"""The sections of a report, in the order of print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from consilience.report import numerals as say
from consilience.report.appendix import appendix_sections
from consilience.report.document import (
    Block,
    Definitions,
    Document,
    Fold,
    Listing,
    Paragraph,
    Picture,
    Section,
)
from consilience.report.figures import Figure
from consilience.report.findings import key_findings
from consilience.report.tables import (
    comparator_table,
    estimates_table,
    moderator_levels_table,
    moderator_tests_table,
    published_table,
    studies_table,
)
from consilience.synthesis.result import SynthesisResult


class Pictures:
    """The report's figures by name; each is numbered when it is first placed."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = {f.name: f for f in figures}
        self._placed = 0

    def take(self, prefix: str) -> tuple[Picture, ...]:
        """Return the figures whose name begins with ``prefix``, numbered on."""
        found = [f for name, f in self._figures.items() if name.startswith(prefix)]
        self._placed += len(found)
        return tuple(Picture(f, self._placed - len(found) + i + 1) for i, f in enumerate(found))


def build_document(result: SynthesisResult, figures: Sequence[Figure]) -> Document:
    """Arrange a result and its figures as a document."""
    pictures = Pictures(figures)
    builders = (
        _forest,
        _groups,
        _matrix,
        _moderators,
        _percent,
        _persistence,
        _published,
        _sensitivity,
        _heterogeneity,
        _flow,
    )
    sections = [build(result, pictures) for build in builders]
    return Document(
        title=result.protocol.title,
        question=result.protocol.question.text,
        notice=result.notice,
        facts=_facts(result),
        findings=key_findings(result),
        sections=tuple(s for s in (*sections, *appendix_sections(result)) if s is not None),
        version=result.provenance.versions.get("consilience", ""),
    )


def _facts(result: SynthesisResult) -> tuple[tuple[str, str], ...]:
    e = result.overall
    facts = [("Trials", say.count(e.k_studies)), ("Effects", say.count(e.k_effects))]
    if e.participants:
        facts.append(("People", say.count(e.participants)))
    if e.status == "estimated":
        facts.append(("Overall g [95% CI]", say.estimate_ci(e)))
    return tuple(facts)


def _forest(result: SynthesisResult, pictures: Pictures) -> Section:
    blocks: tuple[Block, ...] = pictures.take("forest")
    table = estimates_table("overall", "The overall effect", "Analysis", [("", [result.overall])])
    labels = {t.key: t.label for t in result.protocol.interventions}
    each = studies_table(result.study_averages, labels)
    folds = (Fold("Every study's average as a table", (each,)),) if result.study_averages else ()
    return Section("forest", "The trials together", (*blocks, *folds, table))


def _groups(result: SynthesisResult, pictures: Pictures) -> Section:
    blocks: list[Block] = [*pictures.take("effects-by-group")]
    blocks.append(
        estimates_table(
            "interventions",
            "Effect of each kind of intervention, over all outcomes",
            "Intervention",
            [("", result.interventions)],
        )
    )
    blocks.append(
        estimates_table(
            "outcomes",
            "Effect on each kind of outcome, over all interventions",
            "Outcome",
            [("", result.outcomes)],
        )
    )
    if result.markers:
        table = estimates_table(
            "markers", "Effect on each marker, over all interventions", "Marker", [("", result.markers)]
        )
        blocks.append(Fold(f"Each marker ({len(result.markers)})", (table,)))
    return Section("groups", "By intervention and by outcome", tuple(blocks))


def _matrix(result: SynthesisResult, pictures: Pictures) -> Section | None:
    if not result.grid:
        return None
    outcomes = {t.key: t.label for t in result.protocol.outcome_categories}
    groups = [
        (
            t.label,
            [
                replace(c.estimate, label=outcomes.get(c.outcome, c.outcome))
                for c in result.grid
                if c.intervention == t.key
            ],
        )
        for t in result.protocol.interventions
    ]
    table = estimates_table("grid", "Every cell of the evidence matrix", "Outcome", groups, spread=False)
    full = Fold("Every cell as a table, with its reasons", (table,))
    return Section("matrix", "Evidence matrix", (*pictures.take("evidence-matrix"), full))


def _moderators(result: SynthesisResult, pictures: Pictures) -> Section | None:
    subsets = dict.fromkeys((m.subset, m.subset_label) for m in result.moderators)
    if not subsets:
        return None
    blocks: list[Block] = [Paragraph(_MODERATORS, "quiet")]
    for subset, label in subsets:
        blocks.append(moderator_tests_table(result.moderators, subset, label))
        blocks += pictures.take(f"moderators-{subset}")
        if any(m.levels for m in result.moderators if m.subset == subset):
            blocks.append(
                Fold(
                    f"Every level as a table: {label}",
                    (moderator_levels_table(result.moderators, subset, label),),
                )
            )
    return Section("moderators", "Under what conditions", tuple(blocks))


_MODERATORS = (
    "Moderators compare trials with each other. Trials were not randomised to their moderators, so a "
    "difference between levels is an association."
)


def _percent(result: SynthesisResult, pictures: Pictures) -> Section | None:
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


def _persistence(result: SynthesisResult, pictures: Pictures) -> Section:
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
    return Section("persistence", "How long it lasts", tuple(blocks))


def _published(result: SynthesisResult, _: Pictures) -> Section | None:
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


def _sensitivity(result: SynthesisResult, pictures: Pictures) -> Section | None:
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


def _heterogeneity(result: SynthesisResult, _: Pictures) -> Section | None:
    e = result.overall
    if e.status != "estimated":
        return None
    pairs = [
        ("τ², the variance of true effects between trials", say.number(e.tau2, 3)),
        ("ω², the variance of true effects within trials", say.number(e.omega2, 3)),
        ("I², the share of variation beyond chance", say.proportion(e.I2)),
        ("Q (df)", f"{say.number(e.Q, 1)} ({say.number(e.Q_df, 0)})"),
        ("95% prediction interval for the effect of a new trial", say.interval(e.pi_lower, e.pi_upper)),
    ]
    known = tuple((a, b) for a, b in pairs if not b.startswith(say.NOT_STATED))
    return Section("heterogeneity", "How much trials differ", (Definitions(known),)) if known else None


def _flow(_: SynthesisResult, pictures: Pictures) -> Section | None:
    found = pictures.take("prisma-flow")
    return Section("flow", "From search to included studies", found) if found else None
