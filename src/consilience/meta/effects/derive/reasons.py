"""Why a row gives no effect, in words that say what is missing."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import BoolArray, TextArray
from consilience.meta.effects.derive.candidate import Rows
from consilience.meta.effects.derive.notes import first_reason
from consilience.meta.effects.derive.signs import sign_of


def why_not(
    rows: Rows, r_missing: BoolArray, *, allow_posttest_only: bool, allow_p_bounds: bool
) -> TextArray:
    """The most helpful reason for each row, as if no path had led to an effect."""
    a, b, s = rows.arm1, rows.arm2, rows.stats
    stated: TextArray = rows.table.text("not_usable_reason")
    n_missing = np.isnan(a.n) | np.isnan(b.n)
    changes = ~np.isnan(a.change + b.change)
    posttests = ~np.isnan(a.m_post + b.m_post)
    any_stat = np.logical_or.reduce([~np.isnan(v[:, 0]) for v in s.values.values()])
    only_bound = ~np.isnan(s.values["p_bound"][:, 0]) & np.isnan(s.values["p"][:, 0])
    big_f = s.values["F"][:, 1] > 1
    unsigned = any_stat & np.isnan(sign_of(rows).sign)
    given = ~np.isnan(rows.table.number("precalc_g"))
    reasons = [
        (rows.r.bad, "the row's pre-post correlation is not between -1 and 1"),
        (a.bad_n | b.bad_n, "a sample size of 1 or less"),
        (a.bad_sd | b.bad_sd, "a standard deviation that is not positive"),
        (given & np.isnan(rows.table.number("precalc_g_se")), "the given effect has no standard error"),
        (given, "the given effect is oriented without a stated direction, or its SE is not positive"),
        ((changes | posttests | any_stat) & n_missing, "the number of people in an arm is not stated"),
        (r_missing & (changes | any_stat), "no pre-post correlation for the row"),
        (s.within, "the statistic compares before and after within one arm"),
        (big_f, "an F test with more than one numerator degree of freedom does not compare two arms"),
        (any_stat & only_bound & ~s.upper_bound, "only a lower bound of p is stated, which gives no size"),
        (any_stat & only_bound & (not allow_p_bounds), "only a bound of p is stated (see allow_p_bounds)"),
        (unsigned, "the statistic has no sign, and neither means nor favour and direction tell it"),
        (any_stat, "the printed statistic does not convert into an effect"),
        (posttests & ~changes & (not allow_posttest_only), "posttest only, which the plan does not allow"),
        (changes | posttests, "no standard deviation is stated"),
        (s.text != "", "the printed statistic could not be read"),
    ]  # fmt: skip
    out = first_reason(len(stated), reasons)
    out = np.where(out == "", "no means, change scores, test statistic, counts or given effect", out)
    return np.where((stated != "") & ~_bad_numbers(rows), stated, out).astype(object)


def _bad_numbers(rows: Rows) -> BoolArray:
    """Rows in which a bad number, rather than a person's statement, explains the loss."""
    a, b = rows.arm1, rows.arm2
    return rows.r.bad | a.bad_n | b.bad_n | a.bad_sd | b.bad_sd
