"""The key findings in plain words: each of a reader's questions, answered from the results' numbers.

Sentences state numbers with their interval, hedge where the numbers are weak, and recommend nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from consilience.report import numerals as say
from consilience.report.document import Finding
from consilience.synthesis.result import Estimate, ModeratorAnalysis, SynthesisResult

FEW_DF = 4.0


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


def reading(e: Estimate, result: SynthesisResult) -> str:
    """Say what an interval leaves open, in the protocol's words for the two directions."""
    words = result.protocol.directions
    if e.ci_lower is None or e.ci_upper is None:
        return "No interval could be given."
    if e.df is not None and e.df < FEW_DF:
        return f"With {say.df(e.df)} degrees of freedom this interval should not be relied on."
    if e.ci_lower > 0:
        return f"The whole interval lies on the side of {words.positive}."
    if e.ci_upper < 0:
        return f"The whole interval lies on the side of {words.negative}."
    return f"The interval includes zero: both {words.positive} and {words.negative} remain possible."


def with_ci(e: Estimate, unit: str = "") -> str:
    """Print "0.30 (95% CI 0.21 to 0.40)"."""
    digits = say.slope_decimals(e)
    return f"{say.number(e.estimate, digits)}{unit} (95% CI {say.interval(e.ci_lower, e.ci_upper, digits)})"


def _how_much(result: SynthesisResult) -> tuple[str, ...]:
    e = result.overall
    if e.status != "estimated":
        return (f"No overall effect could be estimated from these trials. {e.reason}",)
    people = f" with {say.count(e.participants)} people" if e.participants else ""
    first = (
        f"Over {say.plural(e.k_studies, 'trial')}{people} and {say.plural(e.k_effects, 'effect')}, the average difference "
        f"from the control groups was g = {with_ci(e)}, {say.p_phrase(e.p_value)}. {reading(e, result)} "
        "g counts standard deviations of the outcome before treatment."
    )
    changes = [p for p in result.percent_change if p.status == "estimated"]
    sentences = [f"{p.label}: {with_ci(p, '%')}{_frail(p)}." for p in changes if p.subset == "all"]
    if not sentences:
        return (first,)
    return (first, "As a change against the control groups, in percent of the level before treatment. " + " ".join(sentences))


def _frail(e: Estimate) -> str:
    return f", with only {say.df(e.df)} degrees of freedom" if e.df is not None and e.df < FEW_DF else ""


def _which(result: SynthesisResult) -> tuple[str, ...]:
    kinds = (("interventions", result.interventions), ("kinds of outcome", result.outcomes))
    return tuple(_group_words(name, estimates) for name, estimates in kinds if estimates)


def _group_words(name: str, estimates: Sequence[Estimate]) -> str:
    done = [e for e in estimates if e.status == "estimated"]
    head = f"{len(done)} of {len(estimates)} {name} could be estimated"
    if not done:
        return f"None of the {len(estimates)} {name} could be estimated: too few trials had usable numbers."
    sure = sorted((e for e in done if not _frail(e)), key=lambda e: -(e.estimate or 0.0))
    weak = [e for e in done if _frail(e)]
    words = f"{head}. "
    if sure:
        words += "; ".join(f"{e.label} {with_ci(e)}" for e in sure) + ". "
    if weak:
        words += f"Too few trials for a reliable interval: {'; '.join(f'{e.label} {say.number(e.estimate)}' for e in weak)}. "
    return words.strip()


def _conditions(result: SynthesisResult) -> tuple[str, ...]:
    tests = [m for m in result.moderators if m.subset == "all"]
    if not tests:
        return ("No moderator was tested.",)
    done = sorted((m for m in tests if m.test.p_value is not None), key=lambda m: m.test.p_value or 0.0)
    if not done:
        return (f"None of the {len(tests)} moderators could be tested: too few trials state them.",)
    listed = "; ".join(f"{m.label} {_test_words(m)}" for m in done)
    return (
        f"{len(done)} of {len(tests)} moderators could be tested over all interventions, smallest p first: {listed}. "
        "Several tests were made, so a single small p may arise by chance; and trials that differ in a moderator differ "
        "in other ways too.",
    )


def _test_words(m: ModeratorAnalysis) -> str:
    few = m.test.df_denom is not None and m.test.df_denom < FEW_DF
    return f"({say.p_phrase(m.test.p_value)}{', too few degrees of freedom to rely on' if few else ''})"


def _lasting(result: SynthesisResult) -> tuple[str, ...]:
    weeks = say.number(result.protocol.analysis.follow_up.persistence_weeks, 0)
    late = next((e for e in result.persistence if e.subset == "all"), None) or next(iter(result.persistence), None)
    if late is None or late.status != "estimated":
        why = f" {late.reason}" if late is not None else ""
        first = f"The effect at {weeks} weeks or more after treatment could not be estimated.{why}"
    else:
        first = (
            f"At {weeks} weeks or more after treatment, {say.plural(late.k_studies, 'trial')} gave g = {with_ci(late)}. "
            f"{reading(late, result)}"
        )
    slope = result.time_slope
    if slope.status != "estimated":
        return (first, f"How the effect changes over time could not be estimated. {slope.reason}")
    return (first, f"Change in g per {say.per_units(slope)} since treatment: {with_ci(slope)}.")


def _how_sure(result: SynthesisResult) -> tuple[str, ...]:
    e = result.overall
    if e.status != "estimated":
        return ("Without an overall estimate there is nothing to be sure of yet.",)
    words = [f"{c.message.rstrip('.')}." for c in e.cautions]
    if e.pi_lower is not None and e.pi_upper is not None:
        words.append(
            f"Trials differ: the effect of a new trial like these is expected between {say.interval(e.pi_lower, e.pi_upper)} "
            f"(95% prediction interval; I² = {say.proportion(e.I2)}, τ² = {say.number(e.tau2, 3)})."
        )
    known = [s.estimate for s in result.sensitivity if s.estimate is not None]
    if known:
        words.append(
            f"When single choices of the analysis were changed, the overall estimate ranged from {say.number(min(known))} to "
            f"{say.number(max(known))}."
        )
    unused = f"{say.plural(len(result.unused), 'row')} of the trial table gave no effect." if result.unused else ""
    closing = "Risk of bias, publication bias and the certainty of the evidence (GRADE) are not judged here."
    return tuple(w for w in (" ".join(words), f"{unused} {closing}".strip()) if w)


def _compared(result: SynthesisResult) -> tuple[str, ...]:
    control = result.protocol.question.comparator.rstrip(".")
    first = (
        f"Compared with: {control}. Such a comparison does not separate an intervention's specific effect from those of "
        "attention and expectation."
    )
    return (first, *dict.fromkeys(c.statement for c in result.comparators))
