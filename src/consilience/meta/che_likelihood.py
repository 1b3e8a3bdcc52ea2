"""The likelihood of correlated and hierarchical effects, for one data set or many bootstrap ones at once.

A study's covariance is ``V_j + tau2 11' + omega2 I``. With V_j = Q Lambda Q' and everything turned by Q',
it is a diagonal plus one rank: ``(Lambda + omega2) + tau2 u u'``, u = Q'1, with inverse ``D - h D u u' D``,
D = diag(g), ``g = 1 / (lambda + omega2)``, ``h = tau2 / (1 + tau2 u'Du)``. For Z = [X, y] all that the
likelihood and its derivatives need are sums over effects of z z' times powers of g, and for each study
``b = Z'Du`` with its derivatives. A replicate changes g and multiplies y by a study's draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array, Ints
from consilience.meta.blocks import Blocks
from consilience.meta.clusters import Clusters


@dataclass(frozen=True)
class CheData:
    """Turned data, study by study, studies of one size together.

    ``columns`` (k, d + 1) are [u, X, y] with d = p + 1, ``values`` (k,) the eigenvalues of V, ``starts`` (J,)
    the first row of each study, ``study`` (J,) its number, ``owner`` (k,) the same for every row;
    ``spans`` (first row, studies, size) of each size. ``pairs`` (k, P) are products of two columns of Z.
    """

    columns: Array
    values: Array
    starts: Ints
    study: Ints
    owner: Ints
    spans: tuple[tuple[int, int, int], ...]
    crossed: Array
    pairs: Array
    left: Ints
    right: Ints

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.columns.shape[1]) - 2


@dataclass(frozen=True)
class CheValue:
    """Minus the log-likelihood with derivatives for R replicates.

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
    d = X.shape[1] + 1
    left, right = np.triu_indices(d)
    parts, values, spans, first = [], [], [], 0
    for group, part in zip(clusters.groups, V.parts):
        lam, Q = np.linalg.eigh(part)
        raw = np.concatenate(
            [np.ones((*group.rows.shape, 1)), X[group.rows], y[group.rows][:, :, None]], axis=2
        )
        parts.append((np.swapaxes(Q, 1, 2) @ raw).reshape(-1, d + 1))
        values.append(lam.ravel())
        spans.append((first, len(group.members), group.size))
        first += lam.size
    columns = np.concatenate(parts)
    study = np.concatenate([g.members for g in clusters.groups])
    sizes = clusters.sizes[study]
    return CheData(
        columns=columns,
        values=np.concatenate(values),
        starts=np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64),
        study=study,
        owner=np.repeat(study, sizes),
        spans=tuple(spans),
        crossed=columns * columns[:, :1],
        pairs=columns[:, 1 + left] * columns[:, 1 + right],
        left=left,
        right=right,
    )


def _by_study(data: CheData, weights: Array) -> Array:
    """``sum of weights x u x [u, Z]`` within studies, (J, d + 1, R), for weights (k, R)."""
    R = weights.shape[1]
    if R == 1:
        sums: Array = np.add.reduceat(data.crossed * weights, data.starts)[:, :, None]
        return sums
    out = np.empty((len(data.study), data.crossed.shape[1], R))
    at = 0
    for first, m, n in data.spans:
        rows = slice(first, first + m * n)
        features = np.swapaxes(data.crossed[rows].reshape(m, n, -1), 1, 2)
        out[at : at + m] = features @ weights[rows].reshape(m, n, R)
        at += m
    return out


def _study_terms(data: CheData, powers: list[Array], draws: Array | None) -> list[Array]:
    """[u, Z]'D^k u of each study for k = 1, 2, 3: (R, J, d + 1); draws scale the y column."""
    out = []
    for weights in powers:
        sums = _by_study(data, weights)
        if draws is not None:
            sums[:, -1] *= draws[data.study]
        out.append(np.ascontiguousarray(np.moveaxis(sums, 2, 0)))
    return out


def _effect_terms(data: CheData, powers: list[Array], draws: Array | None) -> list[Array]:
    """Z'D^k Z over all studies for k = 1, 2, 3: (R, d, d)."""
    d = data.p + 1
    times_y = (data.left == d - 1).astype(int) + (data.right == d - 1)
    out: list[Array] = []
    for weights in powers:
        if draws is None:
            upper = data.pairs.T @ weights
        else:
            eta = draws[data.owner]
            upper = np.empty((len(times_y), weights.shape[1]))
            for times, scale in enumerate((np.ones((1, 1)), eta, eta**2)):
                upper[times_y == times] = data.pairs[:, times_y == times].T @ (weights * scale)
        square = np.empty((upper.shape[1], d, d))
        square[:, data.left, data.right] = square[:, data.right, data.left] = upper.T
        out.append(square)
    return out


def _weighted(left: Array, weight: Array, right: Array) -> Array:
    """``sum_j w_j l_j r_j'`` for each replicate."""
    out: Array = np.swapaxes(left, 1, 2) @ (weight[:, :, None] * right)
    return out


def _both(matrix: Array) -> Array:
    """A matrix plus its transpose."""
    out: Array = matrix + np.swapaxes(matrix, 1, 2)
    return out


def _sums(data: CheData, theta: Array, draws: Array | None, counts: Array | None) -> tuple[Array, Array]:
    """G = Z'WZ with its derivatives (6, R, d, d), and log |Sigma| with its own (6, R).

    Order: value, d/dtau2, d/domega2, d2/dtau2^2, d2/dtau2 domega2, d2/domega2^2.
    """
    tau2 = theta[0][:, None]
    g = 1.0 / (data.values[:, None] + theta[1])
    powers = [g, g**2, g**3]
    s1, s2, s3 = _study_terms(data, powers, draws)
    a, a1, a2 = s1[:, :, 0], -s2[:, :, 0], 2 * s3[:, :, 0]
    B, B1, B2 = s1[:, :, 1:], -s2[:, :, 1:], 2 * s3[:, :, 1:]
    c = np.ones((1, 1)) if counts is None else counts[data.study].T
    u = 1 + tau2 * a
    h, ht, htt = c * tau2 / u, c / u**2, -2 * c * a / u**3
    ho = -h * (tau2 / u) * a1
    hto, hoo = -2 * c * tau2 * a1 / u**3, -2 * (tau2 / u) * ho * a1 - h * (tau2 / u) * a2
    if counts is not None:
        powers = [w * counts[data.owner] for w in powers]
    Z1, Z2, Z3 = _effect_terms(data, powers, draws)
    G = (
        Z1 - _weighted(B, h, B),
        -_weighted(B, ht, B),
        -Z2 - _weighted(B, ho, B) - _both(_weighted(B1, h, B)),
        -_weighted(B, htt, B),
        -_weighted(B, hto, B) - _both(_weighted(B1, ht, B)),
        2 * Z3
        - _weighted(B, hoo, B)
        - _both(2 * _weighted(B1, ho, B) + _weighted(B2, h, B))
        - 2 * _weighted(B1, h, B1),
    )
    share = np.ones((1, 1)) if counts is None else counts[data.owner]
    logdet = (
        -(share * np.log(g)).sum(axis=0) + (c * np.log(u)).sum(axis=1),
        (c * a / u).sum(axis=1),
        (share * g).sum(axis=0) + (c * tau2 * a1 / u).sum(axis=1),
        -(c * (a / u) ** 2).sum(axis=1),
        (c * a1 / u**2).sum(axis=1),
        -(share * g**2).sum(axis=0) + (c * (tau2 * a2 / u - (tau2 * a1 / u) ** 2)).sum(axis=1),
    )
    return np.stack(G), np.stack(logdet)


def evaluate_che(
    data: CheData, theta: Array, restricted: bool, draws: Array | None = None, counts: Array | None = None
) -> CheValue:
    """Minus the (restricted) log-likelihood, without constants, at theta (2, R) = (tau2, omega2).

    ``draws`` (J, R) multiply a study's y, ``counts`` (J, R) say how often the study is in the data.
    """
    G, logdet = _sums(data, theta, draws, counts)
    p = data.p
    A = G[:, :, :p, :p]
    bread = np.linalg.inv(A[0])
    beta = (bread @ G[0, :, :p, p:])[:, :, 0]
    v = np.concatenate([-beta, np.ones((len(beta), 1))], axis=1)
    Gv = (G @ v[:, :, None])[:, :, :, 0]
    quad = (Gv * v).sum(axis=2)
    value, gradient = logdet[0] + quad[0], logdet[1:3] + quad[1:3]
    MA = bread @ A[1:3] if restricted else None
    if MA is not None:
        value = value + np.linalg.slogdet(A[0])[1]
        gradient = gradient + np.trace(MA, axis1=2, axis2=3)
    average, observed = _informations(G, logdet, Gv, quad, bread, MA)
    return CheValue(value / 2, gradient / 2, observed / 2, average / 4, beta, bread)


def _informations(
    G: Array, logdet: Array, Gv: Array, quad: Array, bread: Array, MA: Array | None
) -> tuple[Array, Array]:
    """Second derivatives (2, 2, R) of the residual sum of squares alone, and of all of -2 log L."""
    p = bread.shape[1]
    push = (bread @ Gv[1:3, :, :p, None])[:, :, :, 0]
    average = np.empty((2, 2, len(bread)))
    observed = np.empty_like(average)
    for s, t, index in ((0, 0, 3), (0, 1, 4), (1, 1, 5)):
        curve = quad[index] - 2 * (push[s] * Gv[1 + t, :, :p]).sum(axis=1)
        total = curve + logdet[index]
        if MA is not None:
            total = total + (bread * G[index, :, :p, :p]).sum(axis=(1, 2))
            total = total - (MA[s] * np.swapaxes(MA[t], 1, 2)).sum(axis=(1, 2))
        average[s, t] = average[t, s] = curve
        observed[s, t] = observed[t, s] = total
    return average, observed


def study_scores(data: CheData, theta: Array, draws: Array, beta: Array, CM: Array) -> Array:
    """``C M X_j'W_j (y_j - X_j beta)`` of each study (q, J, R), for CM (R, q, p)."""
    R, q, p = CM.shape
    u, X, y = data.columns[:, :1], data.columns[:, 1 : 1 + p], data.columns[:, -1:]
    g = 1.0 / (data.values[:, None] + theta[1])
    residual = g * (y * draws[data.owner] - X @ beta.T)
    pull = np.add.reduceat(u * residual, data.starts)
    a = np.add.reduceat(u**2 * g, data.starts)
    h = theta[0] / (1 + theta[0] * a)
    out = np.empty((q, len(data.study), R))
    for index in range(q):
        projected = X @ CM[:, index].T
        own = np.add.reduceat(projected * residual, data.starts)
        b = np.add.reduceat(projected * (u * g), data.starts)
        out[index, data.study] = own - h * b * pull
    return out
