"""Benchmarks from elsewhere beside the trials' percent change in the same marker."""

from __future__ import annotations

from consilience.protocol.model import Comparator
from consilience.synthesis.families.percent_change import percent_scale
from consilience.synthesis.material import Material
from consilience.synthesis.pool import Target, pool
from consilience.synthesis.result import ComparatorResult, Estimate

LIMITS = (
    "This comparison is indirect: the people, the doses, the durations, the controls and the ways of "
    "measuring differ, no trial compared the two, and a fall of a marker is not a gain in health. It cannot "
    "show that one works better than the other."
)


def comparators(material: Material) -> tuple[ComparatorResult, ...]:
    """Each comparator of the protocol with the trials' own percent change in its marker."""
    labels = {marker.key: marker.label for marker in material.protocol.markers}
    return tuple(compare(material, comparator, labels) for comparator in material.protocol.comparators)


def compare(material: Material, comparator: Comparator, labels: dict[str, str]) -> ComparatorResult:
    """One comparator."""
    effects = material.percent.where(material.percent.is_equal("marker", comparator.marker))
    label = f"{labels.get(comparator.marker, comparator.marker)}, all interventions"
    target = Target(f"comparator:{comparator.key}", label, "percent_change", percent_scale(material))
    ours = pool(effects, target, material.pooling)
    return ComparatorResult(comparator, ours, f"{beside(ours)} {benchmark(comparator)} {LIMITS}")


def beside(ours: Estimate) -> str:
    """What the trials showed, in one sentence."""
    if ours.estimate is None or ours.ci_lower is None or ours.ci_upper is None:
        return f"In these trials no pooled change could be estimated ({ours.reason.rstrip('.')})."
    if ours.scale == "log_ratio":
        return (
            f"In {ours.k_studies} trials the log ratio of means against control was {ours.estimate:.2f} "
            f"({ours.ci_lower:.2f} to {ours.ci_upper:.2f})."
        )
    return (
        f"In {ours.k_studies} trials the change against control was {ours.estimate:.1f} % "
        f"({ours.ci_lower:.1f} to {ours.ci_upper:.1f} %)."
    )


def benchmark(comparator: Comparator) -> str:
    """What the benchmark's source says, with as much uncertainty as it gives."""
    words = f"{comparator.label}: {comparator.percent_change:.1f} %"
    if comparator.ci_lower is not None and comparator.ci_upper is not None:
        words += f" ({comparator.ci_lower:g} to {comparator.ci_upper:g} %)"
    else:
        words += " (its interval is not known here)"
    details = [
        f"p = {comparator.p_value:g}" if comparator.p_value is not None else "",
        f"n = {comparator.n}" if comparator.n is not None else "",
        f"{comparator.weeks:g} weeks" if comparator.weeks is not None else "",
    ]
    said = ", ".join(detail for detail in details if detail)
    return f"{words}{', ' + said if said else ''}; source: {comparator.source}."
