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


@dataclass(frozen=True)
class Turned:
    """Studies of one size: ``values`` (m, n) of Lambda, ``products`` (m, F, n) of columns [u, X, y]."""

    members: Ints
    values: Array
    products: Array


@dataclass(frozen=True)
class CheData:
    """Data turned by the eigenvectors of V, and which product belongs to which pair of columns."""

    groups: tuple[Turned, ...]
    p: int
    k: int
    first: Ints
    second: Ints


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
    return CheData(groups, X.shape[1], clusters.k, first, second)


def _turn_group(y: Array, X: Array, group: SizeGroup, V: Array, first: Ints, second: Ints) -> Turned:
    values, vectors = np.linalg.eigh(V)
    rows = group.rows
    columns = np.concatenate([np.ones((*rows.shape, 1)), X[rows], y[rows][:, :, None]], axis=2)
    turned = np.swapaxes(np.swapaxes(vectors, 1, 2) @ columns, 1, 2)
    products = turned[:, first, :] * turned[:, second, :]
    return Turned(group.members, values, np.ascontiguousarray(products))


@dataclass(frozen=True)
class StudySums:
    """Per study and replicate: ``G`` (m, P, R) of the augmented matrix [X, y]'W[X, y], with derivatives."""

    G: Array
    dG: tuple[Array, ...]
    logdet: tuple[Array, ...]


def _products(data: CheData, group: Turned, omega2: Array, draws: Array | None, powers: int) -> list[Array]:
    """Sums over effects weighted by g, g^2, g^3: (m, F, R) each; draws scale the y column."""
    g = 1.0 / (group.values[:, :, None] + omega2)
    out: list[Array] = []
    weight: Array = np.ones_like(g)
    last = data.p + 1
    times_y = (data.first == last).astype(int) + (data.second == last)
    for _ in range(powers):
        weight = weight * g
        sums = group.products @ weight
        if draws is not None:
            eta = draws[group.members][:, None, :]
            sums[:, times_y == 1] *= eta
            sums[:, times_y == 2] *= eta**2
        out.append(sums)
    return out


class _Pairs:
    """Where the pieces stand among the products: u'u, u'z, and z'z for z in [X, y]."""

    def __init__(self, data: CheData) -> None:
        self.uu = np.flatnonzero((data.first == 0) & (data.second == 0))
        self.uz = np.flatnonzero((data.first == 0) & (data.second > 0))
        self.zz = np.flatnonzero(data.first > 0)
        self.left = data.first[self.zz] - 1
        self.right = data.second[self.zz] - 1


def study_matrices(data: CheData, group: Turned, theta: Array, draws: Array | None) -> Array:
    """``[X, y]'W[X, y]`` of each study, upper triangle (m, P, R), at theta (2, R)."""
    pairs = _Pairs(data)
    (s,) = _products(data, group, theta[1], draws, 1)
    a, b = s[:, pairs.uu], s[:, pairs.uz]
    h = theta[0] / (1 + theta[0] * a)
    out: Array = s[:, pairs.zz] - h * b[:, pairs.left] * b[:, pairs.right]
    return out


def _group_sums(
    data: CheData, group: Turned, theta: Array, draws: Array | None, counts: Array | None
) -> tuple[Array, Array]:
    """Sums over a group's studies: (6, P, R) of G and its derivatives, (6, R) of the log-determinant.

    Order: value, d/dtau2, d/domega2, d2/dtau2^2, d2/dtau2 domega2, d2/domega2^2.
    """
    pairs, tau2 = _Pairs(data), theta[0]
    s1, s2, s3 = _products(data, group, theta[1], draws, 3)
    a, a1, a2 = s1[:, pairs.uu], -s2[:, pairs.uu], 2 * s3[:, pairs.uu]
    b, b1, b2 = s1[:, pairs.uz], -s2[:, pairs.uz], 2 * s3[:, pairs.uz]
    left, right = pairs.left, pairs.right
    u = 1 + tau2 * a
    h, ht, htt = tau2 / u, u**-2, -2 * a * u**-3
    ho = -(h**2) * a1
    hto, hoo = -2 * tau2 * a1 * u**-3, -2 * h * ho * a1 - h**2 * a2
    bb = b[:, left] * b[:, right]
    cross = b1[:, left] * b[:, right] + b[:, left] * b1[:, right]
    curve = b2[:, left] * b[:, right] + 2 * b1[:, left] * b1[:, right] + b[:, left] * b2[:, right]
    c = np.ones((len(group.members), theta.shape[1])) if counts is None else counts[group.members]
    matrices = (
        s1[:, pairs.zz] - h * bb,
        -ht * bb,
        -s2[:, pairs.zz] - ho * bb - h * cross,
        -htt * bb,
        -hto * bb - ht * cross,
        2 * s3[:, pairs.zz] - hoo * bb - 2 * ho * cross - h * curve,
    )
    g = 1.0 / (group.values[:, :, None] + theta[1])
    a, a1, a2, u = a[:, 0], a1[:, 0], a2[:, 0], u[:, 0]
    logdets = (
        -np.log(g).sum(axis=1) + np.log(u),
        a / u,
        g.sum(axis=1) + tau2 * a1 / u,
        -(a**2) / u**2,
        a1 / u**2,
        -(g**2).sum(axis=1) + tau2 * a2 / u - (tau2 * a1 / u) ** 2,
    )
    sums = np.stack([np.einsum("mpr,mr->pr", x, c) for x in matrices])
    return sums, np.stack([np.einsum("mr,mr->r", x, c) for x in logdets])


def evaluate_che(
    data: CheData, theta: Array, restricted: bool, draws: Array | None = None, counts: Array | None = None
) -> CheValue:
    """Minus the (restricted) log-likelihood, without constants, at theta (2, R) = (tau2, omega2)."""
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
    pairs, d = _Pairs(data), data.p + 1
    out = np.empty((upper.shape[0], upper.shape[2], d, d))
    moved = np.swapaxes(upper, 1, 2)
    out[:, :, pairs.left, pairs.right] = moved
    out[:, :, pairs.right, pairs.left] = moved
    return out
