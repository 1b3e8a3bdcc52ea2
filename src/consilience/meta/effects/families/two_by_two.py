"""2×2 tables: ai, bi events and non-events of group 1; ci, di of group 2."""

from __future__ import annotations

import numpy as np
from scipy import stats

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.effects.families.kernel import (
    Inputs,
    MeasureEffect,
    MeasureRules,
    unknown_vtype,
    weighted_mean,
)

Cells = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def table_cells(x: Inputs, rules: MeasureRules) -> Cells:
    """The four cells after the additions that the rules ask for."""
    a, b, c, d = (np.array(x[k], dtype=np.float64) for k in ("ai", "bi", "ci", "di"))
    if rules.drop00:
        empty = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
        a, b, c, d = (np.where(empty, np.nan, v) for v in (a, b, c, d))
    zero = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    where = {"only0": zero, "all": np.ones_like(zero), "none": np.zeros_like(zero)}
    rows = where.get(rules.to, np.full_like(zero, zero.any()))
    a, b, c, d = (v + np.where(rows, rules.add, 0.0) for v in (a, b, c, d))
    return a, b, c, d


def _risks(cells: Cells) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """p1, p2, n1, n2."""
    a, b, c, d = cells
    return a / (a + b), c / (c + d), a + b, c + d


def _log(values: FloatArray) -> FloatArray:
    """ln, NaN where the value is not positive."""
    return np.asarray(np.log(np.where(values > 0, values, np.nan)))


def log_risk_ratio(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """RR = ln(p1/p2); 1/a - 1/n1 + 1/c - 1/n2."""
    cells = table_cells(x, rules)
    a, _, c, _ = cells
    p1, p2, n1, n2 = _risks(cells)
    return MeasureEffect(_log(p1) - _log(p2), 1 / a - 1 / n1 + 1 / c - 1 / n2)


def log_odds_ratio(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """OR = ln(ad/bc): 1/a + 1/b + 1/c + 1/d (Woolf 1955)."""
    a, b, c, d = table_cells(x, rules)
    return MeasureEffect(_log(a) - _log(b) - _log(c) + _log(d), 1 / a + 1 / b + 1 / c + 1 / d)


def risk_difference(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """RD = p1 - p2: LS Σ p(1-p)/n; UB with n - 1; AV with each group's mean risk."""
    p1, p2, n1, n2 = _risks(table_cells(x, rules))
    yi = p1 - p2
    if rules.vtype == "LS":
        return MeasureEffect(yi, p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    if rules.vtype == "UB":
        return MeasureEffect(yi, p1 * (1 - p1) / (n1 - 1) + p2 * (1 - p2) / (n2 - 1))
    if rules.vtype == "AV":
        m1, m2 = weighted_mean(p1, n1), weighted_mean(p2, n2)
        return MeasureEffect(yi, m1 * (1 - m1) / n1 + m2 * (1 - m2) / n2)
    raise unknown_vtype("RD", rules.vtype, "LS, UB and AV")


def arcsine_difference(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """AS = asin√p1 - asin√p2; 1/(4 n1) + 1/(4 n2) (Rücker 2009)."""
    p1, p2, n1, n2 = _risks(table_cells(x, rules))
    return MeasureEffect(np.arcsin(np.sqrt(p1)) - np.arcsin(np.sqrt(p2)), 1 / (4 * n1) + 1 / (4 * n2))


def peto_log_odds(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PETO = (a - E)/V, E and V of the hypergeometric distribution; 1/V (Yusuf 1985)."""
    a, b, c, d = table_cells(x, rules)
    n1, n2, events, others = a + b, c + d, a + c, b + d
    total = n1 + n2
    V = events * others * (n1 / total) * (n2 / total) / (total - 1)
    V = np.where(V > 0, V, np.nan)
    return MeasureEffect((a - events * n1 / total) / V, 1 / V)


def phi_coefficient(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PHI = (ad - bc)/√(n1 n2 m1 m2).

    Variance of a fully random table (Yule 1912), with u, v the differences of the row and column shares:
    (1 - φ² + φ(1 + φ²/2) uv/√(p1 p2 q1 q2) - ¾ φ² (u²/(p1 p2) + v²/(q1 q2)))/N.
    """
    a, b, c, d = table_cells(x, rules)
    total = a + b + c + d
    p1, p2, q1, q2 = (a + b) / total, (c + d) / total, (a + c) / total, (b + d) / total
    phi = (a * d - b * c) / (total**2 * np.sqrt(p1 * p2 * q1 * q2))
    u, v = p1 - p2, q1 - q2
    skew = phi * (1 + phi**2 / 2) * u * v / np.sqrt(p1 * p2 * q1 * q2)
    vi = (1 - phi**2 + skew - 0.75 * phi**2 * (u**2 / (p1 * p2) + v**2 / (q1 * q2))) / total
    return MeasureEffect(phi, vi)


def yule_q(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """YUQ = (OR - 1)/(OR + 1); (1 - Q²)² Σ 1/cell / 4 (Yule 1900)."""
    log_or = log_odds_ratio(x, rules)
    q = np.tanh(log_or.yi / 2)
    return MeasureEffect(q, (1 - q**2) ** 2 * log_or.vi / 4)


def yule_y(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """YUY = (√OR - 1)/(√OR + 1); (1 - Y²)² Σ 1/cell / 16 (Yule 1912)."""
    log_or = log_odds_ratio(x, rules)
    y = np.tanh(log_or.yi / 4)
    return MeasureEffect(y, (1 - y**2) ** 2 * log_or.vi / 16)


def probit_difference(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PBIT = Φ⁻¹(p1) - Φ⁻¹(p2); Σ 2π p(1-p) exp(z²)/n (Rosenthal 1994)."""
    p1, p2, n1, n2 = _risks(table_cells(x, rules))
    z1, z2 = (stats.norm.ppf(np.where((p > 0) & (p < 1), p, np.nan)) for p in (p1, p2))
    parts = [2 * np.pi * p * (1 - p) * np.exp(z**2) / n for p, z, n in ((p1, z1, n1), (p2, z2, n2))]
    return MeasureEffect(z1 - z2, parts[0] + parts[1])


def d_from_odds_normal(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """OR2DN = ln(OR)/1.65 (Cox & Snell 1989)."""
    log_or = log_odds_ratio(x, rules)
    return MeasureEffect(log_or.yi / 1.65, log_or.vi / 1.65**2)


def d_from_odds_logistic(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """OR2DL = ln(OR) √3/π (Hasselblad & Hedges 1995)."""
    log_or = log_odds_ratio(x, rules)
    return MeasureEffect(log_or.yi * np.sqrt(3) / np.pi, log_or.vi * 3 / np.pi**2)
