"""Saddlepoint p-values of robust t statistics (Tipton 2015; Kuonen 1999), cost linear in clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from consilience.meta.arrays import Array
from consilience.meta.robust import RobustCovariance

# Closer to the mean than this the tail formula is 0/0 and its limit is used.
CENTRE = 0.01
DENSE = 40


@dataclass(frozen=True)
class Spectrum:
    """``P = diag(d) + L K L'`` divided by its trace: the quadratic form of one robust variance."""

    d: Array
    L: Array
    K: Array

    def traces(self, a: float) -> tuple[float, float, float]:
        """``log det(I + aP)``, ``tr(PR)`` and ``tr(PRPR)`` with ``R = (I + aP)^-1``, by r x r algebra.

        ``PR = d Delta + Delta L c L' Delta``, Delta = (1 + a d)^-1 and c = (I + a K L'Delta L)^-1 K.
        """
        inv = 1 / (1 + a * self.d)
        inner = np.eye(len(self.K)) + a * self.K @ self._gram(inv)
        c = np.linalg.solve(inner, self.K)
        cross = c @ self._gram(inv**2)
        logdet = float(-np.log(np.abs(inv)).sum() + np.linalg.slogdet(inner)[1])
        first = float((self.d * inv).sum() + np.trace(cross))
        second = float(((self.d * inv) ** 2).sum() + np.trace(cross @ cross))
        return logdet, first, second + 2 * float(np.trace(c @ self._gram(self.d * inv**3)))

    def _gram(self, weights: Array) -> Array:
        gram: Array = self.L.T @ (self.L * weights[:, None])
        return gram

    def cube(self) -> float:
        """``tr(P^3)``."""
        ones = np.ones_like(self.d)
        B, Bd, Bdd = (self.K @ self._gram(w) for w in (ones, self.d, self.d**2))
        return float((self.d**3).sum() + 3 * np.trace(Bdd) + 3 * np.trace(Bd @ B) + np.trace(B @ B @ B))

    def largest(self) -> float:
        """The largest eigenvalue of P."""
        J = len(self.d)
        if J <= DENSE:
            return float(np.linalg.eigvalsh(np.diag(self.d) + self.L @ self.K @ self.L.T)[-1])
        # a heavy module, needed only here
        from scipy.sparse.linalg import LinearOperator, eigsh

        operator = LinearOperator(
            (J, J), matvec=lambda x: self.d * x.ravel() + self.L @ (self.K @ (self.L.T @ x.ravel()))
        )
        return float(eigsh(operator, k=1, which="LA", v0=self.d, return_eigenvectors=False)[0])


def saddlepoint_p(robust: RobustCovariance, t: Array, C: Array) -> Array:
    """Two-sided p (q,): ``P(z^2 > t^2 sum_j lambda_j chi^2_1)``, lambda the eigenvalues of P / tr P."""
    out = np.full(len(C), np.nan)
    for s, (row, statistic) in enumerate(zip(C, t)):
        if np.isfinite(statistic):
            out[s] = tail(_spectrum(robust, row), float(statistic) ** 2)
    return out


def _spectrum(robust: RobustCovariance, row: Array) -> Spectrum:
    d = np.einsum("a,jab,b->j", row, robust.own, row)
    L = np.einsum("a,jar->jr", row, robust.L)
    trace = float(d.sum() + np.sum((L @ robust.K) * L))
    return Spectrum(d / trace, L, robust.K / trace)


def tail(spectrum: Spectrum, t2: float) -> float:
    """Lugannani-Rice tail area of ``z^2 - t2 * sum lambda chi^2`` at 0.

    With K(s) the cumulant generating function: s solves K'(s) = 0, r = sign(s) sqrt(-2 K(s)),
    u = s sqrt(K''(s)) and p = 1 - Phi(r) - phi(r) (1/r - 1/u).
    """
    if t2 == 0:
        return 1.0
    s = _root(spectrum, t2)
    logdet, _, second = spectrum.traces(2 * s * t2)
    if abs(s) <= CENTRE:
        square, cube = 1 + t2**2 * spectrum.traces(0.0)[2], 1 - t2**3 * spectrum.cube()
        return float(0.5 - cube / (3 * np.sqrt(np.pi) * square**1.5))
    r = np.sign(s) * np.sqrt(max(np.log1p(-2 * s) + logdet, 0.0))
    u = s * np.sqrt(2 * (1 / (1 - 2 * s) ** 2 + t2**2 * second))
    return float(special.ndtr(-r) - np.exp(-(r**2) / 2) / np.sqrt(2 * np.pi) * (1 / r - 1 / u))


def _root(spectrum: Spectrum, t2: float) -> float:
    """Where the derivative of the cumulant generating function is zero."""

    def derivative(s: float) -> float:
        return 1 / (1 - 2 * s) - t2 * spectrum.traces(2 * s * t2)[1]

    if t2 >= 1:
        return float(optimize.brentq(derivative, 0.0, 0.5 - 1e-13, xtol=1e-16, rtol=1e-14))
    lower = -0.5 / (t2 * spectrum.largest())
    return float(optimize.brentq(derivative, lower * (1 - 1e-9), 0.0, xtol=1e-16, rtol=1e-14))
