"""Crossed random effects without a k x k matrix: blocks for what is nested, Woodbury's identity for the rest.

``Sigma = S + Z D Z'`` with S block-diagonal (V and the nested terms), Z the sparse indicators of the crossed
terms. ``Sigma^-1 = W - U C U'``, W = S^-1, U = W Z, C = (D^-1 + Z'U)^-1, a matrix of the size of the crossed
groups (Woodbury 1950).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.sparse import coo_array, csr_array, hstack

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks, cholesky
from consilience.meta.clusters import Clusters
from consilience.meta.likelihood import Evaluation
from consilience.meta.multilevel.blocking import Grouping, joined
from consilience.meta.multilevel.covariance import MultilevelCovariance
from consilience.meta.multilevel.random_terms import RandomTerm

# Blocks up to this size are cheaper as whole matrices.
LARGEST_BLOCK = 250


@dataclass(frozen=True)
class CrossedInverse(Blocks):
    """The inverse of a crossed covariance: ``base`` W, sparse ``U`` (k, m), ``C`` (m, m), ``K = Z'U``."""

    base: Blocks
    U: csr_array
    C: Array
    K: Array

    def matmul(self, values: Array) -> Array:
        """The inverse times ``values`` (k,) or (k, q)."""
        out: Array = self.base.matmul(values) - self.U @ (self.C @ (self.U.T @ values))
        return out


@dataclass(frozen=True)
class CrossedSum(Blocks):
    """A crossed covariance itself: ``base`` S plus ``half half'`` with ``half = Z D^(1/2)`` sparse (k, m)."""

    base: Blocks
    half: csr_array

    def matmul(self, values: Array) -> Array:
        """The covariance times ``values`` (k,) or (k, q)."""
        out: Array = self.base.matmul(values) + self.half @ (self.half.T @ values)
        return out

    def diagonal(self) -> Array:
        """The diagonal (k,)."""
        out: Array = self.base.diagonal() + np.asarray(self.half.power(2).sum(axis=1)).ravel()
        return out


def crossing_terms(
    terms: Sequence[RandomTerm], others: Sequence[Grouping], k: int
) -> tuple[tuple[int, ...], Clusters]:
    """Which terms to treat as crossed, those with fewest groups first, until the blocks are small.

    Returns them with the clusters of the rest; none where no choice makes the blocks small.
    """
    everything = joined([*others, *((t.outer, t.groups) for t in terms)], k)
    plain = [n for n, t in enumerate(terms) if t.struct == "ID" and len(t.labels) == 1]
    crossed: list[int] = []
    clusters = everything
    for number in sorted(plain, key=lambda n: len(terms[n].groups)):
        if int(clusters.sizes.max()) <= LARGEST_BLOCK:
            break
        crossed.append(number)
        rest = [(t.outer, t.groups) for n, t in enumerate(terms) if n not in crossed]
        clusters = joined([*others, *rest], k)
    if int(clusters.sizes.max()) > LARGEST_BLOCK:
        return (), everything
    return tuple(sorted(crossed)), clusters


def indicators(model: MultilevelCovariance) -> list[csr_array]:
    """Sparse indicators (k, groups) of the crossed terms."""
    k = model.clusters.k
    return [
        csr_array((np.ones(k), (np.arange(k), t.outer)), shape=(k, len(t.groups)))
        for t in (model.terms[n] for n in model.crossing)
    ]


def sparse(blocks: Blocks) -> csr_array:
    """Blocks as a sparse matrix."""
    rows, columns, values = [], [], []
    for group, part in zip(blocks.clusters.groups, blocks.parts):
        shape = part.shape
        rows.append(np.broadcast_to(group.rows[:, :, None], shape).ravel())
        columns.append(np.broadcast_to(group.rows[:, None, :], shape).ravel())
        values.append(part.ravel())
    k = blocks.clusters.k
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csr_array(coo_array(entries, shape=(k, k)))


def crossed_inverse(model: MultilevelCovariance, theta: Array) -> tuple[CrossedInverse, float]:
    """The inverse of the marginal covariance and the log-determinant of the covariance."""
    base, Zs = model.sigma(theta), indicators(model)
    factors = cholesky(base, "The working covariance")
    logdet = 2.0 * sum(float(np.log(np.einsum("mii->mi", L)).sum()) for L in factors)
    W = base.inverse()
    Z = csr_array(hstack(Zs))
    U = csr_array(sparse(W) @ Z)
    K = (Z.T @ U).toarray()
    root = _roots(model, theta, Zs)
    L = linalg.cholesky(np.eye(len(root)) + root[:, None] * K * root, lower=True)
    half = linalg.solve_triangular(L, np.diag(root), lower=True)
    logdet += 2.0 * float(np.log(np.diag(L)).sum())
    return CrossedInverse(model.clusters, (), W, U, half.T @ half, K), logdet


def _roots(model: MultilevelCovariance, theta: Array, Zs: list[csr_array]) -> Array:
    """The standard deviation of each crossed group (m,)."""
    variances = [float(T[0, 0]) for n, T in enumerate(model.matrices(theta)) if n in model.crossing]
    out: Array = np.sqrt(np.repeat(variances, [z.shape[1] for z in Zs]))
    return out


def crossed_covariance(model: MultilevelCovariance, theta: Array) -> CrossedSum:
    """The marginal covariance."""
    Zs = indicators(model)
    half = csr_array(hstack(Zs) * _roots(model, theta, Zs)[None, :])
    return CrossedSum(model.clusters, (), model.sigma(theta), half)


def evaluate_crossed(
    y: Array, X: Array, model: MultilevelCovariance, theta: Array, restricted: bool
) -> Evaluation:
    """Log-likelihood, score, and average information in place of the others (Gilmour et al. 1995)."""
    k, p = X.shape
    inverse, logdet = crossed_inverse(model, theta)
    WX = inverse.matmul(X)
    XtWX = X.T @ WX
    bread = np.linalg.inv(XtWX)
    e = y - X @ (bread @ (WX.T @ y))
    Py = inverse.matmul(e)
    constant = (k - p if restricted else k) * np.log(2 * np.pi)
    loglik = -0.5 * (constant + logdet + float(e @ Py))
    if restricted:
        loglik += 0.5 * (float(np.linalg.slogdet(X.T @ X)[1]) - float(np.linalg.slogdet(XtWX)[1]))
    score, pushed = [], []
    for trace, APy, AWX in _directions(model, theta, inverse, Py, WX):
        hat = float(np.sum(bread * (WX.T @ AWX))) if restricted else 0.0
        score.append(-0.5 * (trace - hat - float(Py @ APy)))
        pushed.append(APy)
    F = np.stack(pushed, axis=1)
    PF = inverse.matmul(F) - WX @ (bread @ (WX.T @ F))
    average = 0.5 * (F.T @ PF)
    return Evaluation(theta, loglik, np.array(score), average, average)


def _directions(
    model: MultilevelCovariance, theta: Array, inverse: CrossedInverse, Py: Array, WX: Array
) -> list[tuple[float, Array, Array]]:
    """For each parameter tr(Sigma^-1 A), A P y and A Sigma^-1 X, A the derivative of Sigma."""
    out = []
    Zs = dict(zip(model.crossing, indicators(model)))
    inner = np.diag(inverse.K) - np.einsum("ij,ji->i", inverse.K @ inverse.C, inverse.K)
    ends = np.cumsum([0] + [z.shape[1] for z in Zs.values()])
    for number, (term, at) in enumerate(zip(model.terms, model.slices)):
        if number in Zs:
            Z, place = Zs[number], list(Zs).index(number)
            trace = float(inner[ends[place] : ends[place + 1]].sum())
            out.append((trace, Z @ (Z.T @ Py), Z @ (Z.T @ WX)))
            continue
        for D in term.shape.first(theta[at]):
            A = model.spread(number, D)
            own = sum(float(np.sum(w * a)) for w, a in zip(inverse.base.parts, A.parts))
            UAU = (inverse.U.T @ (sparse(A) @ inverse.U)).toarray()
            out.append((own - float(np.sum(inverse.C * UAU)), A.matmul(Py), A.matmul(WX)))
    return out
