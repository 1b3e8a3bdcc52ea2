"""Results that an earlier publication printed, each beside our own of the same name."""

from __future__ import annotations

from collections.abc import Iterable

from consilience.protocol.model import PublishedResult
from consilience.synthesis.material import Material
from consilience.synthesis.result import Estimate, PublishedComparison


def published(material: Material, ours: Iterable[Estimate]) -> tuple[PublishedComparison, ...]:
    """Pair each published result with the estimate whose key it names."""
    by_key = {estimate.key: estimate for estimate in ours}
    return tuple(
        PublishedComparison(result, by_key.get(result.analysis) or not_run(result))
        for result in material.protocol.published
    )


def not_run(result: PublishedResult) -> Estimate:
    """Stands for an analysis that this table gave no occasion to run."""
    return Estimate(
        result.analysis,
        result.label,
        "overall",
        result.scale,
        "not_estimable",
        reason="No study in this table gives an effect for it.",
    )
