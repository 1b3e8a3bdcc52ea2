"""One group's mean, SD or reliability, and effects that come with their variance."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.effects.families.kernel import Inputs, MeasureEffect, MeasureRules


def _log(values: FloatArray) -> FloatArray:
    """ln, NaN where the value is not positive."""
    return np.asarray(np.log(np.where(values > 0, values, np.nan)))


def mean(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """MN = m; s²/n."""
    return MeasureEffect(np.array(x["mi"]), x["sdi"] ** 2 / x["ni"])


def standardised_mean(x: Inputs, rules: MeasureRules) -> MeasureEffect:
    """SMN = J(n-1) m/s; 1/n + g²/(2n)."""
    n = x["ni"]
    g = rules.small_sample.j(n - 1) * x["mi"] / x["sdi"]
    return MeasureEffect(g, 1 / n + g**2 / (2 * n))


def log_mean(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """MNLN = ln m; s²/(n m²)."""
    return MeasureEffect(_log(x["mi"]), x["sdi"] ** 2 / (x["ni"] * x["mi"] ** 2))


def log_cv(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """CVLN = ln(s/m) + 1/(2(n-1)); 1/(2(n-1)) + s²/(n m²) (Nakagawa 2015)."""
    n, half = x["ni"], 1 / (2 * (x["ni"] - 1))
    return MeasureEffect(_log(x["sdi"] / x["mi"]) + half, half + x["sdi"] ** 2 / (n * x["mi"] ** 2))


def log_sd(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """SDLN = ln s + 1/(2(n-1)); 1/(2(n-1)) (Nakagawa 2015)."""
    half = 1 / (2 * (x["ni"] - 1))
    return MeasureEffect(_log(x["sdi"]) + half, half)


def alpha(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """ARAW = α; 2m(1-α)²/((m-1)(n-2)) for m items (van Zyl 2000)."""
    a, m, n = x["ai"], x["mi"], x["ni"]
    return MeasureEffect(np.array(a), 2 * m * (1 - a) ** 2 / ((m - 1) * (n - 2)))


def alpha_hakstian(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """AHW = 1 - ∛(1-α); 18m(n-1)(1-α)^(2/3)/((m-1)(9n-11)²) (Hakstian & Whalen 1976)."""
    a, m, n = x["ai"], x["mi"], x["ni"]
    vi = 18 * m * (n - 1) * np.cbrt(1 - a) ** 2 / ((m - 1) * (9 * n - 11) ** 2)
    return MeasureEffect(1 - np.cbrt(1 - a), vi)


def alpha_bonett(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """ABT = -ln(1-α); 2m/((m-1)(n-2)) (Bonett 2002)."""
    a, m, n = x["ai"], x["mi"], x["ni"]
    return MeasureEffect(-_log(1 - a), 2 * m / ((m - 1) * (n - 2)))


def generic(x: Inputs, _: MeasureRules) -> MeasureEffect:
    """GEN: yi and vi as given."""
    return MeasureEffect(np.array(x["yi"]), np.array(x["vi"]))
