"""The sections that say what the effects are: together, by group, by condition, and how they differ."""

from __future__ import annotations

from dataclasses import replace

from consilience.report import numerals as say
from consilience.report.document import Block, Definitions, Fold, Paragraph, Section
from consilience.report.figures.figure import file_name
from consilience.report.figures.forest_pages import drawn_studies, not_drawn
from consilience.report.pictures import Pictures
from consilience.report.tables import (
    estimates_table,
    moderator_levels_table,
    moderator_tests_table,
    studies_table,
)
from consilience.synthesis.result import SynthesisResult


def forest_section(result: SynthesisResult, pictures: Pictures) -> Section:
    """Return the forest of study averages and the overall estimate."""
    blocks: tuple[Block, ...] = pictures.take("forest")
    table = estimates_table("overall", "The overall effect", "Analysis", [("", [result.overall])])
    labels = {t.key: t.label for t in result.protocol.interventions}
    each = studies_table(drawn_studies(result), labels)
    left_out = not_drawn(result)
    summary = "The drawn studies' averages as a table" if left_out else "Every study's average as a table"
    notes = (Paragraph(left_out, "quiet"),) if left_out else ()
    folds = (Fold(summary, (*notes, each)),) if result.study_averages else ()
    return Section("forest", "The trials together", (*blocks, *folds, table))


def group_section(result: SynthesisResult, pictures: Pictures) -> Section:
    """Return every intervention, every outcome category and every marker."""
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


def matrix_section(result: SynthesisResult, pictures: Pictures) -> Section | None:
    """Return the evidence matrix, as a figure and as a table."""
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


def moderator_section(result: SynthesisResult, pictures: Pictures) -> Section | None:
    """Return each moderator's test and levels, for each set of trials."""
    subsets = dict.fromkeys((m.subset, m.subset_label) for m in result.moderators)
    if not subsets:
        return None
    blocks: list[Block] = [Paragraph(_MODERATORS, "quiet")]
    for subset, label in subsets:
        blocks.append(moderator_tests_table(result.moderators, subset, label))
        blocks += pictures.take(f"moderators-{file_name(subset)}")
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


def heterogeneity_section(result: SynthesisResult, _: Pictures) -> Section | None:
    """Return how much the trials differ."""
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
