"""``vcalc``: the covariance of dependent sampling errors, as blocks of studies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, Ints, as_frame, column, numeric
from consilience.meta.blocks import Blocks, from_groups
from consilience.meta.clusters import Clusters, make_clusters
from consilience.meta.errors import InputError
from consilience.meta.nearest_pd import nearest_correlation
from consilience.meta.sampling_correlation import Arm, Coded, Overlap, correlation, label_correlations

# A squared pivot below this share of the variance means that one effect repeats others.
SINGULAR_PIVOT = 1e-10


def vcalc(
    vi: Any,
    cluster: Any,
    *,
    data: Any = None,
    subgroup: Any = None,
    obs: Any = None,
    type: Any = None,
    time1: Any = None,
    time2: Any = None,
    grp1: Any = None,
    grp2: Any = None,
    w1: Any = None,
    w2: Any = None,
    rho: Any = None,
    phi: float | None = None,
    rvars: Any = None,
    nearpd: bool = False,
) -> Blocks:
    """Sampling covariances of effects that share people, block by block (never k x k).

    ``V_ij = r_ij sqrt(v_i v_j)`` within a cluster, 0 between. r is the product of the correlation of the
    measures (``rho``), ``phi^|t_i - t_j|`` and, for contrasts, the share of people in both.

    Args:
        vi: sampling variances (column or values), > 0; a row without one gets NaN.
        cluster: the study of each effect; ``subgroup``: independent groups of people within it.
        data: frame or dict of columns for arguments given by name.
        obs: distinguishes measures of one construct; ``type``: distinguishes constructs.
        time1: when the effect was measured (``time2``: the second condition of a contrast).
        grp1: the group of the first condition of a contrast, ``grp2`` of the second; ``w1`` and ``w2``
            their sizes (equal sizes where not given).
        rho: a correlation for all pairs, or a frame, mapping ``{(a, b): r}`` or array by sorted labels; with
            both ``obs`` and ``type`` a pair: within and between types.
        phi: correlation of measurements one unit of time apart, -1 to 1.
        rvars: columns that hold each cluster's correlation matrix (its lower triangle) row by row, or with
            ``vi=1`` its covariance matrix; the arguments from ``subgroup`` on are then not used.
        nearpd: replace correlations that are not positive definite by the nearest that are.

    Returns:
        ``Blocks`` over all rows of the data; ``to_dense()`` shows a small one as a matrix.

    Raises:
        InputError: values that cannot be used; a block that is not positive definite is named with the
            rows that repeat each other.

    Source:
        Gleser & Olkin (2009), Stochastically dependent effect sizes; metafor's documentation of ``vcalc``.

    >>> vcalc([0.04, 0.09, 0.16], ["a", "a", "b"], obs=[1, 2, 1], rho=0.5).to_dense().round(3)
    array([[0.04, 0.03, 0.  ],
           [0.03, 0.09, 0.  ],
           [0.  , 0.  , 0.16]])
    """
    reader = _Reader(as_frame(data), vi, cluster)
    clusters = make_clusters(reader.labels)
    if rvars is not None:
        matrices, size = _given_correlations(reader, clusters, rvars)
    else:
        size = np.ones(len(reader.vi))
        overlap = _overlap(reader, subgroup, obs, type, time1, time2, grp1, grp2, w1, w2, rho, phi)
        matrices = from_groups(clusters, lambda g: correlation(overlap, g))
    matrices = _checked(matrices, reader, nearpd)
    root = np.sqrt(reader.vi * size)
    return Blocks(
        clusters,
        tuple(
            R * root[g.rows][:, :, None] * root[g.rows][:, None, :]
            for g, R in zip(clusters.groups, matrices.parts)
        ),
    )


class _Reader:
    """Columns of the call, checked for length and gaps."""

    def __init__(self, frame: pd.DataFrame, vi: Any, cluster: Any) -> None:
        series = column(np.full(len(frame), vi) if np.isscalar(vi) and not isinstance(vi, str) else vi,
                        frame, "vi")  # fmt: skip
        self.frame = frame if len(frame) else pd.DataFrame(index=series.index)
        self.vi = numeric(series, "vi")
        bad = np.flatnonzero(~(self.vi > 0) & ~np.isnan(self.vi))
        if len(bad):
            raise InputError(f"vi in row {series.index[bad[0]]} is {self.vi[bad[0]]}; it must be above 0.")
        self.labels = self.complete(cluster, "cluster")

    def complete(self, value: Any, argument: str) -> pd.Series[Any]:
        """A column without gaps."""
        series = column(value, self.frame, argument)
        if len(series) != len(self.frame):
            raise InputError(f"{argument} has {len(series)} values but vi has {len(self.frame)}.")
        gaps = np.flatnonzero(series.isna().to_numpy())
        if len(gaps):
            row = self.frame.index[gaps[0]]
            raise InputError(f"{argument} in row {row} is missing; fill it in, so that V can be formed.")
        return series

    def coded(self, value: Any, argument: str) -> Coded | None:
        """A column as codes of its sorted labels."""
        if value is None:
            return None
        codes, labels = pd.factorize(self.complete(value, argument).to_numpy(), sort=True)
        return Coded(codes.astype(np.int64), tuple(labels.tolist()))

    def numbers(self, value: Any, argument: str, default: float) -> Array:
        """A column of numbers, or a constant."""
        if value is None:
            return np.full(len(self.frame), default)
        return numeric(self.complete(value, argument), argument)


def _overlap(
    reader: _Reader, subgroup: Any, obs: Any, type_: Any, time1: Any, time2: Any,
    grp1: Any, grp2: Any, w1: Any, w2: Any, rho: Any, phi: float | None,
) -> Overlap:  # fmt: skip
    """The arguments of a call as what decides correlations."""
    observed, typed = reader.coded(obs, "obs"), reader.coded(type_, "type")
    R_obs, R_type = _correlations(rho, observed, typed)
    within = reader.coded(subgroup, "subgroup")
    if time1 is None and time2 is not None:
        raise InputError("time2 is given without time1; give both, or only time1.")
    if time1 is not None and phi is None:
        raise InputError("time1 needs phi, the correlation of measurements one unit of time apart.")
    if phi is not None and not -1 <= phi <= 1:
        raise InputError(f"phi={phi} must lie between -1 and 1, such as 0.8.")
    first, second = _arms(reader, time1, time2, grp1, grp2, w1, w2)
    return Overlap(
        observed, typed, None if within is None else within.codes, R_obs, R_type,
        1.0 if phi is None else float(phi), first, second,
    )  # fmt: skip


def _correlations(
    rho: Any, obs: Coded | None, typed: Coded | None
) -> tuple[Array | float | None, Array | float | None]:
    """Correlation matrices over the labels of obs and of type."""
    if obs is None and typed is None:
        if rho is not None:
            raise InputError("rho needs obs or type, the column that tells which effects differ in measure.")
        return None, None
    if rho is None:
        raise InputError("obs and type need rho, the correlation of sampling errors, such as rho=0.6.")
    if obs is None or typed is None:
        coded = obs if obs is not None else typed
        assert coded is not None
        matrix = label_correlations(rho, coded, "rho")
        return (matrix, None) if typed is None else (None, matrix)
    if np.isscalar(rho) or isinstance(rho, pd.DataFrame) or len(rho) != 2:
        raise InputError("obs and type together need rho=(within types, between types), such as (0.7, 0.4).")
    return label_correlations(rho[0], obs, "rho[0]"), label_correlations(rho[1], typed, "rho[1]")


def _arms(
    reader: _Reader, time1: Any, time2: Any, grp1: Any, grp2: Any, w1: Any, w2: Any
) -> tuple[Arm, Arm | None]:
    """Both sides of each contrast; without groups everyone is in one."""
    if grp2 is not None and grp1 is None:
        raise InputError("grp2 is given without grp1; give the groups of both conditions.")
    if grp2 is None and (time2 is not None or w2 is not None):
        raise InputError("time2 and w2 belong to the second condition; give grp2 as well.")
    when = reader.numbers(time1, "time1", 0.0)
    size = reader.numbers(w1, "w1", 1.0)
    if grp1 is None:
        return Arm(np.zeros(len(when), dtype=np.int64), when, size), None
    one = reader.complete(grp1, "grp1").astype(str)
    if grp2 is None:
        return Arm(pd.factorize(one)[0].astype(np.int64), when, size), None
    two = reader.complete(grp2, "grp2").astype(str)
    codes = pd.factorize(pd.concat([one, two], ignore_index=True))[0].astype(np.int64)
    later = when if time2 is None else reader.numbers(time2, "time2", 0.0)
    second = Arm(codes[len(one) :], later, reader.numbers(w2, "w2", 1.0))
    for name, arm in (("w1", size), ("w2", second.weight)):
        if not np.all(arm > 0):
            raise InputError(f"{name} must be above 0 in every row; it is the size of a group.")
    return Arm(codes[: len(one)], when, size), second


def _given_correlations(reader: _Reader, clusters: Clusters, rvars: Any) -> tuple[Blocks, Array]:
    """Correlation blocks from columns that hold them row by row, and the diagonal (k,) of what they hold."""
    names = list(rvars)
    if len(names) < int(clusters.sizes.max()):
        most = int(clusters.sizes.max())
        raise InputError(f"rvars names {len(names)} columns but a cluster has {most} effects; name as many.")
    values = np.column_stack([numeric(column(n, reader.frame, "rvars"), f"rvars '{n}'") for n in names])
    blocks = from_groups(clusters, lambda g: values[g.rows][:, :, : g.size])
    symmetric = tuple(np.tril(part) + np.swapaxes(np.tril(part, -1), 1, 2) for part in blocks.parts)
    for group, part in zip(clusters.groups, symmetric):
        gap = np.flatnonzero(np.isnan(part).any(axis=(1, 2)))
        if len(gap):
            label = clusters.labels[group.members[gap[0]]]
            raise InputError(f"rvars: cluster {label!r} lacks a correlation in its lower triangle.")
    diagonal = Blocks(clusters, symmetric).diagonal()
    root = np.sqrt(diagonal)
    parts = zip(clusters.groups, symmetric)
    scaled = tuple(p / (root[g.rows][:, :, None] * root[g.rows][:, None, :]) for g, p in parts)
    return Blocks(clusters, scaled), diagonal


def _checked(R: Blocks, reader: _Reader, nearpd: bool) -> Blocks:
    """Correlation blocks, each positive definite: mended where that was asked for, else refused."""
    parts = []
    for group, part in zip(R.clusters.groups, R.parts):
        known = ~np.isnan(reader.vi[group.rows])
        wrong = [m for m in _suspects(part) if not _definite(part[m][np.ix_(known[m], known[m])])]
        if wrong and not nearpd:
            raise InputError(_explained(R.clusters, group.members, group.rows, part, wrong[0], reader))
        mended = part.copy() if wrong else part
        for m in wrong:
            mended[m] = nearest_correlation(part[m])
        parts.append(mended)
    return Blocks(R.clusters, tuple(parts))


def _suspects(part: Array) -> Ints:
    """Blocks that might not be positive definite: all of them unless one factorisation clears them."""
    try:
        pivots = np.einsum("mii->mi", np.linalg.cholesky(part))
    except np.linalg.LinAlgError:
        return np.arange(len(part))
    return np.flatnonzero((pivots**2 < SINGULAR_PIVOT).any(axis=1)).astype(np.int64)


def _definite(R: Array) -> bool:
    if not np.isfinite(R).all():
        return False
    try:
        return bool((np.diag(np.linalg.cholesky(R)) ** 2 >= SINGULAR_PIVOT).all())
    except np.linalg.LinAlgError:
        return False


def _explained(
    clusters: Clusters, members: Ints, rows: Ints, part: Array, which: int, reader: _Reader
) -> str:
    """Why a block cannot be used: the rows that repeat each other, or correlations that cannot be."""
    label, R, index = clusters.labels[members[which]], part[which], reader.frame.index[rows[which]]
    repeated = np.argwhere(np.triu(R > 1 - 1e-9, 1))
    if not np.isfinite(R).all():
        why = "a contrast compares a group with itself at the same time, so it has no variance"
    elif len(repeated):
        i, j = repeated[0]
        why = (
            f"rows {index[i]} and {index[j]} have the same obs, type, time and groups, so their errors "
            "would be one; give each effect its own obs"
        )
    else:
        low = float(np.linalg.eigvalsh(R)[0])
        why = f"no data can have these correlations (smallest eigenvalue {low:.3g}); change rho or phi"
    return f"V is not positive definite in cluster {label!r}: {why}, or use nearpd=True."
