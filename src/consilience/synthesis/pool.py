"""From a set of effects to one pooled estimate with all that a reader must know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import t as student_t

from consilience.errors import InputError
from consilience.meta import MetaFit
from consilience.protocol.model import PoolingPlan
from consilience.synthesis.cautions import about_certainty, about_derivation, about_fit, about_weight
from consilience.synthesis.effect_set import EffectSet
from consilience.synthesis.fitting import fit_effects, weight_shares, without_each_study
from consilience.synthesis.result import Caution, Estimate, Family, Scale

NO_STUDY = "No study in this table gives an effect for it."
ONE_STUDY = "Not estimable by robust variance: only one study."


@dataclass(frozen=True)
class Target:
    """What is to be estimated: its key and label, family and scale."""

    key: str
    label: str
    family: Family
    scale: Scale = "g"
    subset: str = "all"
    per: float = 1.0
    unit: str = ""


def pool(effects: EffectSet, target: Target, plan: PoolingPlan) -> Estimate:
    """Pool effects by the plan; what cannot be estimated says why and holds no number."""
    reason = too_few(effects, plan)
    if reason:
        return not_estimable(effects, target, reason)
    try:
        fit = fit_effects(effects, plan)
    except InputError as error:
        return not_estimable(effects, target, str(error))
    return describe(effects, target, fit, plan)


def too_few(effects: EffectSet, plan: PoolingPlan) -> str:
    """Why there are not enough studies; empty where there are."""
    k = effects.k_studies
    if k == 0:
        return NO_STUDY
    if k == 1:
        return ONE_STUDY
    if k < plan.min_studies:
        return f"Only {k} studies; the plan asks for at least {plan.min_studies}."
    return ""


def describe(effects: EffectSet, target: Target, fit: MetaFit, plan: PoolingPlan) -> Estimate:
    """The estimate of a fitted mean, with prediction interval, heterogeneity and cautions."""
    numbers = contrast_numbers(fit, np.ones((1, 1)))
    reason = no_spread(numbers, effects, fit)
    if reason:
        return not_estimable(effects, target, reason)
    half = prediction_half_width(fit, numbers, plan.level)
    spread = fit.heterogeneity()
    return Estimate(
        **identity(effects, target),
        **numbers,
        tau2=fit.tau2,
        omega2=fit.omega2 if plan.working_model != "CE" else None,
        I2=fit.I2,
        Q=spread.Q,
        Q_df=float(spread.Q_df),
        pi_lower=numbers["estimate"] - half,
        pi_upper=numbers["estimate"] + half,
        cautions=tuple(
            about_certainty(effects, numbers["df"], plan)
            + about_weight(effects, weight_shares(fit))
            + about_one_study(effects, fit, numbers, plan)
            + about_fit(fit)
            + about_derivation(effects)
        ),
    )


def identity(effects: EffectSet, target: Target) -> dict[str, Any]:
    """The fields of an estimate that say what it is and what it rests on."""
    return {
        "key": target.key,
        "label": target.label,
        "family": target.family,
        "scale": target.scale,
        "status": "estimated",
        "subset": target.subset,
        "per": target.per,
        "unit": target.unit,
        "k_studies": effects.k_studies,
        "k_effects": effects.k_effects,
        "participants": effects.participants,
        "effect_ids": effects.effect_ids,
    }


def not_estimable(effects: EffectSet, target: Target, reason: str) -> Estimate:
    """An estimate without numbers, which says why and what there was."""
    return Estimate(**{**identity(effects, target), "status": "not_estimable", "reason": reason})


def contrast_numbers(fit: MetaFit, C: np.ndarray, row: int = 0) -> dict[str, Any]:
    """Estimate, SE, limits, t, df and p of one contrast of a fit's coefficients."""
    found = fit.infer(C)
    names = ("estimate", "se", "ci_lower", "ci_upper", "statistic", "df", "p_value")
    return {name: float(getattr(found, name)[row]) for name in names}


def no_spread(numbers: dict[str, float], effects: EffectSet, fit: MetaFit) -> str:
    """Why a robust standard error does not exist; empty where it does."""
    if float(np.ptp(effects.yi)) <= 1e-10 * float(np.abs(effects.yi).max()):
        return "All effects are the same, so their spread, and with it a robust standard error, is zero."
    if all(np.isfinite(value) for value in numbers.values()):
        return ""
    return fit.infer(np.ones((1, 1))).reason[0] or "A robust standard error cannot be computed."


def prediction_half_width(fit: MetaFit, numbers: dict[str, float], level: float) -> float:
    """Half of a new study's prediction interval: ``t sqrt(se^2 + tau2 + omega2)``."""
    quantile = float(student_t.ppf(0.5 + level / 2, numbers["df"]))
    return quantile * float(np.sqrt(numbers["se"] ** 2 + fit.tau2 + fit.omega2))


def about_one_study(
    effects: EffectSet, fit: MetaFit, numbers: dict[str, float], plan: PoolingPlan
) -> list[Caution]:
    """Whether the interval keeps off zero only thanks to one study: refit without the strongest one."""
    if numbers["ci_lower"] <= 0 <= numbers["ci_upper"] or fit.J < 3:
        return []
    towards_zero = np.sign(numbers["estimate"]) * without_each_study(fit)
    name = str(fit.clusters.labels[int(towards_zero.argmin())])
    rest = effects.where(effects.study_names[effects.study] != name)
    try:
        again = contrast_numbers(fit_effects(rest, plan), np.ones((1, 1)))
    except InputError:
        return []
    if again["ci_lower"] > 0 or again["ci_upper"] < 0:
        return []
    return [
        Caution(
            "one_study_dominates",
            f"Without {name} the estimate is {again['estimate']:.2f} and its interval, "
            f"{again['ci_lower']:.2f} to {again['ci_upper']:.2f}, includes zero.",
        )
    ]
