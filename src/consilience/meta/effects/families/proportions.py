"""Proportions of one group: xi events among ni."""

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


def _counts(x: Inputs, rules: MeasureRules) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Events, people and proportion after the additions."""
    events, others = np.array(x["xi"], dtype=np.float64), x["ni"] - x["xi"]
    zero = (events == 0) | (others == 0)
    where = {"only0": zero, "all": np.ones_like(zero), "none": np.zeros_like(zero)}
    plus = np.where(where.get(rules.to, np.full_like(zero, zero.any())), rules.add, 0.0)
    events, n = events + plus, events + others + 2 * plus
    return events, n, events / n


def proportion(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PR = x/n: LS p(1-p)/n; UB with n - 1; AV with the mean proportion."""
    _, n, p = _counts(x, rules)
    if rules.vtype == "LS":
        return MeasureEffect(p, p * (1 - p) / n)
    if rules.vtype == "UB":
        return MeasureEffect(p, p * (1 - p) / (n - 1))
    if rules.vtype == "AV":
        mean = weighted_mean(p, n)
        return MeasureEffect(p, mean * (1 - mean) / n)
    raise unknown_vtype("PR", rules.vtype, "LS, UB and AV")


def log_proportion(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PLN = ln(x/n): LS 1/x - 1/n; AV with the mean proportion."""
    events, n, p = _counts(x, rules)
    yi = np.log(np.where(p > 0, p, np.nan))
    if rules.vtype == "LS":
        return MeasureEffect(yi, 1 / events - 1 / n)
    if rules.vtype == "AV":
        mean = weighted_mean(p, n)
        return MeasureEffect(yi, 1 / (mean * n) - 1 / n)
    raise unknown_vtype("PLN", rules.vtype, "LS and AV")


def log_odds(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PLO = ln(p/(1-p)): LS 1/x + 1/(n-x); AV with the mean proportion."""
    events, n, p = _counts(x, rules)
    inside = np.where((p > 0) & (p < 1), p, np.nan)
    yi = np.log(inside / (1 - inside))
    if rules.vtype == "LS":
        return MeasureEffect(yi, 1 / events + 1 / (n - events))
    if rules.vtype == "AV":
        mean = weighted_mean(p, n)
        return MeasureEffect(yi, 1 / (mean * n) + 1 / ((1 - mean) * n))
    raise unknown_vtype("PLO", rules.vtype, "LS and AV")


def arcsine_proportion(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PAS = asin√p; 1/(4n)."""
    _, n, p = _counts(x, rules)
    return MeasureEffect(np.arcsin(np.sqrt(p)), 1 / (4 * n))


def freeman_tukey_proportion(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """PFT = ½(asin√(x/(n+1)) + asin√((x+1)/(n+1))); 1/(4n+2) (Freeman & Tukey 1950)."""
    events, n, _ = _counts(x, rules)
    yi = (np.arcsin(np.sqrt(events / (n + 1))) + np.arcsin(np.sqrt((events + 1) / (n + 1)))) / 2
    return MeasureEffect(yi, 1 / (4 * n + 2))
