"""A fit in two sentences: what was fitted, and what the result means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from consilience.meta.working.registry import MODELS

if TYPE_CHECKING:
    from consilience.meta.results import MetaFit


def explain(fit: MetaFit) -> str:
    """What was fitted and what it means, in two plain sentences."""
    return f"{_what(fit)} {_meaning(fit)}"


def _what(fit: MetaFit) -> str:
    spec, model = fit.spec, MODELS[fit.spec.working_model]
    rho = "" if spec.rho is None else f", sampling correlation {spec.rho:g}"
    return (
        f"{fit.k} effects of {fit.J} studies were combined by a meta-regression ({spec.formula}) with "
        f"{model.describes} ({spec.working_model}, {spec.estimator}{rho}), and tested with {spec.vcov} "
        f"standard errors clustered by study ({spec.test})."
    )


def _meaning(fit: MetaFit) -> str:
    if fit.terms == ("Intercept",):
        return _mean_effect(fit)
    test = fit.wald_test()
    if not np.isfinite(test.p_value):
        return f"Whether the moderators matter could not be tested: {test.reason}"
    verdict = "is evidence" if test.p_value < 1 - fit.spec.level else "is no clear evidence"
    return (
        f"There {verdict} that effects differ with the moderators (HTZ "
        f"F({test.df_num:g}, {test.df_denom:.1f}) = {test.statistic:.2f}, p = {test.p_value:.3g}); "
        f"studies still vary with a standard deviation of {np.sqrt(fit.tau2):.2f} around "
        f"what the moderators predict."
    )


def _mean_effect(fit: MetaFit) -> str:
    row = fit.inference
    if not np.isfinite(row.p_value[0]):
        return f"The mean effect is {row.estimate[0]:.2f}, without a test: {row.reason[0]}"
    pi = fit.predict().iloc[0]
    percent = f"{100 * fit.spec.level:g} %"
    return (
        f"The mean effect is {row.estimate[0]:.2f} ({percent} CI {row.ci_lower[0]:.2f} to "
        f"{row.ci_upper[0]:.2f}, t({row.df[0]:.1f}) = {row.statistic[0]:.2f}, p = {row.p_value[0]:.3g}), "
        f"and a new study's true effect is expected between {pi['pi_lower']:.2f} and {pi['pi_upper']:.2f}."
    )
