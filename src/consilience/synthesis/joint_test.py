"""Robust Wald tests of several contrasts at once, as results that say why where there are none."""

from __future__ import annotations

import numpy as np

from consilience.meta import MetaFit
from consilience.protocol.model import PoolingPlan
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.result import Caution, JointTest


def joint_test(
    fit: MetaFit,
    C: np.ndarray,
    effects: EffectSet,
    key: str,
    label: str,
    plan: PoolingPlan,
    cautions: tuple[Caution, ...] = (),
) -> JointTest:
    """Test that all contrasts in the rows of C are zero."""
    found = fit.wald_test(C, test=plan.test)
    if not np.isfinite(found.p_value):
        return untested(effects, key, label, found.reason or "The test has no degrees of freedom.", cautions)
    if found.df_denom < plan.min_df:
        few = f"Only {found.df_denom:.1f} denominator degrees of freedom: the p value is unreliable."
        cautions = (*cautions, Caution("low_df", few))
    return JointTest(
        key,
        label,
        "estimated",
        "",
        found.test,
        found.statistic,
        found.df_num,
        found.df_denom,
        found.p_value,
        effects.k_studies,
        effects.k_effects,
        cautions,
    )


def untested(
    effects: EffectSet, key: str, label: str, reason: str, cautions: tuple[Caution, ...] = ()
) -> JointTest:
    """A test that cannot be made, and why."""
    return JointTest(
        key,
        label,
        "not_estimable",
        reason,
        k_studies=effects.k_studies,
        k_effects=effects.k_effects,
        cautions=cautions,
    )
