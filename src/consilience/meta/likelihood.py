"""Gaussian likelihood of block-diagonal covariance models: value, score and information, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks, cholesky


@dataclass(frozen=True)
class Evaluation:
    """The (restricted) log-likelihood at ``theta`` with its derivatives."""

    theta: Array
    loglik: float
    score: Array
    expected: Array
    observed: Array


class CovarianceModel(Protocol):
    """A covariance of the effects as a function of parameters, with its derivatives."""

    def sigma(self, theta: Array) -> Blocks:
        """The marginal covariance at ``theta``."""

    def derivatives(self, theta: Array) -> tuple[Blocks, ...]:
        """Its first derivatives."""

    def curvatures(self, theta: Array) -> dict[tuple[int, int], Blocks]:
        """Its second derivatives that are not zero, by pair (a, b), a <= b."""


@dataclass(frozen=True)
class LinearCovariance:
    """``Sigma(theta) = V + sum_a theta_a Z_a``: known sampling covariance plus variance components."""

    V: Blocks
    components: tuple[Blocks, ...]
    names: tuple[str, ...]

    def sigma(self, theta: Array) -> Blocks:
        """The marginal covariance at ``theta``."""
        total = self.V
        for value, component in zip(theta, self.components):
            if value != 0:
                total = total + component.scaled(float(value))
        return total

    def derivatives(self, theta: Array) -> tuple[Blocks, ...]:  # noqa: ARG002
        """The components themselves."""
        return self.components

    def curvatures(self, theta: Array) -> dict[tuple[int, int], Blocks]:  # noqa: ARG002
        """None: the covariance is linear."""
        return {}


def evaluate(y: Array, X: Array, model: CovarianceModel, theta: Array, restricted: bool) -> Evaluation:
    """Log-likelihood, score, expected and observed information of the variance components."""
    k, p = X.shape
    sigma = model.sigma(theta)
    factors = cholesky(sigma, "The working covariance")
    W = sigma.inverse()
    logdet = 2.0 * sum(float(np.log(np.einsum("mii->mi", L)).sum()) for L in factors)
    WX = W.matmul(X)
    XtWX = X.T @ WX
    bread = np.linalg.inv(XtWX)
    e = y - X @ (bread @ (WX.T @ y))
    Py = W.matmul(e)
    constant = (k - p if restricted else k) * np.log(2 * np.pi)
    loglik = -0.5 * (constant + logdet + float(e @ Py))
    if restricted:
        loglik += 0.5 * (float(np.linalg.slogdet(X.T @ X)[1]) - float(np.linalg.slogdet(XtWX)[1]))
    score, expected, observed = _derivatives(W, WX, bread, Py, model.derivatives(theta), restricted)
    for (a, b), bend in model.curvatures(theta).items():
        slope = _slope(W, WX, bread, Py, bend, restricted)
        observed[a, b] -= slope
        observed[b, a] -= slope if a != b else 0.0
    return Evaluation(theta, loglik, score, expected, observed)


def _derivatives(
    W: Blocks, WX: Array, bread: Array, Py: Array, components: tuple[Blocks, ...], restricted: bool
) -> tuple[Array, Array, Array]:
    """Score, expected and observed information: traces of products with P = W - W X M X'W."""
    q = len(components)
    ZPy = [component.matmul(Py) for component in components]
    ZWX = [component.matmul(WX) for component in components]
    WZWX = [W.matmul(z) for z in ZWX]
    inner = [bread @ (WX.T @ z) for z in ZWX]
    PZPy = [_project(W, WX, bread, z) for z in ZPy]
    products = [[w @ z for w, z in zip(W.parts, c.parts)] for c in components]
    score, expected, observed = np.empty(q), np.empty((q, q)), np.empty((q, q))
    for a in range(q):
        trace = sum(float(np.einsum("mii->", part)) for part in products[a])
        score[a] = -0.5 * (trace - restricted * float(np.trace(inner[a])) - float(Py @ ZPy[a]))
        for b in range(a, q):
            full = sum(float(np.einsum("mij,mji->", s, t)) for s, t in zip(products[a], products[b]))
            if restricted:
                full -= 2 * float(np.sum(bread * (ZWX[a].T @ WZWX[b])))
                full += float(np.sum(inner[a] * inner[b].T))
            expected[a, b] = expected[b, a] = 0.5 * full
            observed[a, b] = observed[b, a] = -0.5 * full + float(ZPy[a] @ PZPy[b])
    return score, expected, observed


def _slope(W: Blocks, WX: Array, bread: Array, Py: Array, component: Blocks, restricted: bool) -> float:
    """``-(tr(P Z) - y'P Z P y) / 2``, the change of the likelihood along Z."""
    trace = sum(float(np.sum(w * z)) for w, z in zip(W.parts, component.parts))
    if restricted:
        trace -= float(np.sum(bread * (WX.T @ component.matmul(WX))))
    return -0.5 * (trace - float(Py @ component.matmul(Py)))


def _project(W: Blocks, WX: Array, bread: Array, values: Array) -> Array:
    """P times a vector."""
    out: Array = W.matmul(values) - WX @ (bread @ (WX.T @ values))
    return out
