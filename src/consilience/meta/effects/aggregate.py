"""Several dependent effects of a study as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.errors import InputError

Groups = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Aggregated:
    """One effect and variance for every group, in the groups' order."""

    yi: FloatArray
    vi: FloatArray


def weighted_cs(yi: FloatArray, vi: FloatArray, group: Groups, rho: float) -> Aggregated:
    """Inverse-variance mean under one correlation: b = 1'V⁻¹y / 1'V⁻¹1, by Sherman and Morrison's formula."""
    sei = np.sqrt(vi)
    k = np.bincount(group)
    a, b = np.bincount(group, 1 / vi), np.bincount(group, 1 / sei)
    ay, by = np.bincount(group, yi / vi), np.bincount(group, yi / sei)
    c = rho / (1 + (k - 1) * rho)
    information = a - c * b**2
    return Aggregated((ay - c * b * by) / information, (1 - rho) / information)


def mean_cs(yi: FloatArray, vi: FloatArray, group: Groups, rho: float) -> Aggregated:
    """Simple mean; variance ((1-ρ) Σv + ρ (Σ√v)²)/k²."""
    k = np.bincount(group)
    spread = (1 - rho) * np.bincount(group, vi) + rho * np.bincount(group, np.sqrt(vi)) ** 2
    return Aggregated(np.bincount(group, yi) / k, spread / k**2)


def by_blocks(yi: FloatArray, group: Groups, blocks: list[FloatArray], *, weighted: bool) -> Aggregated:
    """The mean of each group under its own covariance block."""
    out = np.full((2, len(blocks)), np.nan)
    order = np.argsort(group, kind="stable")
    for j, rows in enumerate(np.split(order, np.cumsum(np.bincount(group))[:-1])):
        one = np.ones(len(rows))
        w = np.linalg.solve(blocks[j], one) if weighted else one
        w = w / w.sum()
        out[:, j] = w @ yi[rows], w @ blocks[j] @ w
    return Aggregated(out[0], out[1])


def aggregate_effects(
    data: pd.DataFrame, cluster: str, *, rho: float | None = None, V: Mapping[Any, Any] | None = None,
    weighted: bool = True, yi: str = "yi", vi: str = "vi",
) -> pd.DataFrame:  # fmt: skip
    """One effect for every cluster, from its dependent effects.

    ``weighted``: the inverse-variance mean 1'V⁻¹y / 1'V⁻¹1 with variance 1/1'V⁻¹1; otherwise the
    simple mean with 1'V1/k². V is built from ``rho``, the correlation of sampling errors within a
    cluster, or given as ``V``, a mapping from cluster to its covariance matrix (rows in the data's
    order). Rows without yi or vi are left out. Returns one row a cluster in order of appearance:
    ``cluster``, yi, vi, ``k`` and every column that is constant within clusters. Raises
    ``InputError`` for a missing column, rho outside [-1, 1) or a V that does not fit.

    >>> es = pd.DataFrame({"study": ["a", "a", "b"], "yi": [0.2, 0.4, 0.1], "vi": [0.04, 0.04, 0.02]})
    >>> aggregate_effects(es, "study", rho=0.5)[["yi", "vi", "k"]].round(4).values.tolist()
    [[0.3, 0.03, 2.0], [0.1, 0.02, 1.0]]
    """
    for name in (cluster, yi, vi):
        if name not in data.columns:
            raise InputError(
                f"data has no column {name!r}; its columns are {', '.join(map(str, data.columns))}."
            )
    if (rho is None) == (V is None):
        raise InputError(
            "Give either rho (one correlation, for example 0.6) or V (a matrix for each cluster)."
        )
    used = data[data[yi].notna() & data[vi].notna()]
    y, v = used[yi].to_numpy(dtype=np.float64), used[vi].to_numpy(dtype=np.float64)
    if (v <= 0).any():
        raise InputError(f"{vi} holds {v[v <= 0][0]:g}; a sampling variance must be positive.")
    group, keys = pd.factorize(used[cluster])
    if (group < 0).any():
        raise InputError(
            f"{cluster} is missing in {int((group < 0).sum())} rows; each effect needs its cluster."
        )
    result = _aggregate(y, v, group, list(keys), rho, V, weighted)
    return _frame(used, cluster, keys, group, result, yi, vi)


def _aggregate(
    y: FloatArray, v: FloatArray, group: Groups, keys: list[Any],
    rho: float | None, V: Mapping[Any, Any] | None, weighted: bool,
) -> Aggregated:  # fmt: skip
    """By one correlation in one pass, or by the user's blocks."""
    if V is not None:
        return by_blocks(y, group, _blocks(V, keys, np.bincount(group)), weighted=weighted)
    if rho is None or not -1 <= rho < 1:
        raise InputError(
            f"rho is {rho!r}; a correlation of sampling errors lies in [-1, 1), for example 0.6."
        )
    largest = int(np.bincount(group).max(initial=1))
    if 1 + (largest - 1) * rho <= 0:
        raise InputError(f"rho is {rho:g}; with {largest} effects in one cluster V is not positive definite.")
    return (weighted_cs if weighted else mean_cs)(y, v, group, rho)


def _blocks(V: Mapping[Any, Any], keys: list[Any], sizes: npt.NDArray[np.intp]) -> list[FloatArray]:
    """The user's matrices in the clusters' order, checked."""
    out = []
    for key, size in zip(keys, sizes, strict=True):
        if key not in V:
            raise InputError(f"V has no matrix for cluster {key!r}.")
        block = np.asarray(V[key], dtype=np.float64)
        if block.shape != (size, size):
            raise InputError(f"V[{key!r}] has shape {block.shape}; the cluster has {size} usable effects.")
        try:
            np.linalg.cholesky(block)
        except np.linalg.LinAlgError:
            raise InputError(f"V[{key!r}] is not positive definite; check its correlations.") from None
        out.append(block)
    return out


def _frame(
    used: pd.DataFrame, cluster: str, keys: Any, group: Groups, result: Aggregated, yi: str, vi: str
) -> pd.DataFrame:
    """The aggregated effects with the columns that do not vary within clusters."""
    out = pd.DataFrame({cluster: np.asarray(keys), yi: result.yi, vi: result.vi, "k": np.bincount(group)})
    others = [c for c in used.columns if c not in (cluster, yi, vi, "k")]
    by = used.groupby(group, sort=True)
    constant = [c for c in others if bool((by[c].nunique(dropna=False) <= 1).all())]
    first = by[constant].nth(0).reset_index(drop=True) if constant else pd.DataFrame(index=out.index)
    return pd.concat([out, first], axis=1)
