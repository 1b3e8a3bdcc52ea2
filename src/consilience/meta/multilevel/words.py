"""A multilevel fit in words, and as R code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from consilience.meta.multilevel.random_terms import RandomTerm

if TYPE_CHECKING:
    from consilience.meta.multilevel.results import MultilevelFit


def explain(fit: MultilevelFit) -> str:
    """What was fitted and what it means, in two sentences."""
    terms = fit.found.model.terms
    described = "; ".join(_described(t) for t in terms) or "no random effects"
    errors = "standard errors that trust the model" if fit.model_based else f"{fit.spec.vcov} standard errors"
    first = (
        f"{fit.k} effects of {fit.J} independent groups were combined by {fit.spec.estimator} "
        f"({fit.spec.formula}) with {described}, and tested with {errors} ({fit.spec.test})."
    )
    return f"{first} {_meaning(fit)}"


def _described(term: RandomTerm) -> str:
    if term.struct == "ID" and len(term.labels) == 1:
        return f"variance between the groups of {term.name}"
    inner, _, outer = term.name.partition("|")
    return f"true effects of each {inner} that covary within {outer} ({term.struct})"


def _meaning(fit: MultilevelFit) -> str:
    h = fit.heterogeneity()
    shares = ", ".join(f"{100 * v / max(h.I2, 1e-300):.0f} % of it at {n}" for n, v in h.I2_levels.items())
    if fit.terms == ("Intercept",):
        row = fit.inference
        mean = (
            f"The mean effect is {row.estimate[0]:.2f} ({100 * fit.spec.level:g} % CI "
            f"{row.ci_lower[0]:.2f} to {row.ci_upper[0]:.2f}, p = {row.p_value[0]:.3g})"
        )
    else:
        test = fit.wald_test()
        mean = (
            f"The moderators could not be tested: {test.reason}"
            if not np.isfinite(test.p_value)
            else f"Whether effects differ with the moderators: p = {test.p_value:.3g}"
        )
    return f"{mean}; heterogeneity is {h.I2:.0f} % of the variance" + (f", {shares}." if h.I2 > 0 else ".")


def r_code(fit: MultilevelFit) -> str:
    """A script for R with metafor; it expects the data in ``dat`` and a matrix ``V`` where one was given."""
    spec, names = fit.spec, fit.spec.names
    terms = [t if "|" in t else f"1 | {t}" for t in names["random"].split("; ") if t]
    random = ", ".join(f"~ {t.lstrip('~ ')}" for t in terms)
    random = f"list({random})" if len(terms) > 1 else random
    structured = any(len(t.labels) > 1 or t.struct != "ID" for t in fit.found.model.terms)
    kinds = [f'"{k}"' for k in names["struct"].split("; ")]
    struct = (
        f", struct = {kinds[0] if len(kinds) == 1 else 'c(' + ', '.join(kinds) + ')'}" if structured else ""
    )
    fixed = "".join(f"  # fixed: {n} = {v:g}\n" for n, v in (spec.fixed or {}).items())
    test = "t" if spec.test == "t" else "z"
    lines = [
        "library(metafor); library(clubSandwich)",
        f"fit <- rma.mv({spec.formula}, V = {names['V']}, random = {random or 'NULL'}{struct},",
        f'{fixed}  data = dat, method = "{spec.estimator}", test = "{test}", sparse = TRUE)',
    ]
    if not fit.model_based:
        cluster = f", cluster = dat${names['cluster']}" if names["cluster"] else ""
        lines.append(f'coef_test(fit, vcov = "{spec.vcov}"{cluster}, test = "{spec.test}")')
    return "\n".join(lines)
