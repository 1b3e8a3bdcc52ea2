"""What would bring an unused row into the analysis, by the reason why it gave no effect."""

from __future__ import annotations

ANYTHING = (
    "Give pre- and posttest means with SDs and n per arm, change scores with SDs, or a test statistic "
    "with its df and whom it favours."
)

BY_REASON: tuple[tuple[str, str], ...] = (
    ("number of people", "State n_arm1 and n_arm2."),
    ("sample size of 1", "Check n_arm1 and n_arm2."),
    ("too few people", "Check n_arm1 and n_arm2; a variance needs more than a handful of people."),
    ("correlation is not between", "Correct pre_post_r, or leave it empty to use the plan's."),
    ("no pre-post correlation", "State pre_post_r, or a default in the protocol."),
    (
        "only a bound",
        "Look for the exact p or the means; or let the plan allow p bounds, which are then flagged.",
    ),
    ("only a lower bound", "Look for the exact p, a test statistic, or the means."),
    ("no sign", "Say in favours which arm the result favours, or give the means."),
    ("no standard deviation", "Give SDs; or SEs, CIs or quartiles, and say so in sd_from."),
    ("deviation that is not positive", "Correct the standard deviation."),
    ("has no standard error", "Give precalc_g_se."),
    ("oriented without", "State direction, and a positive precalc_g_se."),
    ("within one arm", "Look for the comparison between the arms: the interaction, or both arms' means."),
    ("more than one numerator", "Look for the contrast of the two arms, or give the means."),
    ("direction is good", "State direction: beneficial or harmful."),
    ("does not allow", "Allow posttest-only effects in the plan, or give the baseline."),
    ("could not be read", "Write the statistic like 't(58) = 2.12', 'F(1, 33) = 3.39' or 'p = .02'."),
)
"""A piece of the reason, and the remedy; the first that fits is taken."""


def remedy_for(reason: str) -> str:
    """What to do about a row that gave no effect.

    >>> remedy_for("the number of people in an arm is not stated")
    'State n_arm1 and n_arm2.'
    """
    return next((remedy for piece, remedy in BY_REASON if piece in reason), ANYTHING)
