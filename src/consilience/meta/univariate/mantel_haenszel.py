"""Fixed-effect pooling of event tables: Mantel-Haenszel and Peto."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from scipy import special

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.homogeneity import Homogeneity, homogeneity_of_odds
from consilience.meta.univariate.inference import check_level, critical_value
from consilience.meta.univariate.inputs import as_frame
from consilience.meta.univariate.tables import plain
from consilience.meta.univariate.tables_2x2 import Counts, read_counts

Measure = Literal["OR", "RR", "RD", "IRR", "IRD"]
RATES = ("IRR", "IRD")


@dataclass(frozen=True)
class PooledCounts:
    """A pooled measure: ``estimate`` is a log ratio for OR, RR and IRR, a difference for RD and IRD.

    ``Q`` is Cochran's Q of the ``k_yi`` single studies that have an estimate, around the pooled one; ``MH``
    the Cochran-Mantel-Haenszel test of no effect (OR and IRR); ``odds`` the tests of equal odds ratios.
    """

    measure: str
    estimate: float
    se: float
    statistic: float
    p_value: float
    ci_lower: float
    ci_upper: float
    Q: float
    Q_df: int
    Q_p: float
    I2: float
    H2: float
    MH: float
    MH_p: float
    odds: Homogeneity | None
    k: int
    k_yi: int

    def to_dict(self) -> dict[str, Any]:
        """Plain types; NaN becomes None."""
        values = dict(vars(self))
        values["odds"] = None if self.odds is None else dict(vars(self.odds))
        out: dict[str, Any] = plain(values)
        return out


def rma_mh(
    measure: str = "OR",
    data: Any = None,
    *,
    ai: Any = "event_arm1",
    n1i: Any = "totaln_arm1",
    ci: Any = "event_arm2",
    n2i: Any = "totaln_arm2",
    correct: bool = True,
    level: float = 0.95,
) -> PooledCounts:
    """Pool event tables by Mantel and Haenszel's weights, without a continuity correction of the tables.

    ``ai`` events of ``n1i`` people (or person-time for IRR and IRD) in arm 1, ``ci`` of ``n2i`` in arm 2:
    column names of ``data`` or arrays. ``correct`` applies the half correction to the CMH test.
    Variances: Robins, Breslow and Greenland (1986) for OR; Greenland and Robins (1985) for RR, IRR, IRD;
    Sato, Greenland and Robins (1989) for RD.

    >>> pooled = rma_mh("OR", ai=[4, 6], n1i=[123, 306], ci=[11, 29], n2i=[139, 303])
    >>> round(pooled.estimate, 4)
    -1.4215
    """
    kind = measure.upper()
    if kind not in get_args(Measure):
        raise InputError(f"measure={measure!r} is not known. Choose one of {', '.join(get_args(Measure))}.")
    share = check_level(level)
    given = {"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i}
    counts = read_counts(as_frame(data), given, whole=kind not in RATES)
    theta, variance = _POOLED[kind](counts)
    yi, vi = _single(kind, counts)
    mh = _cmh(counts, correct, rates=kind == "IRR") if kind in ("OR", "IRR") else float("nan")
    odds = homogeneity_of_odds(counts, theta) if kind == "OR" else None
    return _pooled(kind, theta, variance, yi, vi, mh, odds, share, counts.a.size)


def rma_peto(
    data: Any = None,
    *,
    ai: Any = "event_arm1",
    n1i: Any = "totaln_arm1",
    ci: Any = "event_arm2",
    n2i: Any = "totaln_arm2",
    level: float = 0.95,
) -> PooledCounts:
    """Pool odds ratios by Peto's one-step method: ``sum(O - E) / sum(V)`` (Yusuf et al., 1985).

    >>> pooled = rma_peto(ai=[4, 6], n1i=[123, 306], ci=[11, 29], n2i=[139, 303])
    >>> round(pooled.estimate, 4)
    -1.2401
    """
    share = check_level(level)
    counts = read_counts(as_frame(data), {"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i}, whole=True)
    observed, spread = _hypergeometric(counts)
    if not spread.sum() > 0:
        raise InputError("Every study has only events or only non-events: Peto's odds ratio does not exist.")
    theta, variance = float(observed.sum() / spread.sum()), float(1.0 / spread.sum())
    told = spread > 0
    yi, vi = observed[told] / spread[told], 1.0 / spread[told]
    return _pooled("PETO", theta, variance, yi, vi, float("nan"), None, share, counts.a.size)


def _pooled(
    kind: str, theta: float, variance: float, yi: Array, vi: Array, mh: float,
    odds: Homogeneity | None, level: float, k: int,
) -> PooledCounts:  # fmt: skip
    se = float(np.sqrt(variance))
    half = critical_value(level, float("inf")) * se
    q, df = float(((yi - theta) ** 2 / vi).sum()), max(yi.size - 1, 0)
    i2 = 100.0 * max(0.0, (q - df) / q) if q > 0 and df > 0 else 0.0
    return PooledCounts(
        kind, theta, se, theta / se, float(2.0 * special.ndtr(-abs(theta / se))), theta - half, theta + half,
        q, df, float(special.chdtrc(df, q)) if df > 0 else 1.0, i2, q / df if df > 0 else float("nan"),
        mh, float(special.chdtrc(1, mh)), odds, k, int(yi.size),
    )  # fmt: skip


def _log_ratio(R: Array, S: Array) -> float:
    if not (R.sum() > 0 and S.sum() > 0):
        raise InputError(
            "One arm has no event (or only events) in all studies together: the ratio is zero or infinite. "
            "Pool the difference (RD or IRD) instead."
        )
    return float(np.log(R.sum() / S.sum()))


def _odds_ratio(t: Counts) -> tuple[float, float]:
    b, d, n = t.n1 - t.a, t.n2 - t.c, t.total
    R, S, P, Q = t.a * d / n, b * t.c / n, (t.a + d) / n, (b + t.c) / n
    theta, r, s = _log_ratio(R, S), R.sum(), S.sum()
    variance = (P * R).sum() / (2 * r**2) + (P * S + Q * R).sum() / (2 * r * s) + (Q * S).sum() / (2 * s**2)
    return theta, float(variance)


def _risk_ratio(t: Counts) -> tuple[float, float]:
    n = t.total
    R, S = t.a * t.n2 / n, t.c * t.n1 / n
    theta = _log_ratio(R, S)
    return theta, float(((t.n1 * t.n2 * t.events - t.a * t.c * n) / n**2).sum() / (R.sum() * S.sum()))


def _risk_difference(t: Counts) -> tuple[float, float]:
    n, weight = t.total, (t.n1 * t.n2 / t.total).sum()
    theta = float(((t.a * t.n2 - t.c * t.n1) / n).sum() / weight)
    P = (t.n1**2 * t.c - t.n2**2 * t.a + t.n1 * t.n2 * (t.n2 - t.n1) / 2) / n**2
    Q = (t.a * (t.n2 - t.c) + t.c * (t.n1 - t.a)) / (2 * n)
    return theta, float((theta * P.sum() + Q.sum()) / weight**2)


def _rate_ratio(t: Counts) -> tuple[float, float]:
    T = t.total
    R, S = t.a * t.n2 / T, t.c * t.n1 / T
    return _log_ratio(R, S), float((t.n1 * t.n2 * t.events / T**2).sum() / (R.sum() * S.sum()))


def _rate_difference(t: Counts) -> tuple[float, float]:
    weight = t.n1 * t.n2 / t.total
    theta = float(((t.a * t.n2 - t.c * t.n1) / t.total).sum() / weight.sum())
    return theta, float((weight**2 * (t.a / t.n1**2 + t.c / t.n2**2)).sum() / weight.sum() ** 2)


_POOLED: dict[str, Callable[[Counts], tuple[float, float]]] = {
    "OR": _odds_ratio,
    "RR": _risk_ratio,
    "RD": _risk_difference,
    "IRR": _rate_ratio,
    "IRD": _rate_difference,
}


def _single(kind: str, t: Counts) -> tuple[Array, Array]:
    """Single studies' estimates and variances; a half is added to tables with a zero where logs need it."""
    full = t.events == t.total
    told = (
        t.events > 0 if kind in RATES else (t.events > 0) & ~(full if kind == "OR" else np.zeros_like(full))
    )
    t = t.keep(np.flatnonzero(told))
    a, c, b, d = t.a, t.c, t.n1 - t.a, t.n2 - t.c
    if kind in RATES:
        half = np.where((a == 0) | (c == 0), 0.5, 0.0)
        a, c = a + half, c + half
        if kind == "IRR":
            return np.log((a / t.n1) / (c / t.n2)), 1 / a + 1 / c
        return a / t.n1 - c / t.n2, a / t.n1**2 + c / t.n2**2
    half = np.where((a == 0) | (b == 0) | (c == 0) | (d == 0), 0.5, 0.0)
    a, b, c, d = a + half, b + half, c + half, d + half
    n1, n2 = a + b, c + d
    if kind == "OR":
        return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    if kind == "RR":
        return np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


def _hypergeometric(t: Counts) -> tuple[Array, Array]:
    """Observed minus expected events in arm 1, and their hypergeometric variance."""
    n = t.total
    expected = t.n1 * t.events / n
    spread = t.n1 * t.n2 * t.events * (n - t.events) / (n**2 * np.maximum(n - 1, 1))
    return t.a - expected, spread


def _cmh(t: Counts, correct: bool, rates: bool) -> float:
    """Cochran-Mantel-Haenszel statistic, chi-squared on one df."""
    if rates:
        observed = t.a - t.events * t.n1 / t.total
        spread = t.events * t.n1 * t.n2 / t.total**2
    else:
        observed, spread = _hypergeometric(t)
    gap = max(abs(float(observed.sum())) - (0.5 if correct else 0.0), 0.0)
    return gap**2 / float(spread.sum())
