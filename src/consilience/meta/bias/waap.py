"""WAAP-WLS: the weighted average of the adequately powered studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from consilience.meta.bias.evidence import as_fit, one_mean
from consilience.meta.bias.finding import Finding
from consilience.meta.bias.regtest import weighted_least_squares
from consilience.meta.errors import InputError
from consilience.meta.univariate.inference import critical_value, two_sided_p

# 1.96 + 0.84: a study with this many SEs between 0 and the effect has 80 % power at the 5 % level.
ADEQUATE = 2.8


@dataclass(frozen=True, kw_only=True)
class WaapWls(Finding):
    """``estimate`` from the ``k_adequate`` studies with 80 % power, or all (WLS) where fewer than two."""

    chosen: str
    k: int
    k_adequate: int
    wls: float
    estimate: float
    se: float
    df: float
    p_value: float
    ci_lower: float
    ci_upper: float
    level: float

    def explain(self) -> str:
        """The estimate and what it rests on."""
        return (
            f"{self.k_adequate} of {self.k} studies have 80 % power for the mean effect; {self.chosen} gives "
            f"{self.estimate:.2f} ({100 * self.level:g} % CI {self.ci_lower:.2f} to {self.ci_upper:.2f})."
        )


def waap_wls(effects: Any, vi: Any = None, *, data: Any = None, level: float = 0.95) -> WaapWls:
    """Unrestricted weighted least squares on studies with ``sei <= |WLS| / 2.8``.

    WLS is ``sum(yi/vi) / sum(1/vi)`` with SE from a free residual scale on k - 1 df. Where fewer than two
    studies are adequately powered, all are used. Source: Stanley, Doucouliagos & Ioannidis (2017),
    Statistics in Medicine 36, 1580-1598.

    >>> waap_wls([0.5, 0.4, 0.45, 1.2], [0.01, 0.01, 0.02, 0.3]).k_adequate
    3
    """
    fit = as_fit(effects, vi, data=data, method="EE", level=level)
    one_mean(fit, "WAAP-WLS")
    if fit.k < 2:
        raise InputError("WAAP-WLS needs at least 2 studies.")
    y, v, X = fit.yi, fit.vi, fit.X
    wls = float(weighted_least_squares(y, v, X)[0][0])
    powered = np.sqrt(v) <= abs(wls) / ADEQUATE
    count = int(powered.sum())
    use = powered if count >= 2 else np.ones(fit.k, dtype=bool)
    coef, se, df = weighted_least_squares(y[use], v[use], X[use])
    half = critical_value(fit.level, df) * se[0]
    said = (
        [] if count >= 2 else ["Fewer than two studies are adequately powered; all studies are used (WLS)."]
    )
    if 2 <= count < 5:
        said.append(f"The estimate rests on {count} studies only.")
    return WaapWls(
        chosen="WAAP" if count >= 2 else "WLS", k=fit.k, k_adequate=count, wls=wls, estimate=float(coef[0]),
        se=float(se[0]), df=df, p_value=float(two_sided_p(coef[:1] / se[:1], df)[0]),
        ci_lower=float(coef[0] - half), ci_upper=float(coef[0] + half), level=fit.level, cautions=tuple(said),
    )  # fmt: skip
