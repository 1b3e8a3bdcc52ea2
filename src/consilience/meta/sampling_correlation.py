"""How much the sampling errors of two effects of one study correlate: what was measured, when, in whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, Ints
from consilience.meta.clusters import SizeGroup
from consilience.meta.errors import InputError


@dataclass(frozen=True)
class Coded:
    """A labelling of effects: ``codes`` (k,) into sorted ``labels``."""

    codes: Ints
    labels: tuple[Any, ...]


@dataclass(frozen=True)
class Arm:
    """One side of a contrast: its group, time and inverse-variance weight, each (k,)."""

    group: Ints
    time: Array
    weight: Array


@dataclass(frozen=True)
class Overlap:
    """All that decides correlations within a cluster.

    ``R_obs`` and ``R_type`` are correlations over the labels of ``obs`` and ``type``, a number where all are
    equal; ``phi`` is the correlation of measurements one unit of time apart; ``second`` is the other side of
    contrasts.
    """

    obs: Coded | None
    type: Coded | None
    subgroup: Ints | None
    R_obs: Array | float | None
    R_type: Array | float | None
    phi: float
    first: Arm
    second: Arm | None


def correlation(overlap: Overlap, group: SizeGroup) -> Array:
    """Correlations (m, n, n) of the sampling errors in clusters of one size."""
    out = _measured(overlap, group.rows) * _contrasted(overlap, group.rows)
    if overlap.subgroup is not None:
        out = out * _same(overlap.subgroup[group.rows])
    index = np.arange(group.size)
    out[:, index, index] = 1.0
    return out


def _same(codes: Ints) -> Array:
    return np.equal(codes[:, :, None], codes[:, None, :]).astype(np.float64)


def _looked_up(coded: Coded, R: Array | float, rows: Ints) -> Array:
    codes = coded.codes[rows]
    if isinstance(R, float):
        return np.where(codes[:, :, None] == codes[:, None, :], 1.0, R)
    out: Array = R[codes[:, :, None], codes[:, None, :]]
    return out


def _measured(overlap: Overlap, rows: Ints) -> Array:
    """1 for the same measure, rho of ``obs`` within a type, rho of ``type`` between types."""
    out: Array = np.ones((*rows.shape, rows.shape[1]))
    if overlap.obs is not None and overlap.R_obs is not None:
        out = _looked_up(overlap.obs, overlap.R_obs, rows)
    if overlap.type is not None and overlap.R_type is not None:
        same = _same(overlap.type.codes[rows]) > 0
        out = np.where(same, out, _looked_up(overlap.type, overlap.R_type, rows))
    return out


def _contrasted(overlap: Overlap, rows: Ints) -> Array:
    """Correlation of the contrasts ``first - second`` of the same measure, from who is in both."""
    first, second = overlap.first, overlap.second
    if second is None:
        return _shared(first, first, rows, overlap.phi, weighted=False)
    cov = (
        _shared(first, first, rows, overlap.phi)
        - _shared(first, second, rows, overlap.phi)
        - _shared(second, first, rows, overlap.phi)
        + _shared(second, second, rows, overlap.phi)
    )
    spread = np.sqrt(np.einsum("mii->mi", cov))
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Array = cov / (spread[:, :, None] * spread[:, None, :])
    return out


def _shared(a: Arm, b: Arm, rows: Ints, phi: float, weighted: bool = True) -> Array:
    """``phi^|t_a - t_b| / sqrt(w_a w_b)`` where the two arms are the same people, else 0."""
    together = np.equal(a.group[rows][:, :, None], b.group[rows][:, None, :])
    apart = np.abs(a.time[rows][:, :, None] - b.time[rows][:, None, :])
    out: Array = together * phi**apart
    if weighted:
        out = out / np.sqrt(a.weight[rows][:, :, None] * b.weight[rows][:, None, :])
    return out


def label_correlations(rho: Any, coded: Coded, argument: str) -> Array | float:
    """Correlations of all pairs of labels: one number, a frame or mapping by label, or an array.

    One number stays one, for labels may be as many as effects.
    """
    size = len(coded.labels)
    if np.isscalar(rho):
        return _constant(float(rho), argument)  # type: ignore[arg-type]
    if isinstance(rho, pd.DataFrame):
        matrix = _from_frame(rho, coded, argument)
    elif isinstance(rho, Mapping):
        matrix = _from_pairs(rho, coded, argument)
    else:
        matrix = np.asarray(rho, dtype=float)
    if matrix.shape != (size, size):
        labels = ", ".join(map(str, coded.labels))
        raise InputError(f"{argument} has shape {matrix.shape}; it needs a row for each of {labels}.")
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-12) or not np.all(np.abs(matrix) <= 1):
        raise InputError(f"{argument} must be symmetric with values between -1 and 1.")
    return matrix


def _constant(rho: float, argument: str) -> float:
    if not -1 <= rho <= 1:
        raise InputError(f"{argument}={rho} must lie between -1 and 1, such as 0.6.")
    return rho


def _from_frame(rho: pd.DataFrame, coded: Coded, argument: str) -> Array:
    for label in coded.labels:
        if label not in rho.index or label not in rho.columns:
            raise InputError(f"{argument} has no row and column for '{label}'; add its correlations.")
    return rho.loc[list(coded.labels), list(coded.labels)].to_numpy(dtype=float)


def _from_pairs(rho: Mapping[Any, float], coded: Coded, argument: str) -> Array:
    out = np.eye(len(coded.labels))
    for i, a in enumerate(coded.labels):
        for j, b in enumerate(coded.labels[:i]):
            value = rho.get((a, b), rho.get((b, a)))
            if value is None:
                raise InputError(f"{argument} has no correlation for ('{a}', '{b}'); add it.")
            out[i, j] = out[j, i] = float(value)
    return out
