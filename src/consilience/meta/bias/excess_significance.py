"""Test of excess significance: are there more significant results than the studies' power allows?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import optimize, special, stats

from consilience.meta.arrays import Array
from consilience.meta.bias.evidence import as_fit, one_mean
from consilience.meta.bias.finding import Finding, p_text
from consilience.meta.errors import InputError

Alternative = Literal["greater", "less", "two.sided"]


@dataclass(frozen=True, kw_only=True)
class ExcessSignificance(Finding):
    """``observed`` significant results against ``expected`` from the ``power`` (k,) at ``theta``, ``tau2``.

    ``theta_limit`` is the true effect at which the excess would just reach ``limit_alpha`` (NaN where none).
    """

    test: str
    k: int
    observed: int
    expected: float
    theta: float
    tau2: float
    power: Array
    statistic: float
    p_value: float
    theta_limit: float
    limit_alpha: float
    alternative: str

    def explain(self) -> str:
        """Observed against expected significant results."""
        return (
            f"{self.observed} of {self.k} results are significant where {self.expected:.1f} are expected "
            f"({self.test} test, {p_text(self.p_value)})."
        )


def power_of(vi: Array, theta: float, tau2: float, alpha: float, alternative: str) -> Array:
    """Power of each study's z test when true effects are normal around theta with variance tau2."""
    se, spread = np.sqrt(vi), np.sqrt(vi + tau2)
    tail = alpha / 2.0 if alternative == "two.sided" else alpha
    critical = -special.ndtri(tail) * se
    above, below = special.ndtr((theta - critical) / spread), special.ndtr((-critical - theta) / spread)
    parts = {"greater": above, "less": below, "two.sided": above + below}
    return np.asarray(parts[alternative])


def _chi2(observed: int, power: Array, side: str) -> tuple[float, float]:
    k = power.size
    expected = min(max(float(power.sum()), 1e-12), k - 1e-12)
    x2 = (observed - expected) ** 2 / expected + (observed - expected) ** 2 / (k - expected)
    if side == "two.sided":
        return x2, float(special.chdtrc(1, x2))
    signed = float(np.sign(observed - expected) * np.sqrt(x2))
    return x2, float(special.ndtr(-signed if side == "greater" else signed))


_BINOMIAL: dict[str, Literal["two-sided", "less", "greater"]] = {
    "two.sided": "two-sided",
    "less": "less",
    "greater": "greater",
}


def _binomial(observed: int, power: Array, side: str) -> tuple[float, float]:
    share = min(max(float(power.mean()), 0.0), 1.0)
    found = stats.binomtest(observed, power.size, share, alternative=_BINOMIAL[side])
    return float("nan"), float(found.pvalue)


def _exact(observed: int, power: Array, side: str) -> tuple[float, float]:
    """The Poisson-binomial distribution, built up study by study."""
    mass = np.ones(1)
    for p in power:
        mass = np.append(mass * (1.0 - p), 0.0) + np.append(0.0, mass * p)
    if side == "greater":
        return float("nan"), float(mass[observed:].sum())
    if side == "less":
        return float("nan"), float(mass[: observed + 1].sum())
    return float("nan"), float(mass[mass <= mass[observed] * (1 + 1e-7)].sum())


TESTS: dict[str, Callable[[int, Array, str], tuple[float, float]]] = {
    "chi2": _chi2,
    "binom": _binomial,
    "exact": _exact,
}


def tes(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    alpha: float = 0.05,
    alternative: Alternative = "two.sided",
    test: str = "chi2",
    tes_alternative: Alternative = "greater",
    theta: float | None = None,
    tau2: float | None = None,
    limit_alpha: float = 0.10,
) -> ExcessSignificance:
    """Compare the count of significant results with the sum of the studies' power.

    Args:
        effects: an ``rma`` fit without moderators, or effects (or data) as ``rma`` takes them.
        vi: sampling variances, where ``effects`` is no fit.
        data: the frame that column names refer to.
        alpha: level of the single studies' tests, and their ``alternative``.
        alternative: ``two.sided``, ``greater`` or ``less``.
        test: ``chi2``, ``binom`` or ``exact`` (Poisson-binomial).
        tes_alternative: of the test itself; ``greater`` looks for an excess.
        theta: the true mean effect (default: the equal-effects mean, or that of the fit given).
        tau2: its heterogeneity (default 0, or that of the fit given).
        limit_alpha: level at which the limit of theta is sought.

    Source: Ioannidis & Trikalinos (2007), Clinical Trials 4, 245-253.

    >>> tes([0.5, 0.6, 0.4, 0.3], [0.02, 0.03, 0.02, 0.05]).observed
    3
    """
    fit = as_fit(effects, vi, data=data, method="EE")
    one_mean(fit, "The test of excess significance")
    for name, value in (("alternative", alternative), ("tes_alternative", tes_alternative)):
        if value not in ("two.sided", "greater", "less"):
            raise InputError(f"{name}={value!r} is not known; use 'two.sided', 'greater' or 'less'.")
    if test not in TESTS:
        raise InputError(f"test={test!r} is not known; use one of {', '.join(TESTS)}.")
    mean = float(fit.beta[0]) if theta is None else theta
    spread = fit.tau2 if tau2 is None else tau2
    observed = count_significant(fit.yi, fit.vi, alpha, alternative)

    def p_at(true: float) -> float:
        return TESTS[test](observed, power_of(fit.vi, true, spread, alpha, alternative), tes_alternative)[1]

    power = power_of(fit.vi, mean, spread, alpha, alternative)
    statistic, p = TESTS[test](observed, power, tes_alternative)
    one_sided = tes_alternative == "greater" and mean != 0
    return ExcessSignificance(
        test=test, k=fit.k, observed=observed, expected=float(power.sum()), theta=mean, tau2=spread,
        power=power, statistic=statistic, p_value=p, alternative=tes_alternative, limit_alpha=limit_alpha,
        theta_limit=_limit(p_at, mean, fit.yi, limit_alpha) if one_sided else float("nan"),
        cautions=_cautions(observed, fit.k),
    )  # fmt: skip


def count_significant(yi: Array, vi: Array, alpha: float, alternative: str) -> int:
    """How many single results have p <= alpha."""
    z = yi / np.sqrt(vi)
    score = {"greater": z, "less": -z, "two.sided": np.abs(z)}[alternative]
    tail = alpha / 2.0 if alternative == "two.sided" else alpha
    return int(np.sum(special.ndtr(-score) <= tail))


def _limit(p_at: Callable[[float], float], mean: float, yi: Array, alpha: float) -> float:
    """The effect at which the excess has p = alpha, sought between no effect and well beyond the largest."""
    far = float(np.sign(mean) * (2 * np.abs(yi).max() + abs(mean)))
    if (p_at(0.0) - alpha) * (p_at(far) - alpha) > 0:
        return float("nan")
    root = optimize.brentq(lambda t: p_at(t) - alpha, 0.0, far, xtol=1e-14, rtol=1e-14)
    return float(root)


def _cautions(observed: int, k: int) -> tuple[str, ...]:
    out = []
    if k < 10:
        out.append(f"{k} studies: the test has little power with fewer than 10.")
    if observed == 0:
        out.append("No result is significant, so there can be no excess of significant ones.")
    if observed == k:
        out.append("Every result is significant; the test says how unlikely that is, not what was left out.")
    return tuple(out)
