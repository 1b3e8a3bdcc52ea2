"""The codes of how an effect was derived, in words for a reader."""

from __future__ import annotations

STATISTICS = {
    "t": "t statistic",
    "F": "F statistic",
    "eta2": "η²",
    "z": "z statistic",
    "p": "p value",
    "p_bound": "p value given as a bound",
}

WORDS = {
    "means": "means and SDs before and after",
    "means_pre_sd": "means before and after, pretest SDs",
    "means_post_sd": "means before and after, posttest SDs",
    "change_pre_sd": "change scores and pretest SDs",
    "change_post_sd": "change scores and posttest SDs",
    "change_sd": "change scores and their SDs",
    "change_ci": "change scores and their confidence intervals",
    "t_change": "t statistic of the change",
    **{code: f"{words} of the change" for code, words in STATISTICS.items() if code != "t"},
    **{f"{code}_posttest": f"{words} at posttest" for code, words in STATISTICS.items()},
    "posttest_means": "means and SDs after treatment only",
    "reported_d": "reported d",
    "reported_g": "reported g",
    "reported_r": "reported correlation",
    "reported_phi": "reported φ",
    "events": "numbers of events",
    "OR": "reported odds ratio",
    "chi2": "χ² statistic",
    "precalc": "effect size as given in the table",
}


def in_words(code: str) -> str:
    """Say how an effect was derived; a code without words stands as it is.

    >>> in_words("change_sd")
    'change scores and their SDs'
    """
    return WORDS.get(code, code)
