"""The key findings in plain words: each of a reader's questions, answered from the results' numbers.

Sentences state numbers with their interval, hedge where the numbers are weak, and recommend nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from consilience.report import numerals as say
from consilience.report.document import Finding, Listing, Paragraph
from consilience.report.figures.percent import as_estimate
from consilience.report.figures.persistence import late_estimate
from consilience.report.wording import FEW_DF, in_brief, is_frail, reading, with_ci
from consilience.synthesis.result import ComparatorResult, Estimate, ModeratorAnalysis, SynthesisResult


def key_findings(result: SynthesisResult) -> tuple[Finding, ...]:
    """Answer: does it work, for which, for whom, how long, how sure, compared with what."""
    return (
        Finding("Does it work, and how much?", _how_much(result), "forest"),
        Finding("For which intervention and which outcome?", _which(result), "groups"),
        Finding("For whom, and under what conditions?", _conditions(result), "moderators"),
        Finding("How long does it last?", _lasting(result), "persistence"),
        Finding("How sure is it?", _how_sure(result), "heterogeneity"),
        Finding("Compared with what?", _compared(result), "percent"),
    )


Answers = tuple[Paragraph | Listing, ...]


def _paragraphs(*texts: str) -> Answers:
    return tuple(Paragraph(t) for t in texts if t)


def _how_much(result: SynthesisResult) -> Answers:
    e = result.overall
    if e.status != "estimated":
        return _paragraphs(f"No overall effect could be estimated from these trials. {e.reason}")
    people = f" with {say.count(e.participants)} people" if e.participants else ""
    first = (
        f"Over {say.plural(e.k_studies, 'trial')}{people} and {say.plural(e.k_effects, 'effect')}, the "
        f"average difference from the control groups was g = {with_ci(e)}, {say.p_phrase(e.p_value)}. "
        f"{reading(e, result)} g counts standard deviations of the outcome before treatment."
    )
    changes = [p for p in result.percent_change if p.status == "estimated" and p.subset == "all"]
    if not changes:
        return _paragraphs(first)
    lead = "Against the control groups, in percent of the level before treatment:"
    return (
        *_paragraphs(first, lead),
        Listing(tuple(f"{p.label.replace(': ', ', ')}: {in_brief(p, '%')}" for p in changes)),
    )


def _which(result: SynthesisResult) -> Answers:
    kinds = (("kinds of intervention", result.interventions), ("kinds of outcome", result.outcomes))
    return tuple(block for name, estimates in kinds if estimates for block in _group(name, estimates))


def _group(name: str, estimates: Sequence[Estimate]) -> Answers:
    done = sorted(
        (e for e in estimates if e.estimate is not None), key=lambda e: (is_frail(e), -(e.estimate or 0.0))
    )
    if not done:
        return _paragraphs(
            f"None of the {len(estimates)} {name} could be estimated: too few trials had usable numbers."
        )
    lead = f"{len(done)} of {len(estimates)} {name} could be estimated (g):"
    return (Paragraph(lead), Listing(tuple(f"{e.label}: {in_brief(e)}" for e in done)))


def _conditions(result: SynthesisResult) -> Answers:
    tests = [m for m in result.moderators if m.subset == "all"]
    if not tests:
        return _paragraphs("No moderator was tested.")
    done = sorted((m for m in tests if m.test.p_value is not None), key=lambda m: m.test.p_value or 0.0)
    if not done:
        return _paragraphs(f"None of the {len(tests)} moderators could be tested: too few trials state them.")
    sure = [f"{m.label} ({say.p_phrase(m.test.p_value)})" for m in done if not _is_weak(m)]
    weak = [m.label for m in done if _is_weak(m)]
    words = f"{len(done)} of {len(tests)} moderators could be tested over all interventions. "
    words += f"Tests of whether effects differ, smallest p first: {'; '.join(sure)}. " if sure else ""
    words += f"Tested with too few degrees of freedom to rely on: {'; '.join(weak)}. " if weak else ""
    return _paragraphs(
        words.strip(),
        "Several tests were made, so a single small p may arise by chance; and trials that differ in a "
        "moderator differ in other ways too.",
    )


def _is_weak(m: ModeratorAnalysis) -> bool:
    return m.test.df_denom is not None and m.test.df_denom < FEW_DF


def _lasting(result: SynthesisResult) -> Answers:
    weeks = say.number(result.protocol.analysis.follow_up.persistence_weeks, 0)
    late = late_estimate(result)
    if late is None or late.status != "estimated":
        why = f" {late.reason}" if late is not None else ""
        first = f"The effect at {weeks} weeks or more after treatment could not be estimated.{why}"
    else:
        first = (
            f"At {weeks} weeks or more after treatment, {say.plural(late.k_studies, 'trial')} gave g = "
            f"{with_ci(late)}. {reading(late, result)}"
        )
    slope = result.time_slope
    if slope.status != "estimated":
        return _paragraphs(first, f"How the effect changes over time could not be estimated. {slope.reason}")
    change = f"Change in g per {say.per_units(slope)} since treatment: {with_ci(slope)}."
    return _paragraphs(first, f"{change} {reading(slope, result)}" if is_frail(slope) else change)


def _how_sure(result: SynthesisResult) -> Answers:
    e = result.overall
    if e.status != "estimated":
        return _paragraphs(
            "Without an overall estimate there is nothing to be sure of yet.", _not_judged(result)
        )
    differ = ""
    if e.pi_lower is not None and e.pi_upper is not None:
        differ = (
            "Trials differ: the effect in a new trial like these is expected between "
            f"{say.number(e.pi_lower)} and {say.number(e.pi_upper)} (95% prediction interval; I² = "
            f"{say.proportion(e.I2)}, τ² = {say.number(e.tau2, 3)})."
        )
    cautions = " ".join(f"{say.typeset(c.message).rstrip('.')}." for c in e.cautions)
    return _paragraphs(differ, _choices(result), cautions, _not_judged(result))


def _choices(result: SynthesisResult) -> str:
    known = [s.estimate for s in result.sensitivity if s.estimate is not None]
    if not known:
        return ""
    return (
        "When one choice of the analysis at a time was changed, the overall estimate ranged from "
        f"{say.number(min(known))} to {say.number(max(known))}."
    )


def _not_judged(result: SynthesisResult) -> str:
    unused = (
        f"{say.plural(len(result.unused), 'row')} of the trial table gave no effect. "
        if result.unused
        else ""
    )
    return (
        f"{unused}Risk of bias, publication bias and the certainty of the evidence (GRADE) are not judged "
        "here."
    )


def _compared(result: SynthesisResult) -> Answers:
    control = result.protocol.question.comparator.rstrip(".")
    first = (
        f"Compared with: {control}. Such a comparison does not separate an intervention's specific effect "
        "from those of attention and expectation."
    )
    if not result.comparators:
        return _paragraphs(first)
    lead = "Benchmarks from other trials, and these trials' change on the same marker:"
    beside = Listing(tuple(_beside(c) for c in result.comparators))
    last = "No trial compared the two directly, so this cannot show that one works better than the other."
    return (*_paragraphs(first, lead), beside, Paragraph(last))


def _beside(c: ComparatorResult) -> str:
    benchmark = as_estimate(c.comparator)
    known = benchmark.ci_lower is not None
    theirs = (
        with_ci(benchmark, "%") if known else f"{say.number(benchmark.estimate, 1)}% (interval not known)"
    )
    ours = in_brief(c.ours, "%") if c.ours.status == "estimated" else "not estimable"
    return f"{c.comparator.label}: {theirs}; these trials: {ours}"
