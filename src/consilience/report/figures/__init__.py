"""The figures of a report, in the order in which it shows them."""

from __future__ import annotations

from collections.abc import Iterator

from consilience.report.figures.figure import Figure
from consilience.report.figures.forest_pages import forest_figures
from consilience.report.figures.matrix import matrix_figure
from consilience.report.figures.percent import percent_figure
from consilience.report.figures.persistence import persistence_figure
from consilience.report.figures.prisma_flow import prisma_figure
from consilience.report.figures.summaries import moderator_figures, sensitivity_figure, subgroup_figure
from consilience.synthesis.result import SynthesisResult

__all__ = ["Figure", "all_figures"]


def all_figures(result: SynthesisResult) -> Iterator[Figure]:
    """Draw, one after the other, every figure that this result has numbers for."""
    yield from forest_figures(result)
    yield subgroup_figure(result)
    yield from (f for f in (matrix_figure(result),) if f)
    yield from moderator_figures(result)
    optional = (percent_figure, persistence_figure, sensitivity_figure, prisma_figure)
    yield from (f for draw in optional if (f := draw(result)))
