"""What to know before trusting a fit: kept on the result, never printed."""

from __future__ import annotations

from collections.abc import Iterator

from consilience.meta.clusters import Clusters
from consilience.meta.design import Design
from consilience.meta.dof import Inference
from consilience.meta.spec import FitSpec, FitWarning
from consilience.meta.working.model import WorkingFit

LEAST_DF = 4.0


def cautions(
    design: Design, clusters: Clusters, working: WorkingFit, inference: Inference, spec: FitSpec
) -> tuple[FitWarning, ...]:
    """Every warning that a fit deserves, the gravest first."""
    return (
        *_about_search(working),
        *_about_coefficients(design, clusters, inference, spec),
        *_about_components(working),
        *_about_rows(design),
    )


def _about_search(working: WorkingFit) -> Iterator[FitWarning]:
    if not working.converged:
        yield FitWarning(
            "not_converged",
            "The search for the variance components did not reach a maximum; do not rely on these numbers.",
        )


def _about_coefficients(
    design: Design, clusters: Clusters, inference: Inference, spec: FitSpec
) -> Iterator[FitWarning]:
    for term, df, reason, study in zip(design.columns, inference.df, inference.reason, inference.carrier):
        if reason:
            yield FitWarning(
                "leverage_one" if study else "no_spread", f"{term}: {reason}", term, study or None
            )
        elif spec.test in ("Satterthwaite", "saddlepoint") and not df >= LEAST_DF:
            message = f"{term}: {df:.1f} degrees of freedom; below 4 the standard error and p are unreliable."
            yield FitWarning("low_df", message, term)
    p = len(design.columns)
    if p >= clusters.J:
        yield FitWarning(
            "few_clusters",
            f"{clusters.J} studies for {p} coefficients: robust standard errors need more studies than that.",
        )


def _about_components(working: WorkingFit) -> Iterator[FitWarning]:
    for name in working.unidentified:
        message = f"The data say nothing about {name}; it was left at 0."
        yield FitWarning("not_identified", message, name)
    for name in working.boundary:
        yield FitWarning("boundary", f"{name} is estimated at 0, the boundary of what it can be.", name)


def _about_rows(design: Design) -> Iterator[FitWarning]:
    for name in design.aliased:
        message = f"{name} repeats what other columns say (rank-deficient design) and was left out."
        yield FitWarning("rank_deficient", message, name)
    if design.dropped:
        first, n = design.dropped[0], len(design.dropped)
        rows = "1 row was" if n == 1 else f"{n} rows were"
        yield FitWarning(
            "dropped_rows", f"{rows} left out, the first ({first.index}) because {first.reason}."
        )
