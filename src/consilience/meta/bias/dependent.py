"""Small-study effects among dependent effects: Egger's test and PET-PEESE inside CE, HE and CHE models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, as_frame, column, numeric
from consilience.meta.bias.evidence import about_studies
from consilience.meta.bias.finding import Finding, p_text
from consilience.meta.bias.pet_peese import AdjustedEffect
from consilience.meta.bias.predictors import Precision, about_artefact, predictor_values
from consilience.meta.bias.regtest import upper_p
from consilience.meta.errors import InputError
from consilience.meta.regression import meta_regression
from consilience.meta.results import MetaFit

PREDICTOR = "precision_predictor"


@dataclass(frozen=True, kw_only=True)
class DependentAsymmetry(Finding):
    """``slope`` of the predictor with a cluster-robust test; ``bootstrap_p`` where asked for (else NaN).

    ``limit`` and its interval: the effect where the predictor is 0.
    """

    working_model: str
    vcov: str
    predictor: str
    k: int
    J: int
    slope: float
    se: float
    statistic: float
    df: float
    p_value: float
    bootstrap_p: float
    limit: float
    limit_lower: float
    limit_upper: float
    tau2: float
    omega2: float
    level: float

    def explain(self) -> str:
        """Whether effects follow precision, dependence taken into account."""
        if not np.isfinite(self.p_value):
            return "Whether effects depend on the precision of studies cannot be tested with these data."
        p = self.bootstrap_p if np.isfinite(self.bootstrap_p) else self.p_value
        verdict = "do" if p < 0.10 else "do not clearly"
        boot = f"; wild bootstrap {p_text(self.bootstrap_p)}" if np.isfinite(self.bootstrap_p) else ""
        return (
            f"Effects {verdict} depend on the precision of their studies ({self.predictor}, "
            f"{self.working_model}, {self.vcov}: t({self.df:.1f}) = {self.statistic:.2f}, "
            f"{p_text(self.p_value)}{boot})."
        )


def egger_dependent(
    data: Any,
    *,
    yi: str = "yi",
    vi: str = "vi",
    cluster: str = "study",
    predictor: str = "sei",
    n1: Any = None,
    n2: Any = None,
    ni: Any = None,
    moderators: str = "",
    working_model: str = "CHE",
    rho: float = 0.8,
    vcov: str = "CR2",
    level: float = 0.95,
    bootstrap: int = 0,
    seed: int = 1,
) -> DependentAsymmetry:
    """Egger's regression in a working model for dependent effects, with robust inference.

    ``yi = a + b x_i + moderators``; b is tested with Satterthwaite's df and, where ``bootstrap`` draws are
    asked for, by the cluster wild bootstrap. With standardised mean differences use ``predictor="arms"``.
    Source: Pustejovsky & Rodgers (2019); Rodgers & Pustejovsky (2021), Psychological Methods 26, 141-160.

    >>> es = {"yi": [.9, .7, .5, .4, .2, .3], "vi": [.2, .2, .1, .1, .02, .04], "study": list("aabbcd")}
    >>> egger_dependent(es, working_model="CE").J
    4
    """
    frame, x, precision = _prepared(data, vi, predictor, {"ni": ni, "n1": n1, "n2": n2})
    said = (*about_studies(_study_means(frame, vi, cluster)), *about_artefact(predictor, precision))
    if np.ptp(x[np.isfinite(x)]) == 0:
        raise InputError(
            f"{predictor} is the same for all effects; small and large studies cannot be compared."
        )
    fit = _fit(frame.assign(**{PREDICTOR: x}), yi, vi, cluster, moderators, working_model, rho, vcov, level)
    place = fit.terms.index(PREDICTOR)
    p_boot = float("nan")
    if bootstrap:
        p_boot = fit.wald_test_cwb(PREDICTOR, reps=bootstrap, seed=seed).p_value
    i = fit.inference
    return DependentAsymmetry(
        working_model=fit.spec.working_model, vcov=fit.spec.vcov, predictor=predictor, k=fit.k, J=fit.J,
        slope=float(i.estimate[place]), se=float(i.se[place]), statistic=float(i.statistic[place]),
        df=float(i.df[place]), p_value=float(i.p_value[place]), bootstrap_p=p_boot,
        limit=float(i.estimate[0]), limit_lower=float(i.ci_lower[0]), limit_upper=float(i.ci_upper[0]),
        tau2=fit.tau2, omega2=fit.omega2, level=level, cautions=(*said, *(w.message for w in fit.warnings)),
    )  # fmt: skip


def pet_peese_dependent(
    data: Any,
    *,
    yi: str = "yi",
    vi: str = "vi",
    cluster: str = "study",
    n1: Any = None,
    n2: Any = None,
    working_model: str = "CHE",
    rho: float = 0.8,
    vcov: str = "CR2",
    level: float = 0.95,
    alpha: float = 0.05,
    method: str = "PET-PEESE",
) -> AdjustedEffect:
    """PET, PEESE, or PEESE where PET finds an effect, in a working model for dependent effects.

    With ``n1`` and ``n2`` the sample-size based precision ``sqrt(1/n1 + 1/n2)`` and its square stand in for
    the standard error and the variance. ``method`` may be ``PET``, ``PEESE`` or ``PET-PEESE``.

    >>> es = {"yi": [.9, .7, .5, .4, .2, .3], "vi": [.2, .2, .1, .1, .02, .04], "study": list("aabbcd")}
    >>> pet_peese_dependent(es, working_model="CE").method
    'PET-PEESE'
    """
    if method not in ("PET", "PEESE", "PET-PEESE"):
        raise InputError(f"method={method!r} is not known; use 'PET', 'PEESE' or 'PET-PEESE'.")
    by_size = n1 is not None and n2 is not None
    names = {"PET": "arms" if by_size else "sei", "PEESE": "arms2" if by_size else "vi"}

    def fitted(which: str) -> tuple[MetaFit, pd.DataFrame]:
        frame, x, _ = _prepared(data, vi, names[which], {"n1": n1, "n2": n2})
        whole = frame.assign(**{PREDICTOR: x})
        return _fit(whole, yi, vi, cluster, "", working_model, rho, vcov, level), frame

    first, frame = fitted("PET")
    plain = meta_regression(
        f"{yi} ~ 1", frame, vi=vi, cluster=cluster, working_model=working_model, rho=rho, vcov=vcov
    )  # fmt: skip
    sign = float(np.sign(plain.beta[0]))
    pet_p = upper_p(sign * float(first.inference.statistic[0]), float(first.inference.df[0]))
    chosen = method if method != "PET-PEESE" else "PEESE" if pet_p < alpha else "PET"
    fit = first if chosen == "PET" else fitted("PEESE")[0]
    return _adjusted(fit, chosen, method, pet_p, about_studies(_study_means(frame, vi, cluster)))


def _adjusted(fit: MetaFit, chosen: str, method: str, pet_p: float, said: tuple[str, ...]) -> AdjustedEffect:
    i, slope = fit.inference, fit.terms.index(PREDICTOR)
    few = (f"{fit.J} studies: PET-PEESE is unstable with fewer than 20.",) if fit.J < 20 else ()
    return AdjustedEffect(
        method=method, chosen=chosen, k=fit.k, estimate=float(i.estimate[0]), se=float(i.se[0]),
        statistic=float(i.statistic[0]), df=float(i.df[0]), p_value=float(i.p_value[0]),
        ci_lower=float(i.ci_lower[0]), ci_upper=float(i.ci_upper[0]), level=fit.spec.level,
        slope=float(i.estimate[slope]), slope_p=float(i.p_value[slope]), pet_one_sided_p=pet_p,
        cautions=(*said, *few, *(w.message for w in fit.warnings)),
    )  # fmt: skip


def _prepared(
    data: Any, vi: str, predictor: str, given: dict[str, Any]
) -> tuple[pd.DataFrame, Array, Precision]:
    """The data, the predictor's values and what they were made of."""
    frame = as_frame(data)
    read = {n: None if v is None else numeric(column(v, frame, n), n) for n, v in given.items()}
    precision = Precision(numeric(column(vi, frame, "vi"), "vi"), **read)
    return frame, predictor_values(predictor, precision), precision


def _fit(
    frame: pd.DataFrame, yi: str, vi: str, cluster: str, moderators: str, working_model: str, rho: float,
    vcov: str, level: float,
) -> MetaFit:  # fmt: skip
    more = f" + {moderators.lstrip('~ ')}" if moderators else ""
    return meta_regression(
        f"{yi} ~ 1 + {PREDICTOR}{more}", frame, vi=vi, cluster=cluster, working_model=working_model, rho=rho,
        vcov=vcov, level=level,
    )  # fmt: skip


def _study_means(frame: pd.DataFrame, vi: str, cluster: str) -> Array:
    return frame.groupby(column(cluster, frame, "cluster").to_numpy())[vi].mean().to_numpy(dtype=float)
