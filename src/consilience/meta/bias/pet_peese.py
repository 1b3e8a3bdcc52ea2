"""PET, PEESE and PET-PEESE: the effect that an endlessly precise study would have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from consilience.meta.bias.evidence import about_studies, as_fit, one_mean
from consilience.meta.bias.finding import Finding, p_text
from consilience.meta.bias.regtest import RegressionTest, regtest, upper_p
from consilience.meta.univariate.inference import critical_value, two_sided_p


@dataclass(frozen=True, kw_only=True)
class AdjustedEffect(Finding):
    """The intercept of a precision-effect regression; ``slope`` of the SE (PET) or variance (PEESE)."""

    method: str
    chosen: str
    k: int
    estimate: float
    se: float
    statistic: float
    df: float
    p_value: float
    ci_lower: float
    ci_upper: float
    level: float
    slope: float
    slope_p: float
    pet_one_sided_p: float

    def explain(self) -> str:
        """The effect expected of a study without sampling error."""
        if not np.isfinite(self.estimate):
            return "The effect of an endlessly precise study cannot be estimated with these data."
        return (
            f"Extrapolated to a study without sampling error ({self.chosen}), the effect is "
            f"{self.estimate:.2f} ({100 * self.level:g} % CI {self.ci_lower:.2f} to {self.ci_upper:.2f}, "
            f"{p_text(self.p_value)})."
        )


def pet(
    effects: Any, vi: Any = None, *, data: Any = None, model: str = "lm", **options: Any
) -> AdjustedEffect:
    """Precision-effect test: the intercept of effects on standard errors, weights 1/vi.

    ``model="lm"`` leaves the residual scale free (as proposed), ``"rma"`` adds heterogeneity instead.
    Source: Stanley (2008), Oxford Bulletin of Economics and Statistics 70, 103-127.

    >>> pet([0.9, 0.6, 0.35, 0.2], [0.2, 0.1, 0.04, 0.01]).chosen
    'PET'
    """
    return _adjusted("PET", "PET", effects, vi, data, model, options)


def peese(
    effects: Any, vi: Any = None, *, data: Any = None, model: str = "lm", **options: Any
) -> AdjustedEffect:
    """Precision-effect estimate with standard error: the intercept of effects on variances, weights 1/vi.

    Source: Stanley & Doucouliagos (2014), Research Synthesis Methods 5, 60-78.

    >>> peese([0.9, 0.6, 0.35, 0.2], [0.2, 0.1, 0.04, 0.01]).chosen
    'PEESE'
    """
    return _adjusted("PEESE", "PEESE", effects, vi, data, model, options)


def pet_peese(
    effects: Any, vi: Any = None, *, data: Any = None, model: str = "lm", alpha: float = 0.05, **options: Any
) -> AdjustedEffect:
    """PEESE where PET's intercept differs from 0 in the direction of the mean (one-sided alpha), else PET.

    Source: Stanley & Doucouliagos (2014); Stanley (2017), Social Psychological and Personality Science 8.

    >>> pet_peese([0.9, 0.6, 0.35, 0.2], [0.2, 0.1, 0.04, 0.01]).method
    'PET-PEESE'
    """
    first = _adjusted("PET", "PET-PEESE", effects, vi, data, model, options)
    if not first.pet_one_sided_p < alpha:
        return first
    return _adjusted("PEESE", "PET-PEESE", effects, vi, data, model, options, first.pet_one_sided_p)


def _adjusted(
    chosen: str, method: str, effects: Any, vi: Any, data: Any, model: str, options: dict[str, Any],
    pet_p: float | None = None,
) -> AdjustedEffect:  # fmt: skip
    fit = as_fit(effects, vi, data=data, **options)
    one_mean(fit, method)
    predictor = "sei" if chosen == "PET" else "vi"
    r = regtest(fit, model="lm" if model == "lm" else "rma", predictor=predictor)
    half = (r.limit_upper - r.limit_lower) / 2.0
    return from_intercept(
        r, chosen, method, half, float(np.sign(fit.beta[0])), pet_p, _cautions(fit.vi, fit.I2)
    )


def from_intercept(
    r: RegressionTest, chosen: str, method: str, half: float, sign: float, pet_p: float | None,
    said: tuple[str, ...],
) -> AdjustedEffect:  # fmt: skip
    """The adjusted effect from a regression test's limit."""
    se = half / critical_value(r.level, r.df)
    t = r.limit / se
    own = upper_p(sign * t, r.df) if np.isfinite(t) else float("nan")
    return AdjustedEffect(
        method=method, chosen=chosen, k=r.k, estimate=r.limit, se=se, statistic=t, df=r.df,
        p_value=float(two_sided_p(np.array([t]), r.df)[0]), ci_lower=r.limit_lower, ci_upper=r.limit_upper,
        level=r.level, slope=r.slope, slope_p=r.p_value, pet_one_sided_p=own if pet_p is None else pet_p,
        cautions=(*(c for c in r.cautions if c not in said), *said),
    )  # fmt: skip


def _cautions(vi: Any, I2: float) -> tuple[str, ...]:
    out = list(about_studies(vi))
    if vi.size < 20:
        out.append(f"{vi.size} studies: PET-PEESE is unstable with fewer than 20 (Stanley 2017).")
    if I2 > 80:
        out.append(f"I2 = {I2:.0f} %: PET-PEESE is unreliable under heterogeneity this large (Stanley 2017).")
    return tuple(out)
