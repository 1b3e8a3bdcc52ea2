"""The chance of being seen at all: A = E[w(p(Y))] for Y ~ N(m, s2), with first and second derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.bias.selection.weights import Cells, Jet, Smooth

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)
# Standard deviations on either side of a study's mean that are integrated over, and the largest |z|.
_REACH = 9.0
_FARTHEST = 300.0


@dataclass(frozen=True)
class Normaliser:
    """``log`` A (k,), its gradient (k, 2 + q) and curvature (k, 2 + q, 2 + q) in (m, s2, delta)."""

    log: Array
    gradient: Array
    curvature: Array


def of_steps(cut: Cells, m: Array, s2: Array, v: Array, weight: Array) -> Normaliser:
    """Closed form for a step function; ``weight`` (q,) are the weights of the intervals of p."""
    k, q, s = m.size, weight.size, np.sqrt(s2)[:, None]
    c = (cut.edges * np.sqrt(v)[:, None] - m[:, None]) / s
    density = np.exp(-0.5 * c**2) / np.sqrt(2.0 * np.pi)
    # rows: the distribution function at the edges and its derivatives in m and s2
    stack = (
        special.ndtr(c), -density / s, -c * density / (2 * s**2), -c * density / s**2,
        density * (1 - c**2) / (2 * s**3), c * density * (3 - c**2) / (4 * s**4),
    )  # fmt: skip
    parts = []
    for i, at in enumerate(stack):
        ends = np.zeros((k, 1)), np.full((k, 1), 1.0 if i == 0 else 0.0)
        parts.append(_by_owner(np.diff(np.hstack([ends[0], at, ends[1]]), axis=1), cut, q))
    A = parts[0] @ weight
    gradient, second = np.empty((k, 2 + q)), np.zeros((k, 2 + q, 2 + q))
    gradient[:, 0], gradient[:, 1], gradient[:, 2:] = parts[1] @ weight, parts[2] @ weight, parts[0]
    second[:, 0, 0], second[:, 1, 1] = parts[3] @ weight, parts[5] @ weight
    second[:, 0, 1] = second[:, 1, 0] = parts[4] @ weight
    second[:, 0, 2:] = second[:, 2:, 0] = parts[1]
    second[:, 1, 2:] = second[:, 2:, 1] = parts[2]
    return _logged(A, gradient, second)


def _by_owner(mass: Array, cut: Cells, q: int) -> Array:
    out = np.zeros((mass.shape[0], q))
    for cell, owner in enumerate(cut.owner):
        out[:, owner] += mass[:, cell]
    return out


def _logged(A: Array, gradient: Array, second: Array) -> Normaliser:
    """From A and its derivatives to those of log A."""
    with np.errstate(divide="ignore", invalid="ignore"):
        g = gradient / A[:, None]
        return Normaliser(np.log(A), g, second / A[:, None, None] - g[:, :, None] * g[:, None, :])


def of_family(weight: Smooth, m: Array, s2: Array, v: Array, delta: Array) -> Normaliser:
    """Gauss-Legendre panels over z = y / sqrt(v); weights depend on z alone, so they are computed once."""
    mean, spread = m / np.sqrt(v), np.sqrt(s2 / v)
    bounds = _range(weight, mean, spread, delta)
    if bounds is None:
        bad = np.full(m.size, np.inf)
        return Normaliser(bad, np.zeros((m.size, 2 + delta.size)), np.zeros((m.size, *(2 + delta.size,) * 2)))
    z, width = _nodes(*bounds, weight.breaks())
    jet = weight.at(z, delta)
    unit = (z - mean[:, None]) / spread[:, None]
    log_mass = jet.value + np.log(width) - 0.5 * unit**2
    top = log_mass.max(axis=1, keepdims=True)
    mass = np.exp(log_mass - top)
    A = mass.sum(axis=1)
    log_A = np.log(A) + top[:, 0] - np.log(spread) - 0.5 * np.log(2.0 * np.pi)
    return _from_moments(log_A, mass / A[:, None], unit, s2, jet)


def _range(weight: Smooth, mean: Array, spread: Array, delta: Array) -> tuple[float, float] | None:
    """The z values that matter; None where the integral diverges (weights grow faster than tails fall)."""
    ends = []
    for sign, growth in zip((-1.0, 1.0), weight.growth(delta)):
        left = 1.0 - growth * spread**2
        if np.any(left <= 0):
            return None
        ends.append(float(np.max(sign * mean / left + _REACH * spread / np.sqrt(left))))
    low, high = -ends[0], ends[1]
    return None if max(-low, high) > _FARTHEST else (min(low, -1.0), max(high, 1.0))


def _nodes(low: float, high: float, breaks: tuple[float, ...]) -> tuple[Array, Array]:
    """Nodes and weights of panels about 1 wide, cut where the weight function has a kink."""
    inside = [b for b in breaks if low < b < high]
    edges = np.unique(np.concatenate([np.linspace(low, high, int(np.ceil(high - low)) + 1), inside]))
    half = np.diff(edges) / 2.0
    middle = (edges[1:] + edges[:-1]) / 2.0
    return (middle[:, None] + half[:, None] * _NODES).ravel(), (half[:, None] * _WEIGHTS).ravel()


def _from_moments(log_A: Array, mass: Array, unit: Array, s2: Array, jet: Jet) -> Normaliser:
    """Derivatives of log A as moments of scores u under the law of what is seen: E[u], E[H] + Var[u]."""
    k, q, s = s2.size, jet.gradient.shape[0], np.sqrt(s2)
    mu, mu2 = mass * unit, mass * unit**2
    e1, e2, e3, e4 = mu.sum(1), mu2.sum(1), (mu * unit**2).sum(1), (mu2 * unit**2).sum(1)
    J = jet.gradient
    EJ, E1J, E2J = mass @ J.T, mu @ J.T, mu2 @ J.T
    gradient, second = np.empty((k, 2 + q)), np.empty((k, 2 + q, 2 + q))
    gradient[:, 0], gradient[:, 1], gradient[:, 2:] = e1 / s, (e2 - 1) / (2 * s2), EJ
    second[:, 0, 0] = (e2 - 1.0) / s2
    second[:, 0, 1] = second[:, 1, 0] = (e3 - e1) / (2 * s2 * s) - e1 / (s2 * s)
    second[:, 1, 1] = (e4 - 2 * e2 + 1) / (4 * s2**2) - e2 / s2**2 + 1.0 / (2 * s2**2)
    second[:, 0, 2:] = second[:, 2:, 0] = E1J / s[:, None]
    second[:, 1, 2:] = second[:, 2:, 1] = (E2J - EJ) / (2 * s2)[:, None]
    for a in range(q):
        for b in range(q):
            second[:, 2 + a, 2 + b] = mass @ (jet.curvature[a, b] + J[a] * J[b])
    return Normaliser(log_A, gradient, second - gradient[:, :, None] * gradient[:, None, :])
