"""The forests of pooled estimates: by group, by the levels of moderators, and under other choices."""

from __future__ import annotations

from dataclasses import replace

from consilience.report import numerals as say
from consilience.report.figures.figure import Figure, file_name
from consilience.report.figures.style import VERMILLION
from consilience.report.figures.summary_rows import Line, Sheet, summary_figure
from consilience.synthesis.result import SynthesisResult


def subgroup_figure(result: SynthesisResult) -> Figure:
    """Draw every intervention and every outcome category, with the overall estimate."""
    words = result.protocol.directions
    lines = [Line(result.overall.label, result.overall, "diamond", VERMILLION, indent=False)]
    for heading, estimates in (("By intervention", result.interventions), ("By outcome", result.outcomes)):
        if estimates:
            lines += [Line(heading), *(Line(e.label, e) for e in estimates)]
    caption = (
        "Pooled effect of each kind of intervention over all outcomes, and on each kind of outcome over all "
        "interventions, with 95% confidence intervals. The diamond and the dashed line are the overall "
        "estimate."
    )
    return summary_figure(
        Sheet(
            "effects-by-group",
            "Effects by intervention and by outcome",
            caption,
            tuple(lines),
            "g [95% CI]",
            words.negative,
            words.positive,
            result.overall.estimate,
        )
    )


def moderator_figures(result: SynthesisResult) -> tuple[Figure, ...]:
    """Draw the levels of every categorical moderator, one figure for each set of trials."""
    subsets = dict.fromkeys((m.subset, m.subset_label) for m in result.moderators if m.levels)
    return tuple(_moderators(result, subset, label) for subset, label in subsets)


def _moderators(result: SynthesisResult, subset: str, label: str) -> Figure:
    words = result.protocol.directions
    lines: list[Line] = []
    for m in result.moderators:
        if m.subset == subset and m.levels:
            test = (
                f"{say.f_test(m.test)}, {say.p_phrase(m.test.p_value)}"
                if m.test.status == "estimated"
                else "no joint test"
            )
            lines += [Line(m.label, note=test.replace(say.NBSP, " ")), *(Line(e.label, e) for e in m.levels)]
    caption = (
        f"Pooled effect at each level of each categorical moderator ({label}), with 95% confidence "
        "intervals. At the right of each heading: the joint test (HTZ) of whether the levels differ."
    )
    return summary_figure(
        Sheet(
            f"moderators-{file_name(subset)}",
            f"Moderators: {label}",
            caption,
            tuple(lines),
            "g [95% CI]",
            words.negative,
            words.positive,
        )
    )


def sensitivity_figure(result: SynthesisResult) -> Figure | None:
    """Draw the overall estimate under every choice that the sensitivity analysis varied."""
    if not result.sensitivity:
        return None
    words = result.protocol.directions
    main = replace(result.overall, label="Main analysis")
    lines = [Line(main.label, main, "diamond", VERMILLION, indent=False)]
    lines += [Line(e.label, e, "circle") for e in result.sensitivity]
    caption = (
        "The overall estimate when one choice of the analysis is changed at a time. Diamond and dashed "
        "line: the main analysis. The choice of the pre-post correlation and of the formula are "
        "assumptions, not findings."
    )
    return summary_figure(
        Sheet(
            "sensitivity",
            "Sensitivity of the overall estimate",
            caption,
            tuple(lines),
            "g [95% CI]",
            words.negative,
            words.positive,
            result.overall.estimate,
        )
    )
