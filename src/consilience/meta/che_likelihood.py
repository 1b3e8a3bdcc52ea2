"""The likelihood of correlated and hierarchical effects, for one data set or many bootstrap ones at once.

A study's covariance is ``V_j + tau2 11' + omega2 I``. With V_j = Q Lambda Q' and everything turned by Q',
it is a diagonal plus one rank: ``(Lambda + omega2) + tau2 u u'``, u = Q'1. All that the likelihood and its
first and second derivatives need are sums over effects of products of two columns of [u, X, y], weighted
by powers of ``g = 1 / (lambda + omega2)``; a replicate changes g and multiplies y by a study's draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array, Ints
from consilience.meta.blocks import Blocks
from consilience.meta.clusters import Clusters, SizeGroup

# Below this many effects the cost is that of the calls, and one long table needs the fewest.
FEW_EFFECTS = 3000


@dataclass(frozen=True)
class Turned:
    """Studies of one size: ``values`` (m, n) of Lambda, ``products`` (m, F, n) of columns [u, X, y]."""

    members: Ints
    values: Array
    products: Array


@dataclass(frozen=True)
class Whole:
    """All effects, study by study: ``values`` (k,), ``products`` (k, F), ``starts`` of the J studies."""

    values: Array
    products: Array
    starts: Ints
    J: int


@dataclass(frozen=True)
class CheData:
    """Data turned by the eigenvectors of V, and which product belongs to which pair of columns.

    ``uu``, ``uz`` and ``zz`` are the places of u'u, u'z and z'z among the products, z a column of [X, y];
    ``left`` and ``right`` are the two columns of each z'z, ``times_y`` how often y is in a product.
    """

    groups: tuple[Turned, ...]
    whole: Whole | None
    p: int
    uu: Ints
    uz: Ints
    zz: Ints
    left: Ints
    right: Ints
    times_y: Ints


@dataclass(frozen=True)
class CheValue:
    """Minus the log-likelihood with derivatives for R replicates, and the sums behind it.

    ``value`` (R,), ``gradient`` (2, R), ``observed`` and ``average`` information (2, 2, R); ``beta`` (R, p),
    ``bread`` (R, p, p).
    """

    value: Array
    gradient: Array
    observed: Array
    average: Array
    beta: Array
    bread: Array


def turn(y: Array, X: Array, V: Blocks, clusters: Clusters) -> CheData:
    """Prepare the data: one symmetric eigenproblem per study."""
    d = X.shape[1] + 2
    first, second = np.triu_indices(d)
    groups = tuple(_turn_group(y, X, g, part, first, second) for g, part in zip(clusters.groups, V.parts))
    zz = np.flatnonzero(first > 0)
    return CheData(
        groups=groups,
        whole=_whole(groups, clusters.J) if clusters.k <= FEW_EFFECTS else None,
        p=d - 2,
        uu=np.flatnonzero((first == 0) & (second == 0)),
        uz=np.flatnonzero((first == 0) & (second > 0)),
        zz=zz,
        left=first[zz] - 1,
        right=second[zz] - 1,
        times_y=(first == d - 1).astype(int) + (second == d - 1),
    )


def _whole(groups: tuple[Turned, ...], J: int) -> Whole:
    """The groups end to end: one long table, so that few studies cost few calls."""
    sizes = np.concatenate([np.full(len(g.values), g.values.shape[1]) for g in groups])
    flat = [np.swapaxes(g.products, 1, 2).reshape(-1, g.products.shape[1]) for g in groups]
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return Whole(np.concatenate([g.values.ravel() for g in groups]), np.concatenate(flat), starts, J)


def _turn_group(y: Array, X: Array, group: SizeGroup, V: Array, first: Ints, second: Ints) -> Turned:
    values, vectors = np.linalg.eigh(V)
    rows = group.rows
    columns = np.concatenate([np.ones((*rows.shape, 1)), X[rows], y[rows][:, :, None]], axis=2)
    turned = np.swapaxes(np.swapaxes(vectors, 1, 2) @ columns, 1, 2)
    products = turned[:, first, :] * turned[:, second, :]
    return Turned(group.members, values, np.ascontiguousarray(products))


def _products(data: CheData, group: Turned, omega2: Array, draws: Array | None, powers: int) -> list[Array]:
    """Sums over effects weighted by g, g^2, g^3: (m, F, R) each; draws scale the y column."""
    g = 1.0 / (group.values[:, :, None] + omega2)
    out: list[Array] = []
    weight: Array = np.ones_like(g)
    for _ in range(powers):
        weight = weight * g
        sums = group.products @ weight
        if draws is not None:
            eta = draws[group.members][:, None, :]
            sums[:, data.times_y == 1] *= eta
            sums[:, data.times_y == 2] *= eta**2
        out.append(sums)
    return out


def study_matrices(data: CheData, group: Turned, theta: Array, draws: Array | None) -> Array:
    """``[X, y]'W[X, y]`` of each study, upper triangle (m, P, R), at theta (2, R)."""
    (s,) = _products(data, group, theta[1], draws, 1)
    a, b = s[:, data.uu], s[:, data.uz]
    h = theta[0] / (1 + theta[0] * a)
    out: Array = s[:, data.zz] - h * b[:, data.left] * b[:, data.right]
    return out


def _group_sums(
    data: CheData, group: Turned, theta: Array, draws: Array | None, counts: Array | None
) -> tuple[Array, Array]:
    """Sums over a group's studies for R replicates; see ``_study_sums``."""
    s = _products(data, group, theta[1], draws, 3)
    g = 1.0 / (group.values[:, :, None] + theta[1])
    c = np.ones((len(group.members), theta.shape[1])) if counts is None else counts[group.members]
    own = (-np.log(g).sum(axis=1), g.sum(axis=1), -(g**2).sum(axis=1))
    return _study_sums(data, s, own, theta[0], c)


def _whole_sums(data: CheData, whole: Whole, theta: Array) -> tuple[Array, Array]:
    """The same over all studies of one data set at once."""
    g = 1.0 / (whole.values + theta[1])
    weights = np.stack([g, g**2, g**3])
    s = [np.add.reduceat(whole.products * w[:, None], whole.starts)[:, :, None] for w in weights]
    rows = np.stack([-np.log(g), g, -(g**2)])
    own = tuple(np.add.reduceat(row, whole.starts)[:, None] for row in rows)
    return _study_sums(data, s, own, theta[0], np.ones((whole.J, 1)))


def _study_sums(
    data: CheData, s: list[Array], own: tuple[Array, ...], tau2: Array, c: Array
) -> tuple[Array, Array]:
    """Sums over studies, each counted c (m, R) times: (6, P, R) of G = [X, y]'W[X, y], (6, R) of log-dets.

    Order: value, d/dtau2, d/domega2, d2/dtau2^2, d2/dtau2 domega2, d2/domega2^2. ``s`` are the weighted
    sums of products, ``own`` the log-determinant of the diagonal part with its derivatives in omega2.
    """
    (s1, s2, s3), left, right = s, data.left, data.right
    a, a1, a2 = s1[:, data.uu], -s2[:, data.uu], 2 * s3[:, data.uu]
    b, b1, b2 = s1[:, data.uz], -s2[:, data.uz], 2 * s3[:, data.uz]
    u = 1 + tau2 * a
    h, ht, htt = tau2 / u, u**-2, -2 * a * u**-3
    ho = -(h**2) * a1
    hto, hoo = -2 * tau2 * a1 * u**-3, -2 * h * ho * a1 - h**2 * a2
    bb = b[:, left] * b[:, right]
    cross = b1[:, left] * b[:, right] + b[:, left] * b1[:, right]
    curve = b2[:, left] * b[:, right] + 2 * b1[:, left] * b1[:, right] + b[:, left] * b2[:, right]
    matrices = (
        s1[:, data.zz] - h * bb,
        -ht * bb,
        -s2[:, data.zz] - ho * bb - h * cross,
        -htt * bb,
        -hto * bb - ht * cross,
        2 * s3[:, data.zz] - hoo * bb - 2 * ho * cross - h * curve,
    )
    a, a1, a2, u = a[:, 0], a1[:, 0], a2[:, 0], u[:, 0]
    logdets = (
        own[0] + np.log(u),
        a / u,
        own[1] + tau2 * a1 / u,
        -(a**2) / u**2,
        a1 / u**2,
        own[2] + tau2 * a2 / u - (tau2 * a1 / u) ** 2,
    )
    sums = np.stack([np.einsum("mpr,mr->pr", x, c) for x in matrices])
    return sums, np.stack([np.einsum("mr,mr->r", x, c) for x in logdets])


def evaluate_che(
    data: CheData, theta: Array, restricted: bool, draws: Array | None = None, counts: Array | None = None
) -> CheValue:
    """Minus the (restricted) log-likelihood, without constants, at theta (2, R) = (tau2, omega2)."""
    if data.whole is not None and theta.shape[1] == 1 and draws is None and counts is None:
        parts = [_whole_sums(data, data.whole, theta)]
    else:
        parts = [_group_sums(data, group, theta, draws, counts) for group in data.groups]
    G = _square(data, np.add.reduce([p[0] for p in parts]))
    logdet = np.add.reduce([p[1] for p in parts])
    p = data.p
    A = G[:, :, :p, :p]
    bread = np.linalg.inv(A[0])
    beta = np.einsum("rab,rb->ra", bread, G[0, :, :p, p])
    v = np.concatenate([-beta, np.ones((len(beta), 1))], axis=1)
    Gv = np.einsum("drab,rb->dra", G, v)
    quad = np.einsum("dra,ra->dr", Gv, v)
    value = logdet[0] + quad[0]
    gradient = logdet[1:3] + quad[1:3]
    push = np.einsum("rab,drb->dra", bread, Gv[1:3, :, :p])
    curve = np.empty((2, 2, theta.shape[1]))
    observed = np.empty_like(curve)
    MA = bread @ A[1:3] if restricted else np.zeros((2, 1, 1, 1))
    for s, t, index in ((0, 0, 3), (0, 1, 4), (1, 1, 5)):
        second = quad[index] - 2 * np.einsum("ra,ra->r", push[s], Gv[1 + t, :, :p])
        curve[s, t] = curve[t, s] = second
        total = second + logdet[index]
        if restricted:
            total = total + np.einsum("rab,rba->r", bread, A[index])
            total = total - np.einsum("rab,rba->r", MA[s], MA[t])
        observed[s, t] = observed[t, s] = total
    if restricted:
        value = value + np.linalg.slogdet(A[0])[1]
        gradient = gradient + np.einsum("draa->dr", MA)
    return CheValue(value / 2, gradient / 2, observed / 2, curve / 4, beta, bread)


def _square(data: CheData, upper: Array) -> Array:
    """Upper triangles (6, P, R) as symmetric matrices (6, R, p + 1, p + 1)."""
    d = data.p + 1
    out = np.empty((upper.shape[0], upper.shape[2], d, d))
    moved = np.swapaxes(upper, 1, 2)
    out[:, :, data.left, data.right] = moved
    out[:, :, data.right, data.left] = moved
    return out
