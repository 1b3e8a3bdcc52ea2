"""How numbers are printed, in one place: every figure, table and sentence of a report asks here.

The rules are those of the field's journals: estimates with two decimals and their interval beside
them, exact p to three digits, degrees of freedom to one decimal, a true minus sign.
"""

from __future__ import annotations

import math
import re

from consilience.synthesis.result import Estimate, JointTest

MINUS = "\u2212"
NOT_STATED = "–"
NBSP = "\u00a0"


def number(value: float | None, decimals: int = 2) -> str:
    """Print a number with a true minus sign; a missing one as a dash.

    >>> number(-0.304), number(-0.001), number(None)
    ('−0.30', '0.00', '–')
    """
    if value is None or not math.isfinite(value):
        return NOT_STATED
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def count(value: float | None) -> str:
    """Print a count with thin groups of thousands.

    >>> count(4060), count(None)
    ('4,060', '–')
    """
    return NOT_STATED if value is None or not math.isfinite(value) else f"{round(value):,}"


def p_value(p: float | None) -> str:
    """Print an exact p to three digits, without a leading zero.

    >>> p_value(0.0004), p_value(0.0312), p_value(1.0)
    ('< .001', '.031', '> .999')
    """
    if p is None or not math.isfinite(p):
        return NOT_STATED
    if p < 0.001:
        return "< .001"
    if p > 0.9994:
        return "> .999"
    return f"{p:.3f}".lstrip("0")


def p_phrase(p: float | None) -> str:
    """Print "p = .031" or "p < .001" for use in a sentence."""
    text = p_value(p)
    return f"p{NBSP}{text.replace(' ', NBSP)}" if text[0] in "<>" else f"p{NBSP}={NBSP}{text}"


def df(value: float | None) -> str:
    """Print degrees of freedom to one decimal."""
    return number(value, 1)


def proportion(value: float | None) -> str:
    """Print a percentage that stands for a share, such as I², without decimals."""
    return NOT_STATED if value is None or not math.isfinite(value) else f"{number(value, 0)}%"


def decimals_of(scale: str) -> int:
    """Digits after the point: percent changes are printed to one, all else to two."""
    return 1 if scale == "percent" else 2


def interval(lower: float | None, upper: float | None, decimals: int = 2) -> str:
    """Print an interval: "0.21 to 0.40", which a minus sign cannot make unreadable."""
    if lower is None or upper is None:
        return NOT_STATED
    return f"{number(lower, decimals)} to {number(upper, decimals)}"


def estimate_ci(estimate: Estimate, *, unit: str = "") -> str:
    """Print an estimate with its interval in square brackets, or "not estimable"."""
    if estimate.status != "estimated":
        return "not estimable"
    digits = slope_decimals(estimate)
    point = f"{number(estimate.estimate, digits)}{unit}"
    if estimate.ci_lower is None or estimate.ci_upper is None:
        return point
    return f"{point} [{number(estimate.ci_lower, digits)}, {number(estimate.ci_upper, digits)}]"


def slope_decimals(estimate: Estimate) -> int:
    """Slopes are small numbers per unit: they get a third digit."""
    slope = estimate.family in ("moderator_slope", "time_slope")
    return 3 if slope else decimals_of(estimate.scale)


def t_test(estimate: Estimate) -> str:
    """Print "t(50.9) = 6.22"."""
    if estimate.statistic is None or estimate.df is None:
        return NOT_STATED
    return f"t({df(estimate.df)}){NBSP}={NBSP}{number(estimate.statistic)}"


def f_test(test: JointTest) -> str:
    """Print "F(3.0, 12.4) = 1.85"."""
    if test.statistic is None or test.df_num is None or test.df_denom is None:
        return NOT_STATED
    return f"F({df(test.df_num)}, {df(test.df_denom)}){NBSP}={NBSP}{number(test.statistic)}"


def plural(n: int, noun: str, many: str = "") -> str:
    """Print "1 trial", "56 trials"."""
    return f"{count(n)} {noun if n == 1 else many or noun + 's'}"


def per_units(slope: Estimate) -> str:
    """Print what a slope is per: "week", "10 years"."""
    unit = slope.unit or ("weeks" if slope.family == "time_slope" else "units")
    if slope.per == 1:
        return unit.removesuffix("s") if len(unit) > 2 else unit
    return f"{slope.per:g} {unit if unit.endswith('s') else unit + 's'}"


def why_not(reason: str) -> str:
    """Print the reason why something could not be estimated, as a sentence of its own."""
    reason = typeset(reason)
    return reason if reason.startswith("Not estimable") else f"Not estimable. {reason}"


def typeset(sentence: str) -> str:
    """Give the numbers of a sentence true minus signs and close up their percent signs.

    >>> typeset("A fall of -7.8 %, from -9 to -1.")
    'A fall of −7.8%, from −9 to −1.'
    """
    sentence = re.sub(r"(?<![\w.;-])-(?=\.?\d)", MINUS, sentence)
    return re.sub(r"(?<=\d) %", "%", sentence)
