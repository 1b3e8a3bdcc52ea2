"""The slope of effects on a number: how much the effect changes per unit of a moderator."""

from __future__ import annotations

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
from consilience.synthesis.result import Estimate, JointTest

SLOPE = np.array([[0.0, 1.0]])

LINE_POINTS = 25
"""Points at which a fitted line and its band are given."""


@dataclass(frozen=True)
class SlopeResult:
    """A slope, the test that it is zero, and how many effects did not state the moderator."""

    slope: Estimate
    test: JointTest
    k_missing: int


def pool_slope(
    effects: EffectSet, column: str, target: Target, plan: PoolingPlan, *, line: bool = False
) -> SlopeResult:
    """Regress effects on a column, in units of ``target.per``; effects that do not state it are left out.

    With ``line`` the slope carries the fitted line and its band as well.
    """
    values = effects.numbers(column)
    stated = np.isfinite(values)
    used, x = effects.where(stated), values[stated]
    reason = too_few(used, plan) or no_range(used, x)
    if reason:
        return without_slope(used, target, reason, effects.k_effects)
    # centred, so that the design is well conditioned; the slope is the same
    design = np.column_stack([np.ones(x.size), (x - x.mean()) / target.per])
    try:
        fit = fit_effects(used, plan, design)
    except InputError as error:
        return without_slope(used, target, str(error), effects.k_effects)
    found = contrast_numbers(fit, SLOPE)
    if not np.isfinite(found["se"]) or not np.isfinite(found["df"]):
        return without_slope(used, target, fit.infer(SLOPE).reason[0] or NO_SE, effects.k_effects)
    slope = Estimate(
        **identity(used, target),
        **found,
        tau2=fit.tau2,
        I2=fit.I2,
        omega2=fit.omega2 if plan.working_model != "CE" else None,
        cautions=tuple(about_certainty(used, found["df"], plan) + about_fit(fit)),
        curve=fitted_line(fit, x, target.per) if line else (),
    )
    test = joint_test(fit, SLOPE, used, target.key, target.label, plan)
    return SlopeResult(slope, test, effects.k_effects - used.k_effects)


def fitted_line(fit: MetaFit, x: np.ndarray, per: float) -> tuple[tuple[float, float, float, float], ...]:
    """The fitted line and its pointwise robust interval over the range of ``x``: ``b0 + b1 (x - mean)``.

    Each point is a contrast of the two coefficients with its own Satterthwaite degrees of freedom; the
    line ends where the data end. Points whose interval cannot be computed are left out.
    """
    grid = np.linspace(x.min(), x.max(), LINE_POINTS)
    found = fit.infer(np.column_stack([np.ones(LINE_POINTS), (grid - x.mean()) / per]))
    points = np.column_stack([grid, found.estimate, found.ci_lower, found.ci_upper])
    kept = points[np.isfinite(points).all(axis=1)]
    return tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in kept)


NO_SE = "A robust standard error of the slope cannot be computed from these studies."


def no_range(effects: EffectSet, x: np.ndarray) -> str:
    """Why a slope cannot be told from these values; empty where it can."""
    if np.ptp(x) == 0:
        return f"Every study that states it has the same value ({x[0]:g})."
    means = np.bincount(effects.study, x) if effects.k_studies else x
    if effects.k_studies < 3:
        return f"Only {effects.k_studies} studies state it; a slope needs at least three."
    return "" if means.size else NO_SE


def without_slope(effects: EffectSet, target: Target, reason: str, k_all: int) -> SlopeResult:
    """A slope that cannot be estimated, and why."""
    return SlopeResult(
        not_estimable(effects, target, reason),
        untested(effects, target.key, target.label, reason),
        k_all - effects.k_effects,
    )
