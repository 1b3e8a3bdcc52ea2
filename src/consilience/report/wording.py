"""How an estimate is put into words: with its interval, and with what that interval leaves open."""

from __future__ import annotations

from consilience.report import numerals as say
from consilience.synthesis.result import Estimate, SynthesisResult

FEW_DF = 4.0


def reading(e: Estimate, result: SynthesisResult) -> str:
    """Say what an interval leaves open, in the protocol's words for the two directions."""
    words = result.protocol.directions
    if e.ci_lower is None or e.ci_upper is None:
        return "No interval could be given."
    if e.df is not None and e.df < FEW_DF:
        return f"With {say.df(e.df)} degrees of freedom this interval should not be relied on."
    if e.ci_lower > 0:
        return f"The whole interval lies on the side of {words.positive}."
    if e.ci_upper < 0:
        return f"The whole interval lies on the side of {words.negative}."
    return f"The interval includes zero: both {words.positive} and {words.negative} remain possible."


def with_ci(e: Estimate, unit: str = "") -> str:
    """Print "0.30 (95% CI 0.21 to 0.40)"."""
    digits = say.slope_decimals(e)
    return f"{say.number(e.estimate, digits)}{unit} (95% CI {say.interval(e.ci_lower, e.ci_upper, digits)})"


def is_frail(e: Estimate) -> bool:
    """Say whether an estimate has too few degrees of freedom for its interval to be relied on."""
    return e.df is not None and e.df < FEW_DF


def in_brief(e: Estimate, unit: str = "") -> str:
    """Print an estimate for a list, with how much it rests on."""
    trials = say.plural(e.k_studies, "trial")
    if is_frail(e):
        return (
            f"{say.number(e.estimate, say.slope_decimals(e))}{unit} from {trials}: too few for a reliable "
            "interval"
        )
    return f"{with_ci(e, unit)}, {trials}"
