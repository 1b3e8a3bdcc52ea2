"""Henmi and Copas's interval: equal-effects weights, which small studies sway less, with honest width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import integrate, optimize, special

from consilience.meta.bias.evidence import about_studies, as_fit, one_mean
from consilience.meta.bias.finding import Finding
from consilience.meta.univariate.model import one
from consilience.meta.univariate.moments import dersimonian_laird


@dataclass(frozen=True, kw_only=True)
class HenmiCopas(Finding):
    """``estimate`` with equal-effects weights and an interval that allows for heterogeneity (tau2 by DL)."""

    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    tau2: float
    critical: float
    level: float
    k: int

    def explain(self) -> str:
        """The estimate with its interval."""
        return (
            f"With weights that small studies sway less, the mean is {self.estimate:.2f} "
            f"({100 * self.level:g} % CI {self.ci_lower:.2f} to {self.ci_upper:.2f}; Henmi & Copas)."
        )


@dataclass(frozen=True)
class _Moments:
    """Power sums of the weights w = 1/vi over W1, and tau2: what the law of Q given the mean depends on."""

    k: int
    tau2: float
    W1: float
    W2: float
    W3: float
    W4: float

    @property
    def variance(self) -> float:
        """Variance of R = sqrt(W1) (mean - mu)."""
        return 1.0 + self.tau2 * self.W2

    def gamma(self, r: float) -> tuple[float, float]:
        """Shape and scale of the gamma law with the mean and variance of Q given R = r."""
        k, t, W1, W2, W3, W4 = self.k, self.tau2, self.W1, self.W2, self.W3, self.W4
        V = self.variance
        excess, third = r**2 / V**2 - 1.0 / V, W3 - W2**2
        mean = (k - 1) + t * (W1 - W2) + t**2 * excess * third
        variance = (
            2 * (k - 1) + 4 * t * (W1 - W2) + 2 * t**2 * (W1 * W2 - 2 * W3 + W2**2)
            + 4 * t**2 * excess * third + 4 * t**3 * excess * (W4 - 2 * W2 * W3 + W2**3)
            + 2 * t**4 * (1.0 / V**2 - 2.0 * r**2 / V**3) * third**2
        )  # fmt: skip
        return mean**2 / variance, variance / mean


def hc(effects: Any, vi: Any = None, *, data: Any = None, level: float = 0.95) -> HenmiCopas:
    """Interval ``m +- t0 sqrt((1 + tau2 W2) / W1)`` around the equal-effects mean m.

    t0 is the level quantile of the absolute studentised mean; the law of Q, and so
    of the estimated tau2, given the mean is approximated by a gamma law.
    Source: Henmi & Copas (2010), Statistics in Medicine 29, 2969-2983.

    >>> hc([0.5, 0.6, 0.1, 0.3], [0.02, 0.03, 0.02, 0.05]).k
    4
    """
    fit = as_fit(effects, vi, data=data, method="DL", level=level)
    one_mean(fit, "Henmi and Copas's interval")
    share = fit.level
    w = 1.0 / fit.vi
    W1 = float(w.sum())
    tau2 = max(0.0, float(dersimonian_laird(one(fit.yi, fit.vi, fit.basis))[0]))
    m = _Moments(fit.k, tau2, W1, *(float((w**r).sum()) / W1 for r in (2, 3, 4)))
    mean, se = float(w @ fit.yi) / W1, float(np.sqrt(m.variance / W1))
    t0 = _critical(m, share)
    return HenmiCopas(
        estimate=mean, se=se, ci_lower=mean - t0 * se, ci_upper=mean + t0 * se, tau2=tau2, critical=t0,
        level=share, k=fit.k, cautions=about_studies(fit.vi),
    )  # fmt: skip


def _critical(m: _Moments, level: float) -> float:
    """t0 such that R / sqrt(1 + tau2_hat W2) exceeds it with chance (1 - level) / 2.

    R > t0 sqrt(1 + tau2_hat W2) holds where R > t0 and Q lies below a bound that grows with R.
    """
    root = float(np.sqrt(m.variance))

    def integrand(z: float, t: float) -> float:
        R = root * z
        bound = (m.W1 / m.W2 - 1.0) * ((R / t) ** 2 - 1.0) + (m.k - 1)
        shape, scale = m.gamma(R)
        density = float(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))
        return float(special.gammainc(shape, bound / scale)) * density

    def excess(t: float) -> float:
        start = t / root
        far = max(start, 8.0) + 6.0
        value = integrate.quad(integrand, start, far, args=(t,), epsabs=1e-13, epsrel=1e-11, limit=200)[0]
        return float(value) - (1.0 - level) / 2.0

    return float(optimize.brentq(excess, 1e-3, 10.0 * root, xtol=1e-12))
