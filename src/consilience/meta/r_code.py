"""R code that reproduces a fit with robumeta or metafor and clubSandwich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consilience.meta.working.registry import MODELS

if TYPE_CHECKING:
    from consilience.meta.results import MetaFit


def r_code(fit: MetaFit) -> str:
    """A script for R; it expects the data in a data frame ``dat`` with the same column names."""
    if fit.spec.estimator == "robumeta":
        return _robumeta(fit)
    return _metafor(fit)


def _robumeta(fit: MetaFit) -> str:
    spec = fit.spec
    kind = "CORR" if spec.working_model == "CE" else "HIER"
    rho = f", rho = {spec.rho:g}" if spec.rho is not None else ""
    return "\n".join(
        [
            "library(robumeta); library(clubSandwich)",
            f"fit <- robu({spec.formula}, data = dat, studynum = {spec.names['cluster']},",
            f'  var.eff.size = {spec.names["vi"]}, modelweights = "{kind}"{rho}, small = TRUE)',
            f'coef_test(fit, vcov = "{spec.vcov}", test = "{spec.test}")',
        ]
    )


def _metafor(fit: MetaFit) -> str:
    spec = fit.spec
    names = {"cluster": spec.names["cluster"], "subgroup": spec.names.get("subgroup", "")}
    structure = ', struct = c("DIAG", "DIAG")' if spec.working_model in ("SCE", "SCE+") else ""
    structure = ', struct = "UN"' if spec.working_model == "CMVE" else structure
    within = f", subgroup = dat${names['subgroup']}" if spec.working_model in ("SCE", "SCE+") else ""
    covariance = f"impute_covariance_matrix(dat${spec.names['vi']}, cluster = dat${names['cluster']}"
    covariance = "V  # your own matrix" if spec.rho is None else f"{covariance}, r = {spec.rho:g}{within})"
    random = MODELS[spec.working_model].r_random.format(**names)
    method = "ML" if spec.estimator == "ML" else "REML"
    return "\n".join(
        [
            "library(metafor); library(clubSandwich)",
            "dat$es <- seq_len(nrow(dat))",
            f"V <- {covariance}",
            f"fit <- rma.mv({spec.formula}, V = V, random = {random}{structure},",
            f'  data = dat, method = "{method}", sparse = TRUE)',
            f'coef_test(fit, vcov = "{spec.vcov}", cluster = dat${names["cluster"]}, test = "{spec.test}")',
        ]
    )
