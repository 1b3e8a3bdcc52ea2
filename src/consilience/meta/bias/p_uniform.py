"""p-uniform: the effect under which the significant results' conditional p-values are uniform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special

from consilience.meta.arrays import Array
from consilience.meta.bias.evidence import as_fit, one_mean
from consilience.meta.bias.finding import Finding, p_text
from consilience.meta.errors import InputError


@dataclass(frozen=True, kw_only=True)
class PUniform(Finding):
    """``estimate`` from the ``k_significant`` results, a test of no effect, and one of publication bias."""

    k: int
    k_significant: int
    side: str
    estimate: float
    ci_lower: float
    ci_upper: float
    p_value: float
    bias_p: float
    level: float

    def explain(self) -> str:
        """The estimate from significant results alone."""
        if self.k_significant == 0:
            return f"No result is significant on the {self.side}, so p-uniform has nothing to estimate from."
        return (
            f"From its {self.k_significant} significant results p-uniform estimates {self.estimate:.2f} "
            f"({100 * self.level:g} % CI {self.ci_lower:.2f} to {self.ci_upper:.2f}, {p_text(self.p_value)})."
        )


def p_uniform(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    side: str = "right",
    alpha: float = 0.05,
    level: float = 0.95,
) -> PUniform:
    """Solve ``sum_i -ln q_i(theta) = k`` with ``q_i = P(Y > yi) / P(Y > critical_i)``, Y ~ N(theta, vi).

    Under the true theta, -sum ln q is Gamma(k): limits invert it, theta = 0 tests no effect, and theta = the
    equal-effects mean tests publication bias. ``alpha`` is the two-sided level of the studies; ``side`` the
    sign in which they were significant. Source: van Assen, van Aert & Wicherts (2015), Psychological
    Methods 20, 293-309 (with the sum of logarithms, as in van Aert, Wicherts & van Assen 2016).

    >>> p_uniform([0.9, 0.8, 0.7, 0.2], [0.05, 0.04, 0.03, 0.1]).k_significant
    3
    """
    fit = as_fit(effects, vi, data=data, method="EE", level=level)
    one_mean(fit, "p-uniform")
    if side not in ("left", "right"):
        raise InputError(f"side={side!r} is not known; use 'right' (positive effects) or 'left'.")
    sign = 1.0 if side == "right" else -1.0
    y, se = sign * fit.yi, np.sqrt(fit.vi)
    critical = float(-special.ndtri(alpha / 2.0))
    use = y > critical * se
    n, nan = int(use.sum()), float("nan")
    if n == 0:
        said = (f"No result is significant on the {side}: p-uniform cannot estimate anything.",)
        return PUniform(
            k=fit.k, k_significant=0, side=side, estimate=nan, ci_lower=nan, ci_upper=nan, p_value=nan,
            bias_p=nan, level=fit.level, cautions=said,
        )  # fmt: skip
    y, se = y[use], se[use]
    tail = (1.0 - fit.level) / 2.0
    points = [_solve(y, se, critical, t) for t in (float(n), *special.gammaincinv(n, [tail, 1.0 - tail]))]
    low, high = sorted(points[1:])
    limits = (low, high) if sign > 0 else (-high, -low)
    return PUniform(
        k=fit.k, k_significant=n, side=side, estimate=sign * points[0], ci_lower=limits[0],
        ci_upper=limits[1],
        p_value=float(special.gammaincc(n, statistic(y, se, critical, 0.0))),
        bias_p=float(special.gammainc(n, statistic(y, se, critical, sign * float(fit.beta[0])))),
        level=fit.level, cautions=_cautions(n),
    )  # fmt: skip


def statistic(y: Array, se: Array, critical: float, theta: float) -> float:
    """``-sum ln q_i`` at theta: decreasing in theta."""
    log_q = special.log_ndtr((theta - y) / se) - special.log_ndtr(theta / se - critical)
    return float(-log_q.sum())


def _solve(y: Array, se: Array, critical: float, target: float) -> float:
    """The theta at which the statistic meets its target; -inf where none as low does."""
    low, high = -float(y.max()), float(y.max())
    for _ in range(40):
        if statistic(y, se, critical, low) > target:
            break
        low *= 2.0
    else:
        return float("-inf")
    while statistic(y, se, critical, high) > target:
        high *= 2.0
    return float(optimize.brentq(lambda t: statistic(y, se, critical, t) - target, low, high, xtol=1e-13))


def _cautions(n: int) -> tuple[str, ...]:
    out = ["p-uniform assumes one effect for all studies and overestimates under heterogeneity."]
    if n < 5:
        out.append(f"Only {n} significant results: the interval says how little that is.")
    return tuple(out)
