"""One group measured twice: m1, sd1 and m2, sd2 with the correlation r (m1 - m2 is the change)."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.effects.families.kernel import Inputs, MeasureEffect, MeasureRules


def _columns(x: Inputs) -> tuple[FloatArray, ...]:
    """m1, m2, sd1, sd2, n, r and the variance of the change scores."""
    m1, m2, s1, s2, n, r = (x[k] for k in ("m1i", "m2i", "sd1i", "sd2i", "ni", "ri"))
    return m1, m2, s1, s2, n, r, s1**2 + s2**2 - 2 * r * s1 * s2


def mean_change(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """MC = m1 - m2; (s1² + s2² - 2 r s1 s2)/n."""
    m1, m2, _s1, _s2, n, _r, sd2 = _columns(x)
    return MeasureEffect(m1 - m2, sd2 / n)


def change_by_change_sd(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMCC = J(n-1) (m1 - m2)/s_change; 1/n + g²/(2n) (Gibbons 1993)."""
    m1, m2, _s1, _s2, n, _r, sd2 = _columns(x)
    g = rules.small_sample.j(n - 1) * (m1 - m2) / np.sqrt(sd2)
    return MeasureEffect(g, 1 / n + g**2 / (2 * n))


def change_by_first_sd(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMCR = J(n-1) (m1 - m2)/s1; 2(1-r)/n + g²/(2n) (Becker 1988)."""
    n, r = x["ni"], x["ri"]
    g = rules.small_sample.j(n - 1) * (x["m1i"] - x["m2i"]) / x["sd1i"]
    return MeasureEffect(g, 2 * (1 - r) / n + g**2 / (2 * n))


def heteroscedastic_by_first_sd(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMCRH: as SMCR; BO s_change²/(s1² (n-1)) + g²/(2(n-1)) (Bonett 2008, eq. 13); LS J² of it."""
    m1, m2, s1, _s2, n, _r, sd2 = _columns(x)
    J = rules.small_sample.j(n - 1)
    g = J * (m1 - m2) / s1
    bonett = sd2 / (s1**2 * (n - 1)) + g**2 / (2 * (n - 1))
    return MeasureEffect(g, bonett if rules.vtype == "BO" else J**2 * bonett)


def change_by_average_sd(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMCRP = J(m) (m1 - m2)/√((s1²+s2²)/2), m = 2(n-1)/(1+r²); 2(1-r)/n + g²/(2m) (Cousineau 2020)."""
    m1, m2, s1, s2, n, r, _sd2 = _columns(x)
    m = 2 * (n - 1) / (1 + r**2)
    g = rules.small_sample.j(m) * (m1 - m2) / np.sqrt((s1**2 + s2**2) / 2)
    return MeasureEffect(g, 2 * (1 - r) / n + g**2 / (2 * m))


def heteroscedastic_by_average_sd(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMCRPH: g² (s1⁴+s2⁴+2r²s1²s2²)/(8 s⁴ (n-1)) + s_change²/(s² (n-1)) (Bonett 2008, eq. 10)."""
    m1, m2, s1, s2, n, r, sd2 = _columns(x)
    s = (s1**2 + s2**2) / 2
    g = rules.small_sample.j(2 * (n - 1) / (1 + r**2)) * (m1 - m2) / np.sqrt(s)
    spread = (s1**4 + s2**4 + 2 * r**2 * s1**2 * s2**2) / (8 * s**2 * (n - 1))
    return MeasureEffect(g, g**2 * spread + sd2 / (s * (n - 1)))


def log_ratio_of_paired_means(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """ROMC = ln(m1/m2); s1²/(n m1²) + s2²/(n m2²) - 2 r s1 s2/(n m1 m2) (Lajeunesse 2011)."""
    m1, m2, s1, s2, n, r, _sd2 = _columns(x)
    ratio = m1 / m2
    a, b = s1 / m1, s2 / m2
    yi = np.log(np.where(ratio > 0, ratio, np.nan))
    return MeasureEffect(yi, np.where(np.isnan(yi), np.nan, a**2 + b**2 - 2 * r * a * b) / n)


def log_paired_variability_ratio(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """VRC = ln(s1/s2); (1 - r²)/(n - 1)."""
    return MeasureEffect(np.log(x["sd1i"] / x["sd2i"]), (1 - x["ri"] ** 2) / (x["ni"] - 1))


def log_paired_cv_ratio(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """CVRC: ln of the ratio of s/m; the variances of VRC and ROMC added."""
    m1, m2, s1, s2, *_ = _columns(x)
    spread, level = log_paired_variability_ratio(x, rules).vi, log_ratio_of_paired_means(x, rules).vi
    return MeasureEffect(np.log((s1 / m1) / (s2 / m2)), spread + level)
