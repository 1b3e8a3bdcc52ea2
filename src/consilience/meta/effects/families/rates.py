"""Event counts over person-time: xi, ti of one group; x1i, t1i, x2i, t2i of two."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import BoolArray, FloatArray
from consilience.meta.effects.families.kernel import Inputs, MeasureEffect, MeasureRules


def _rows(zero: BoolArray, rules: MeasureRules) -> FloatArray:
    """What is added to the counts of each row."""
    where = {"only0": zero, "all": np.ones_like(zero), "none": np.zeros_like(zero)}
    return np.where(where.get(rules.to, np.full_like(zero, zero.any())), rules.add, 0.0)


def _pair(x: Inputs, rules: MeasureRules) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """x1, t1, x2, t2 after the additions."""
    x1, t1, x2, t2 = (np.array(x[k], dtype=np.float64) for k in ("x1i", "t1i", "x2i", "t2i"))
    empty = (x1 == 0) & (x2 == 0) & rules.drop00
    x1, x2 = np.where(empty, np.nan, x1), np.where(empty, np.nan, x2)
    plus = _rows((x1 == 0) | (x2 == 0), rules)
    return x1 + plus, t1, x2 + plus, t2


def _single(x: Inputs, rules: MeasureRules) -> tuple[FloatArray, FloatArray]:
    """x, t after the additions."""
    return x["xi"] + _rows(x["xi"] == 0, rules), x["ti"]


def log_rate_ratio(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """IRR = ln((x1/t1)/(x2/t2)); 1/x1 + 1/x2."""
    x1, t1, x2, t2 = _pair(x, rules)
    ratio = (x1 / t1) / (x2 / t2)
    return MeasureEffect(np.log(np.where((ratio > 0) & np.isfinite(ratio), ratio, np.nan)), 1 / x1 + 1 / x2)


def rate_difference(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """IRD = x1/t1 - x2/t2; x1/t1² + x2/t2²."""
    x1, t1, x2, t2 = _pair(x, rules)
    return MeasureEffect(x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2)


def root_rate_difference(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """IRSD = √(x1/t1) - √(x2/t2); 1/(4 t1) + 1/(4 t2)."""
    x1, t1, x2, t2 = _pair(x, rules)
    return MeasureEffect(np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2))


def rate(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """IR = x/t; x/t²."""
    events, t = _single(x, rules)
    return MeasureEffect(events / t, events / t**2)


def log_rate(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """IRLN = ln(x/t); 1/x."""
    events, t = _single(x, rules)
    return MeasureEffect(np.log(np.where(events > 0, events, np.nan) / t), 1 / events)


def root_rate(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """IRS = √(x/t); 1/(4t)."""
    events, t = _single(x, rules)
    return MeasureEffect(np.sqrt(events / t), 1 / (4 * t))


def freeman_tukey_rate(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """IRFT = ½(√(x/t) + √((x+1)/t)); 1/(4t)."""
    events, t = _single(x, rules)
    return MeasureEffect((np.sqrt(events / t) + np.sqrt((events + 1) / t)) / 2, 1 / (4 * t))
