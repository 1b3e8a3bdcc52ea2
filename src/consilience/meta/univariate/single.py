"""One data set on vectors: the kernel of a single fit, without the batch's axis and its cost per call.

What ``weighted`` does for many data sets at once, with the same formulas; the tests hold them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log, nan
from typing import NamedTuple

import numpy as np

from consilience.meta.univariate.basis import Array, Basis
from consilience.meta.univariate.weighted import SINGULAR, invert


class SingleFit(NamedTuple):
    """Weights (k,), ``coef`` (p,) on the basis, ``inverse`` of Q'WQ (p, p), residuals, RSS, log|Q'WQ|."""

    weights: Array
    coef: Array
    inverse: Array
    resid: Array
    rss: float
    logdet: float


def invert_one(S: Array) -> tuple[Array, float]:
    """Inverse and log determinant of one positive definite (p, p); NaN where it is singular."""
    if S.shape[0] == 1:
        a = S.item(0)
        return np.array([[1.0 / a]]), log(a)
    if S.shape[0] > 2:
        inverse, logdet = invert(S[None])
        return inverse[0], float(logdet[0])
    a, b, d = S.item(0), S.item(1), S.item(3)
    det = a * d - b * b
    if not det > SINGULAR * a * d:
        return np.full((2, 2), nan), nan
    return np.array([[d / det, -b / det], [-b / det, a / det]]), log(det)


def solve_one(y: Array, w: Array, basis: Basis) -> SingleFit:
    """Minimise ``sum w (y - Qb)^2``."""
    inverse, logdet = invert_one(sums_of(w, basis))
    coef = inverse @ ((w * y) @ basis.Q)
    resid = y - basis.Q @ coef
    return SingleFit(w, coef, inverse, resid, float((w * resid) @ resid), logdet)


def sums_of(w: Array, basis: Basis) -> Array:
    """``Q' diag(w) Q``, (p, p)."""
    p = basis.Q.shape[1]
    return (w @ basis.cross).reshape(p, p)


def trace_p_one(fit: SingleFit, basis: Basis) -> float:
    """Trace of ``P = W - W Q (Q'WQ)^-1 Q'W``."""
    w = fit.weights
    return float(w.sum() - _product_trace(fit.inverse, sums_of(w * w, basis)))


def traces_one(fit: SingleFit, basis: Basis) -> tuple[float, float]:
    """Traces of ``P`` and of ``PP``."""
    w = fit.weights
    w2 = w * w
    second, third = sums_of(w2, basis), sums_of(w2 * w, basis)
    if second.size == 1:
        inverse, m2, m3 = fit.inverse.item(), second.item(), third.item()
        share = inverse * m2
        return float(w.sum()) - share, float(w @ w) - 2.0 * inverse * m3 + share * share
    part = fit.inverse @ second
    square = float(w @ w) - 2.0 * _product_trace(fit.inverse, third) + _product_trace(part, part)
    return float(w.sum() - part.trace()), square


def _product_trace(A: Array, B: Array) -> float:
    """Trace of ``A B``."""
    return A.item() * B.item() if A.size == 1 else float(A.ravel() @ B.T.ravel())


@dataclass(frozen=True)
class Single:
    """One data set on a basis: outcomes and variances (k,). The fit at tau2 = 0 is made once, when needed."""

    y: Array
    v: Array
    basis: Basis

    @property
    def k(self) -> int:
        """Number of studies."""
        return int(self.y.shape[0])

    @property
    def df(self) -> int:
        """Studies less coefficients."""
        return int(self.y.shape[0] - self.basis.Q.shape[1])

    def at(self, tau2: float) -> SingleFit:
        """Weighted fit with weights ``1 / (v + tau2)``."""
        return self.fixed if tau2 == 0.0 else solve_one(self.y, 1.0 / (self.v + tau2), self.basis)

    @cached_property
    def fixed(self) -> SingleFit:
        """The fit at tau2 = 0."""
        return solve_one(self.y, 1.0 / self.v, self.basis)

    @cached_property
    def fixed_trace(self) -> float:
        """Trace of ``P`` at tau2 = 0."""
        return trace_p_one(self.fixed, self.basis)

    @cached_property
    def plain(self) -> SingleFit:
        """The unweighted fit."""
        return solve_one(self.y, np.ones_like(self.y), self.basis)

    @property
    def typical_variance(self) -> float:
        """Higgins and Thompson's typical sampling variance ``(k - p) / tr(P)``."""
        return self.df / self.fixed_trace

    @property
    def dersimonian_laird(self) -> float:
        """``(Q - (k - p)) / tr(P)``, not yet cut at zero."""
        return (self.fixed.rss - self.df) / self.fixed_trace

    @property
    def hedges(self) -> float:
        """``(SSE - tr(P diag(v))) / (k - p)`` of the unweighted fit, not yet cut at zero."""
        leverage = _product_trace(self.plain.inverse, sums_of(self.v, self.basis))
        return (self.plain.rss - float(self.v.sum()) + leverage) / self.df
