"""A fit as a page of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from consilience.meta.results import MetaFit


def summary(fit: MetaFit) -> str:
    """Specification, coefficients, heterogeneity and warnings as text."""
    spec, h = fit.spec, fit.heterogeneity()
    rho = "" if spec.rho is None else f", rho = {spec.rho:g}"
    lines = [
        f"Meta-regression {spec.formula}",
        f"{spec.working_model} working model ({spec.estimator}{rho}), {spec.vcov} with {spec.test}",
        f"{fit.k} effects, {fit.J} studies",
        "",
        fit.coef_table().to_string(index=False, float_format=lambda x: f"{x:.4f}"),
        "",
        ", ".join(f"{name} = {value:.4f}" for name, value in fit.working.components.items()),
        f"I2 = {h.I2:.1f} %, Q({h.Q_df}) = {h.Q:.2f}, p = {h.Q_p:.3g}",
    ]
    if fit.loglik is not None and np.isfinite(fit.loglik):
        lines.append(f"Log-likelihood {fit.loglik:.4f}")
    lines += [f"Note: {w.message}" for w in fit.warnings]
    return "\n".join(lines)
