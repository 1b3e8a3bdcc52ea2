"""What to know before trusting a selection model."""

from __future__ import annotations

from consilience.meta.bias.selection.climb import Summit
from consilience.meta.bias.selection.problem import Problem
from consilience.meta.clusters import Clusters


def notes(
    problem: Problem, summit: Summit, names: tuple[str, ...], bound: tuple[str, ...], alternative: str,
    k: int, clusters: Clusters | None,
) -> tuple[str, ...]:  # fmt: skip
    """Every caution a fit deserves."""
    out = []
    if not summit.converged:
        out.append(f"The search did not converge in {summit.steps} steps; do not rely on these numbers.")
    units = k if clusters is None else clusters.J
    if units < 10:
        out.append(
            f"{units} studies: a selection model needs many more than 10 to tell selection from chance."
        )
    out += _about_intervals(problem, names, alternative)
    out += [f"{name} lies at the bound of what it can be; it has no standard error." for name in bound]
    if clusters is not None:
        out.append(
            "Effects of a study are treated as independent in the estimate, as dependent in its error."
        )
    return tuple(out)


def _about_intervals(problem: Problem, names: tuple[str, ...], alternative: str) -> list[str]:
    counts = problem.counts
    if not counts:
        return []
    if counts[0] == 0:
        return [
            f"No study lies in {names[0]} ({alternative}): selection cannot be estimated, "
            "weights are held at 1."
        ]
    out = []
    empty = [n for n, c in zip(names[1:], counts[1:]) if c == 0]
    if len(empty) == len(counts) - 1:
        out.append(
            "Every study lies in the first interval: the others get weight 0, and the mean is hardly held."
        )
    elif empty:
        out.append(f"No study lies in {', '.join(empty)}: the weight there is estimated as 0, its bound.")
    few = [n for n, c in zip(names, counts) if 0 < c < 4]
    if few:
        out.append(f"Fewer than 4 studies lie in {', '.join(few)}; the weights are poorly determined.")
    return out
