"""The levels of a categorical moderator: an effect per level, and the joint test that they are equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from consilience.errors import InputError
from consilience.meta import MetaFit
from consilience.protocol.model import PoolingPlan
from consilience.synthesis.cautions import about_certainty, about_fit
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.fitting import fit_effects
from consilience.synthesis.joint_test import joint_test, untested
from consilience.synthesis.pool import Target, contrast_numbers, identity, not_estimable, too_few
from consilience.synthesis.result import Caution, Estimate, JointTest


@dataclass(frozen=True)
class LevelsResult:
    """A moderator's levels with the joint test, and how many effects did not state it."""

    levels: tuple[Estimate, ...]
    test: JointTest
    k_missing: int


def pool_levels(
    effects: EffectSet, column: str, levels: Sequence[tuple[str, Target]], target: Target, plan: PoolingPlan
) -> LevelsResult:
    """Estimate every level in one model (cell means, shared heterogeneity) and test their equality.

    ``levels`` pairs each word of the column with what is to be estimated. A level that lives in one
    study is kept out of the model: its robust variance does not exist.
    """
    words = effects.words(column)
    rows = {word: np.asarray(words == word) for word, _ in levels}
    reasons = {word: too_few(effects.where(rows[word]), plan) for word, _ in levels}
    kept = [word for word, _ in levels if not reasons[word]]
    stated = np.isin(words.astype(str), [word for word, _ in levels])
    used = (
        effects.where(np.any([rows[word] for word in kept], axis=0))
        if kept
        else effects.where(~stated & stated)
    )
    cautions = left_out([t.label for word, t in levels if reasons[word] and rows[word].any()])
    fit, problem = cell_means(used, column, kept, plan)
    estimates = tuple(
        level_estimate(effects.where(rows[word]), t, fit, kept.index(word), plan)
        if fit is not None and word in kept
        else not_estimable(effects.where(rows[word]), t, reasons[word] or problem)
        for word, t in levels
    )
    return LevelsResult(
        estimates, equality(fit, used, kept, problem, target, plan, cautions), int((~stated).sum())
    )


def cell_means(
    used: EffectSet, column: str, kept: list[str], plan: PoolingPlan
) -> tuple[MetaFit | None, str]:
    """The model with one mean per level, or why it cannot be fitted."""
    if not kept:
        return None, "No level has two studies."
    words = used.words(column)
    X = np.column_stack([(words == word).astype(np.float64) for word in kept])
    try:
        return fit_effects(used, plan, X), ""
    except InputError as error:
        return None, str(error)


def level_estimate(own: EffectSet, target: Target, fit: MetaFit, place: int, plan: PoolingPlan) -> Estimate:
    """One level's mean from the shared model."""
    C = np.eye(len(fit.beta))[[place]]
    found = contrast_numbers(fit, C)
    if not (np.isfinite(found["se"]) and np.isfinite(found["df"])):
        return not_estimable(
            own, target, fit.infer(C).reason[0] or "Its robust standard error does not exist."
        )
    return Estimate(
        **identity(own, target),
        **found,
        tau2=fit.tau2,
        I2=fit.I2,
        omega2=fit.omega2 if plan.working_model != "CE" else None,
        cautions=tuple(about_certainty(own, found["df"], plan) + about_fit(fit)),
    )


def equality(
    fit: MetaFit | None,
    used: EffectSet,
    kept: list[str],
    problem: str,
    target: Target,
    plan: PoolingPlan,
    cautions: tuple[Caution, ...],
) -> JointTest:
    """The joint test that all levels in the model have the same mean."""
    if fit is None:
        return untested(used, target.key, target.label, problem, cautions)
    if len(kept) < 2:
        return untested(used, target.key, target.label, "Fewer than two levels have two studies.", cautions)
    against_first = np.eye(len(kept))[1:] - np.eye(len(kept))[[0]]
    return joint_test(fit, against_first, used, target.key, target.label, plan, cautions)


def left_out(labels: list[str]) -> tuple[Caution, ...]:
    """Says which levels had too few studies to be in the test."""
    if not labels:
        return ()
    return (Caution("level_in_one_study", f"Left out, too few studies: {', '.join(labels)}."),)
