"""A report assembled: which sections it has, in the order of print."""

from __future__ import annotations

from collections.abc import Sequence

from consilience.report import numerals as say
from consilience.report.context_sections import (
    flow_section,
    percent_section,
    persistence_section,
    published_section,
    sensitivity_section,
)
from consilience.report.data_sections import effects_section, problem_section, unused_section
from consilience.report.document import Document
from consilience.report.effect_sections import (
    forest_section,
    group_section,
    heterogeneity_section,
    matrix_section,
    moderator_section,
)
from consilience.report.figures import Figure
from consilience.report.findings import key_findings
from consilience.report.method_sections import method_section, reproduce_section
from consilience.report.pictures import Pictures
from consilience.synthesis.result import SynthesisResult


def build_document(result: SynthesisResult, figures: Sequence[Figure]) -> Document:
    """Arrange a result and its figures as a document."""
    pictures = Pictures(figures)
    builders = (
        forest_section,
        group_section,
        matrix_section,
        moderator_section,
        percent_section,
        persistence_section,
        published_section,
        sensitivity_section,
        heterogeneity_section,
        flow_section,
    )
    sections = [build(result, pictures) for build in builders]
    record = (problem_section, unused_section, effects_section, method_section, reproduce_section)
    return Document(
        title=result.protocol.title,
        question=result.protocol.question.text,
        notice=result.notice,
        facts=_facts(result),
        findings=key_findings(result),
        sections=tuple(s for s in (*sections, *(build(result) for build in record)) if s is not None),
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
