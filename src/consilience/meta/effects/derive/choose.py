"""The PPC measure: for every row the first path that leads to an effect, in order of trust.

1 pretest and posttest means; 2 mean changes (SDs, or their CIs); 3 t, F, η², z or p of the change;
4 posttest means; 5 t, F or p of the posttest, printed d, g, r, χ²; 6 events, odds ratio; 7 a given g and SE.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.effects.derive.arms import read_arm
from consilience.meta.effects.derive.candidate import Candidate, Rows
from consilience.meta.effects.derive.cells import TrialTable
from consilience.meta.effects.derive.chosen import Chosen
from consilience.meta.effects.derive.correlation import check_r, choose_r
from consilience.meta.effects.derive.from_changes import from_changes
from consilience.meta.effects.derive.from_posttest import (
    chi_square,
    events,
    given,
    posttest_means,
    printed_d,
    printed_or,
)
from consilience.meta.effects.derive.from_statistics import from_statistics
from consilience.meta.effects.derive.notes import Notes
from consilience.meta.effects.derive.reasons import why_not
from consilience.meta.effects.derive.statistics import read_statistics
from consilience.meta.effects.ppc import (
    Formula,
    StandardisedEffect,
    Variance,
    check_formula,
    check_variance,
    own_sd_effect,
    pooled_effect,
)
from consilience.meta.effects.small_sample import DEFAULT_RULE, SmallSampleRule


@dataclass(frozen=True)
class PPCOptions:
    """How rows become effects; the arguments of ``escalc("PPC", ...)``."""

    formula: Formula = "d_ppc2"
    variance: Variance = "morris2008"
    rule: SmallSampleRule = DEFAULT_RULE
    allow_posttest_only: bool = True
    allow_p_bounds: bool = False
    r_from_change_sd: bool = True

    def __post_init__(self) -> None:
        check_formula(self.formula)
        check_variance(self.variance)


def derive_ppc(data: pd.DataFrame, r: Any = 0.5, options: PPCOptions | None = None) -> pd.DataFrame:
    """One line of results for every row of the trial table, in its order."""
    options = options or PPCOptions()
    table, notes = TrialTable(data), Notes(len(data))
    arm1, arm2 = read_arm(table, "arm1", notes), read_arm(table, "arm2", notes)
    row_r = choose_r(
        table, arm1, arm2, check_r(r, table.size), notes, from_change_sd=options.r_from_change_sd
    )
    rows = Rows(table, arm1, arm2, row_r, read_statistics(table), options.formula)
    notes.add(table.flag("log_scale"), "on the log scale")
    chosen = Chosen(rows, notes)
    for candidate in _paths(rows, options):
        chosen.offer(candidate)
    return _results(rows, chosen, options)


def _paths(rows: Rows, options: PPCOptions) -> list[Candidate]:
    """All candidates in order of trust."""
    bounds = options.allow_p_bounds
    paths = [*from_changes(rows), *from_statistics(rows, posttest=False, allow_p_bounds=bounds)]
    if options.allow_posttest_only:
        paths += [posttest_means(rows), *from_statistics(rows, posttest=True, allow_p_bounds=bounds)]
        paths += [*printed_d(rows), chi_square(rows), events(rows), printed_or(rows)]
    return [*paths, given(rows)]


def _results(rows: Rows, chosen: Chosen, options: PPCOptions) -> pd.DataFrame:
    """Effects and variances of the chosen paths, with the columns that explain them."""
    effect = _effects(rows, chosen, options)
    bad = rows.r.bad | np.isnan(effect.yi) | ~(effect.vi > 0) | np.isinf(effect.vi)
    found = chosen.code != ""
    reason = why_not(
        rows, chosen.needs_r & np.isnan(rows.r.r), allow_posttest_only=options.allow_posttest_only,
        allow_p_bounds=options.allow_p_bounds,
    )  # fmt: skip
    too_few = found & bad & ~rows.r.bad & ~np.isnan(effect.yi)
    reason = np.where(too_few, "too few people for the sampling variance", reason)
    out = {
        "yi": np.where(bad, np.nan, effect.yi), "vi": np.where(bad, np.nan, effect.vi),
        "derivation": np.where(bad, "", chosen.code), "assumptions": chosen.notes.text(),
        "r_used": np.where(chosen.needs_r & ~bad, rows.r.r, np.nan),
        "r_source": np.where(bad, "", np.where(chosen.needs_r, rows.r.source, "not needed")),
        "J": np.where(bad, np.nan, effect.J), "df": np.where(bad, np.nan, effect.df),
        "not_estimable": np.where(bad, reason, ""),
    }  # fmt: skip
    return pd.DataFrame(out, index=rows.table.data.index)


def _effects(rows: Rows, chosen: Chosen, options: PPCOptions) -> StandardisedEffect:
    """Bring every path to the formula's metric, then correct and weigh."""
    s = np.sqrt(2 * (1 - rows.r.r))
    metric = chosen.metric
    kind = {"variance": options.variance, "rule": options.rule}
    if options.formula == "d_ppc_change":
        d = np.where(metric == "raw", chosen.d / s, chosen.d)
        effect = pooled_effect(d, chosen.n1, chosen.n2, 0.5, **kind)  # type: ignore[arg-type]
        rescale = np.where((metric == "post") | (metric == "given"), 1 / s, 1.0)
    else:
        d = np.where(metric == "change", chosen.d * s, chosen.d)
        r = np.where(metric == "post", 0.5, rows.r.r)
        effect = pooled_effect(d, chosen.n1, chosen.n2, r, **kind)  # type: ignore[arg-type]
        rescale = np.ones(len(d))
    effect = _given_effects(chosen, effect)
    effect = replace(effect, yi=effect.yi * rescale, vi=effect.vi * rescale**2)
    return _own_sd(rows, chosen, options, effect) if options.formula == "d_ppc1" else effect


def _given_effects(chosen: Chosen, effect: StandardisedEffect) -> StandardisedEffect:
    """Effects that came with their variance stay as they are."""
    final = chosen.metric == "given"
    return replace(
        effect, yi=np.where(final, chosen.d, effect.yi), vi=np.where(final, chosen.vi, effect.vi),
        J=np.where(final, np.nan, effect.J),
    )  # fmt: skip


def _own_sd(
    rows: Rows, chosen: Chosen, options: PPCOptions, effect: StandardisedEffect
) -> StandardisedEffect:
    """Formula d_ppc1 where both arms have their own pretest SD."""
    own = own_sd_effect(
        chosen.own[0], chosen.own[1], chosen.n1, chosen.n2, rows.r.r1, rows.r.r2,
        variance=options.variance, rule=options.rule,
    )  # fmt: skip
    use = ~np.isnan(own.yi)

    def pick(first: FloatArray, second: FloatArray) -> FloatArray:
        return np.where(use, first, second)

    return StandardisedEffect(
        pick(own.yi, effect.yi), pick(own.vi, effect.vi), pick(own.J, effect.J), pick(own.df, effect.df)
    )
