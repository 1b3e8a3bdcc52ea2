"""Trim and fill: how many studies a symmetrical funnel lacks, and the mean with them put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.bias.evidence import about_studies, as_fit, one_mean
from consilience.meta.bias.finding import Finding
from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import factorise
from consilience.meta.univariate.entry import rma
from consilience.meta.univariate.model import estimate
from consilience.meta.univariate.results import RmaFit


@dataclass(frozen=True, kw_only=True)
class TrimFill(Finding):
    """``k0`` studies missing on ``side`` and the mean with mirror images filled in.

    ``filled`` (k0,) and ``filled_vi`` are the mirror images; ``p_value`` (R0 only) tests that none is.
    """

    estimator: str
    side: str
    k: int
    k0: int
    se_k0: float
    p_value: float
    observed: float
    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    tau2: float
    filled: Array
    filled_vi: Array
    iterations: int
    converged: bool

    def explain(self) -> str:
        """How many studies seem to be missing, and what they would change."""
        studies = "study seems" if self.k0 == 1 else "studies seem"
        interval = f"({self.ci_lower:.2f} to {self.ci_upper:.2f})"
        return (
            f"{self.k0} {studies} to be missing on the {self.side} of the funnel; with mirror images "
            f"filled in, the mean is {self.estimate:.2f} {interval} instead of {self.observed:.2f}."
        )


def _r0(k: int, ranks: Array) -> tuple[float, float]:
    low = -ranks[ranks < 0]
    k0 = k - float(low.max() if low.size else 0.0) - 1.0
    return k0, float(np.sqrt(2.0 * max(0.0, k0) + 2.0))


def _rank_sum(ranks: Array) -> float:
    return float(ranks[ranks > 0].sum())


def _variance(k: int, k0: float) -> float:
    """Variance of the rank sum when k0 studies are missing (Duval & Tweedie 2000)."""
    return (
        k * (k + 1) * (2 * k + 1) + 10 * k0**3 + 27 * k0**2 + 17 * k0
        - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0
    ) / 24.0  # fmt: skip


def _root(x: float) -> float:
    """Square root; NaN where the large-sample variance is negative."""
    return float(np.sqrt(x)) if x > 0 else float("nan")


def _l0(k: int, ranks: Array) -> tuple[float, float]:
    k0 = (4.0 * _rank_sum(ranks) - k * (k + 1)) / (2 * k - 1)
    return k0, 4.0 * _root(_variance(k, k0)) / (2 * k - 1)


def _q0(k: int, ranks: Array) -> tuple[float, float]:
    inside = 2 * k**2 - 4.0 * _rank_sum(ranks) + 0.25
    k0 = k - 0.5 - float(np.sqrt(max(inside, 0.0)))
    below = (k - 0.5) ** 2 - k0 * (2 * k - k0 - 1)
    return k0, 2.0 * _root(_variance(k, k0)) / _root(below)


ESTIMATORS: dict[str, Callable[[int, Array], tuple[float, float]]] = {"L0": _l0, "R0": _r0, "Q0": _q0}


def trimfill(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    side: str = "auto",
    estimator: str = "L0",
    maxiter: int = 100,
    **options: Any,
) -> TrimFill:
    """Trim the most extreme studies of one side until the rest is symmetrical, then fill mirror images in.

    Args:
        effects: an ``rma`` fit without moderators, or effects (or data) as ``rma`` takes them.
        vi: sampling variances, where ``effects`` is no fit.
        data: the frame that column names refer to.
        side: where studies are missing: ``left``, ``right`` or ``auto`` (left where small studies have the
            larger effects).
        estimator: ``L0``, ``R0`` or ``Q0``.
        maxiter: most rounds of trimming.
        options: of ``rma`` (method, test, level), where ``effects`` is no fit.

    Source: Duval & Tweedie (2000), JASA 95, 89-98; Biometrics 56, 455-463.

    >>> trimfill([0.1, 0.2, 0.3, 0.9, 1.1], [0.01, 0.02, 0.03, 0.1, 0.12], method="EE").side
    'left'
    """
    fit = as_fit(effects, vi, data=data, **options)
    one_mean(fit, "Trim and fill")
    if estimator not in ESTIMATORS:
        raise InputError(f"estimator={estimator!r} is not known; use one of {', '.join(ESTIMATORS)}.")
    if side not in ("auto", "left", "right"):
        raise InputError(f"side={side!r} is not known; use 'left', 'right' or 'auto'.")
    if fit.k < 3:
        raise InputError(f"Trim and fill needs at least 3 studies; there are {fit.k}.")
    chosen = _side(fit) if side == "auto" else side
    sign = -1.0 if chosen == "right" else 1.0
    order = np.argsort(sign * fit.yi, kind="stable")
    y, v = sign * fit.yi[order], fit.vi[order]
    found = _trim(fit, y, v, ESTIMATORS[estimator], maxiter)
    return _fill(fit, chosen, estimator, sign, y, v, found)


def _side(fit: RmaFit) -> str:
    """Where studies are missing, by the slope of effects on standard errors."""
    if np.ptp(fit.vi) <= 1e-8 * fit.vi.max():
        return "left"
    slope = rma(fit.yi, fit.vi, mods=np.sqrt(fit.vi), method=fit.method).beta[1]
    return "right" if slope < 0 else "left"


@dataclass(frozen=True)
class _Trimmed:
    k0: int
    se: float
    center: float
    iterations: int
    converged: bool


def _trim(fit: RmaFit, y: Array, v: Array, count: Callable[[int, Array], tuple[float, float]],
          maxiter: int) -> _Trimmed:  # fmt: skip
    """Alternate between the mean of the untrimmed studies and the number to trim."""
    k, k0, se, center = y.size, 0, float("nan"), 0.0
    for step in range(1, maxiter + 1):
        center = _mean(fit, y[: k - k0], v[: k - k0])
        away = y - center
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(away), kind="stable")] = np.arange(1, k + 1)
        raw, se = count(k, np.sign(away) * ranks)
        new = min(max(0, round(raw)), k - 1)
        if new == k0:
            return _Trimmed(k0, se, center, step, True)
        k0 = new
    return _Trimmed(k0, se, center, maxiter, False)


def _mean(fit: RmaFit, y: Array, v: Array) -> float:
    basis, _ = factorise(np.ones((y.size, 1)))
    found = estimate(y.astype(np.float64), v.astype(np.float64), basis, fit.options, None, None)
    return float(found.coefficients.beta[0])


def _fill(fit: RmaFit, side: str, estimator: str, sign: float, y: Array, v: Array, t: _Trimmed) -> TrimFill:
    extreme = slice(y.size - t.k0, y.size)
    filled, filled_vi = sign * (2.0 * t.center - y[extreme]), v[extreme]
    o = fit.options
    again = rma(
        np.concatenate([fit.yi, filled]), np.concatenate([fit.vi, filled_vi]),
        method=o.method, test=o.test, level=o.level, tau2=o.tau2,
    )  # fmt: skip
    return TrimFill(
        estimator=estimator, side=side, k=fit.k, k0=t.k0, se_k0=t.se, p_value=_none_missing(estimator, t.k0),
        observed=float(fit.beta[0]), estimate=float(again.beta[0]), se=float(again.se[0]),
        ci_lower=float(again.ci_lower[0]), ci_upper=float(again.ci_upper[0]), tau2=again.tau2,
        filled=filled, filled_vi=filled_vi, iterations=t.iterations, converged=t.converged,
        cautions=_cautions(fit, t),
    )  # fmt: skip


def _none_missing(estimator: str, k0: int) -> float:
    """P(a run of more than k0 positive ranks at the far end) if none is missing: 1/2 to the k0 + 1."""
    return 0.5 ** (k0 + 1) if estimator == "R0" else float("nan")


def _cautions(fit: RmaFit, t: _Trimmed) -> tuple[str, ...]:
    out = [*about_studies(fit.vi)]
    if not t.converged:
        out.append(
            f"The number of missing studies kept changing after {t.iterations} rounds; do not rely on it."
        )
    if fit.I2 > 75:
        out.append(f"I2 = {fit.I2:.0f} %: heterogeneity this large can make trim and fill invent studies.")
    return tuple(out)
