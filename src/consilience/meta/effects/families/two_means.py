"""Two independent groups' means: raw, standardised and log-ratio differences (m, sd, n of each)."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.effects.families.kernel import (
    Inputs,
    MeasureEffect,
    MeasureRules,
    unknown_vtype,
    weighted_mean,
)
from consilience.meta.effects.ppc import pooled_sd


def _columns(x: Inputs) -> tuple[FloatArray, ...]:
    """m1, m2, sd1, sd2, n1, n2."""
    return tuple(x[k] for k in ("m1i", "m2i", "sd1i", "sd2i", "n1i", "n2i"))


def mean_difference(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """MD = m1 - m2; LS s1²/n1 + s2²/n2; HO sp² (1/n1 + 1/n2)."""
    m1, m2, s1, s2, n1, n2 = _columns(x)
    if rules.vtype == "LS":
        return MeasureEffect(m1 - m2, s1**2 / n1 + s2**2 / n2)
    if rules.vtype == "HO":
        return MeasureEffect(m1 - m2, pooled_sd(s1, s2, n1, n2) ** 2 * (1 / n1 + 1 / n2))
    raise unknown_vtype("MD", rules.vtype, "LS and HO")


def standardised_difference(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMD = J (m1 - m2)/sp (Hedges 1981).

    LS 1/n1 + 1/n2 + g²/(2N); LS2 J² (1/n1 + 1/n2 + d²/(2N)) (Borenstein 2009); UB
    1/n1 + 1/n2 + (1 - (m-2)/(m J²)) g² (Hedges 1983); AV is LS with the mean g.
    """
    m1, m2, s1, s2, n1, n2 = _columns(x)
    total, m = n1 + n2, n1 + n2 - 2
    J = rules.small_sample.j(m)
    d = (m1 - m2) / pooled_sd(s1, s2, n1, n2)
    g, base = J * d, 1 / n1 + 1 / n2
    if rules.vtype == "LS":
        return MeasureEffect(g, base + g**2 / (2 * total))
    if rules.vtype == "LS2":
        return MeasureEffect(g, J**2 * (base + d**2 / (2 * total)))
    if rules.vtype == "UB":
        return MeasureEffect(g, base + (1 - (m - 2) / (m * J**2)) * g**2)
    if rules.vtype == "AV":
        return MeasureEffect(g, base + weighted_mean(g, total) ** 2 / (2 * total))
    raise unknown_vtype("SMD", rules.vtype, "LS, LS2, UB and AV")


def heteroscedastic_difference(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMDH = J (m1 - m2)/√((s1² + s2²)/2), variances not taken as equal.

    BO: g² (s1⁴/(n1-1) + s2⁴/(n2-1))/(8 s⁴) + (s1²/(n1-1) + s2²/(n2-1))/s² (Bonett 2009);
    LS: J² of it.
    """
    m1, m2, s1, s2, n1, n2 = _columns(x)
    average = (s1**2 + s2**2) / 2
    J = rules.small_sample.j(n1 + n2 - 2)
    g = J * (m1 - m2) / np.sqrt(average)
    spread = (s1**4 / (n1 - 1) + s2**4 / (n2 - 1)) / (8 * average**2)
    bonett = g**2 * spread + (s1**2 / (n1 - 1) + s2**2 / (n2 - 1)) / average
    return MeasureEffect(g, bonett if rules.vtype == "BO" else J**2 * bonett)


def difference_by_second_sd(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMD1 = J (m1 - m2)/s2 (Glass's Δ): 1/n1 + 1/n2 + g²/(2 n2)."""
    m1, m2, _, s2, n1, n2 = _columns(x)
    g = rules.small_sample.j(n2 - 1) * (m1 - m2) / s2
    return MeasureEffect(g, 1 / n1 + 1 / n2 + g**2 / (2 * n2))


def heteroscedastic_by_second_sd(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMD1H: as SMD1, (s1²/s2²)/n1 + 1/n2 + g²/(2 n2); BO has n - 1 for n (Bonett 2009)."""
    m1, m2, s1, s2, n1, n2 = _columns(x)
    g = rules.small_sample.j(n2 - 1) * (m1 - m2) / s2
    less = 1 if rules.vtype == "BO" else 0
    return MeasureEffect(g, s1**2 / s2**2 / (n1 - less) + 1 / (n2 - less) + g**2 / (2 * (n2 - less)))


def _where_defined(yi: FloatArray, vi: FloatArray, ratio: FloatArray) -> MeasureEffect:
    """No variance where a known ratio has no logarithm."""
    return MeasureEffect(yi, np.where(ratio <= 0, np.nan, vi))


def log_ratio_of_means(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """ROM = ln(m1/m2): LS s1²/(n1 m1²) + s2²/(n2 m2²); HO with sp; AV, AVHO with squared mean CVs."""
    m1, m2, s1, s2, n1, n2 = _columns(x)
    ratio = m1 / m2
    yi = np.log(np.where(ratio > 0, ratio, np.nan))
    cv1, cv2 = s1 / m1, s2 / m2
    if rules.vtype == "LS":
        return _where_defined(yi, cv1**2 / n1 + cv2**2 / n2, ratio)
    if rules.vtype == "HO":
        sp2 = pooled_sd(s1, s2, n1, n2) ** 2
        return _where_defined(yi, sp2 / (n1 * m1**2) + sp2 / (n2 * m2**2), ratio)
    mean1, mean2 = weighted_mean(cv1, n1) ** 2, weighted_mean(cv2, n2) ** 2
    if rules.vtype == "AV":
        return _where_defined(yi, mean1 / n1 + mean2 / n2, ratio)
    if rules.vtype == "AVHO":
        both = weighted_mean(np.concatenate([cv1, cv2]), np.concatenate([n1, n2]))
        return _where_defined(yi, both**2 * (1 / n1 + 1 / n2), ratio)
    raise unknown_vtype("ROM", rules.vtype, "LS, HO, AV and AVHO")


def log_variability_ratio(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """VR = ln(s1/s2) + 1/(2(n1-1)) - 1/(2(n2-1)); 1/(2(n1-1)) + 1/(2(n2-1)) (Nakagawa 2015, eq. 8)."""
    a, b = 1 / (2 * (x["n1i"] - 1)), 1 / (2 * (x["n2i"] - 1))
    return MeasureEffect(np.log(x["sd1i"] / x["sd2i"]) + a - b, a + b)


def log_cv_ratio(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """CVR: ln of the ratio of s/m, corrected as VR; adds s²/(n m²) of each group (Nakagawa 2015, eq. 11)."""
    m1, m2, s1, s2, n1, n2 = _columns(x)
    a, b = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    yi = np.log((s1 / m1) / (s2 / m2)) + a - b
    return _where_defined(yi, a + b + s1**2 / (n1 * m1**2) + s2**2 / (n2 * m2**2), m1 / m2)


def point_biserial(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """RPB = d/√(d² + h), h = m/n1 + m/n2; h²/(h + d²)³ · (1/n1 + 1/n2 + d²/(2N)) (Hedges & Olkin 1985)."""
    m1, m2, s1, s2, n1, n2 = _columns(x)
    d = (m1 - m2) / pooled_sd(s1, s2, n1, n2)
    h = (n1 + n2 - 2) * (1 / n1 + 1 / n2)
    vi = h**2 / (h + d**2) ** 3 * (1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2)))
    return MeasureEffect(d / np.sqrt(d**2 + h), vi)


def log_odds_from_d_normal(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """D2ORN: 1.65 d, d uncorrected, for normal latent variables (Cox & Snell 1989)."""
    return _log_odds(x, 1.65)


def log_odds_from_d_logistic(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """D2ORL: π/√3 d, d uncorrected, for logistic latent variables (Hasselblad & Hedges 1995)."""
    return _log_odds(x, np.pi / np.sqrt(3))


def _log_odds(x: Inputs, factor: float) -> MeasureEffect:
    """The uncorrected standardised difference and its large-sample variance in another unit."""
    m1, m2, s1, s2, n1, n2 = _columns(x)
    d = (m1 - m2) / pooled_sd(s1, s2, n1, n2)
    return MeasureEffect(factor * d, factor**2 * (1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2))))
