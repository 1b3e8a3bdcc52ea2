"""SCE and SCE+: effects of different categories are independent, each category with its own variances."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks, diagonal_blocks, from_groups, outer_blocks
from consilience.meta.clusters import SizeGroup
from consilience.meta.likelihood import LinearCovariance
from consilience.meta.working.likelihood_fit import fit_linear
from consilience.meta.working.model import WorkingData, WorkingFit, WorkingModel
from consilience.meta.working.sampling import sampling_covariance


def within_category(data: WorkingData, blocks: Blocks) -> Blocks:
    """Blocks with every covariance between categories set to zero."""
    codes = data.category
    assert codes is not None

    def same(group: SizeGroup) -> Array:
        c = codes[group.rows]
        return np.equal(c[:, :, None], c[:, None, :]).astype(np.float64)

    masks = from_groups(data.clusters, same)
    return Blocks(data.clusters, tuple(m * b for m, b in zip(masks.parts, blocks.parts)))


def sce_model(data: WorkingData, within: bool) -> LinearCovariance:
    """V within categories, tau2 of each category, and with ``within`` also omega2 of each."""
    assert data.category is not None
    components, names = [], []
    for code, label in enumerate(data.categories):
        member = (data.category == code).astype(float)
        components.append(outer_blocks(data.clusters, member))
        names.append(f"tau2[{label}]")
        if within and _repeated(data, code):
            components.append(diagonal_blocks(data.clusters, member))
            names.append(f"omega2[{label}]")
    V = within_category(data, sampling_covariance(data))
    return LinearCovariance(V, tuple(components), tuple(names))


def _repeated(data: WorkingData, code: int) -> bool:
    """Whether some study has two effects of a category, so that omega2 can be told from tau2."""
    counts = np.bincount(data.clusters.codes[data.category == code], minlength=1)
    return bool(counts.max() > 1) or data.fixed is not None


def fit_sce(data: WorkingData) -> WorkingFit:
    """Subgroup correlated effects (Pustejovsky & Tipton 2022)."""
    return fit_linear(data, sce_model(data, within=False))


def fit_sce_plus(data: WorkingData) -> WorkingFit:
    """SCE with variance within studies as well."""
    return fit_linear(data, sce_model(data, within=True))


MODEL = WorkingModel(
    "SCE", "subgroup correlated effects, a variance for each category", ("REML", "ML"),
    fit_sce, ("subgroup",),
    r_random="~ {subgroup} | {cluster}",
)  # fmt: skip
PLUS = WorkingModel(
    "SCE+", "subgroup correlated effects with variance between and within studies", ("REML", "ML"),
    fit_sce_plus, ("subgroup",), r_random="list(~ {subgroup} | {cluster}, ~ {subgroup} | es)",
)  # fmt: skip
