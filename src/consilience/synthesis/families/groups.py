"""Pooled effects of groups: all trials, each intervention, each outcome, their grid, each marker."""

from __future__ import annotations

from consilience.synthesis.material import Material
from consilience.synthesis.pool import Target, pool
from consilience.synthesis.result import Estimate, GridCell

MARKER_STUDIES = 2
"""A marker gets an estimate of its own when at least so many studies measured it."""


def overall(material: Material) -> Estimate:
    """All trials and all outcomes."""
    return pool(
        material.main, Target("overall", "All interventions, all outcomes", "overall"), material.pooling
    )


def by_intervention(material: Material) -> tuple[Estimate, ...]:
    """Each intervention of the protocol, in the protocol's order."""
    return tuple(
        pool(
            material.main.where(material.main.is_equal("intervention_type", term.key)),
            Target(f"intervention:{term.key}", term.label, "intervention"),
            material.pooling,
        )
        for term in material.protocol.interventions
    )


def by_outcome(material: Material) -> tuple[Estimate, ...]:
    """Each outcome category of the protocol, in the protocol's order."""
    return tuple(
        pool(
            material.main.where(material.main.is_equal("outcome_category", term.key)),
            Target(f"outcome:{term.key}", term.label, "outcome"),
            material.pooling,
        )
        for term in material.protocol.outcome_categories
    )


def grid(material: Material) -> tuple[GridCell, ...]:
    """Every intervention by every outcome category, empty cells too."""
    cells = []
    for row in material.protocol.interventions:
        effects = material.main.where(material.main.is_equal("intervention_type", row.key))
        for column in material.protocol.outcome_categories:
            target = Target(f"grid:{row.key}:{column.key}", f"{row.label}: {column.label}", "grid")
            cell = effects.where(effects.is_equal("outcome_category", column.key))
            cells.append(GridCell(row.key, column.key, pool(cell, target, material.pooling)))
    return tuple(cells)


def by_marker(material: Material) -> tuple[Estimate, ...]:
    """Each marker that at least two studies measured, the most studied first."""
    found = []
    for marker in material.protocol.markers:
        effects = material.main.where(material.main.is_equal("marker", marker.key))
        if effects.k_studies >= MARKER_STUDIES:
            target = Target(f"marker:{marker.key}", marker.label, "marker")
            found.append(pool(effects, target, material.pooling))
    return tuple(sorted(found, key=lambda estimate: -estimate.k_studies))
