"""A fit repeated on part of its data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks, from_groups
from consilience.meta.clusters import Clusters, clusters_from_codes
from consilience.meta.design import Design, full_rank
from consilience.meta.errors import InputError
from consilience.meta.working.model import WorkingData

if TYPE_CHECKING:
    from consilience.meta.results import MetaFit


def refit_on(fit: MetaFit, keep: np.ndarray, fixed: dict[str, float] | None = None) -> MetaFit:
    """The same fit on the effects where ``keep`` (k,) is true; ``fixed`` components skip the search
    and the likelihood.

    Raises InputError where the remaining effects cannot tell the coefficients apart.
    """
    given = part_of(fit.given, keep)
    if given.clusters.J < 2 or not full_rank(given.X):
        raise InputError("The remaining effects cannot estimate every coefficient.")
    if fixed is not None:
        given = replace(given, fixed=fixed, likelihood=False)
    return fit.rebuilt(_design(fit.design, keep), given)


def part_of(data: WorkingData, keep: np.ndarray) -> WorkingData:
    """The data of some effects; studies that lose all of them disappear."""
    old = data.clusters.codes[keep]
    present, codes = np.unique(old, return_inverse=True)
    clusters = clusters_from_codes(codes.astype(np.int64), tuple(data.clusters.labels[i] for i in present))
    return replace(
        data,
        y=data.y[keep],
        vi=data.vi[keep],
        X=data.X[keep],
        clusters=clusters,
        category=None if data.category is None else data.category[keep],
        V=None if data.V is None else _part_of_blocks(data.V, keep, clusters),
    )


def _part_of_blocks(V: Blocks, keep: np.ndarray, clusters: Clusters) -> Blocks:
    """A user's V for the effects that stay."""
    inside: dict[int, Array] = {}
    place = np.cumsum(keep) - 1
    for group, part in zip(V.clusters.groups, V.parts):
        for rows, block in zip(group.rows, part):
            stay = keep[rows]
            if stay.any():
                inside[int(clusters.codes[place[rows[stay][0]]])] = block[np.ix_(stay, stay)]
    return from_groups(clusters, lambda g: np.stack([inside[int(m)] for m in g.members]))


def _design(design: Design, keep: np.ndarray) -> Design:
    return replace(design, y=design.y[keep], X=design.X[keep], kept=design.kept[keep], dropped=())
