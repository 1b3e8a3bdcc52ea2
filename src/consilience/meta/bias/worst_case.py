"""Worst-case sensitivity to publication bias: how strongly would journals have to prefer good news?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, special

from consilience.meta.arrays import Array, column
from consilience.meta.bias.evidence import as_fit, one_mean, two_sided
from consilience.meta.bias.finding import Finding
from consilience.meta.blocks import diagonal_blocks
from consilience.meta.clusters import Clusters, clusters_from_codes, make_clusters
from consilience.meta.dof import infer
from consilience.meta.errors import InputError
from consilience.meta.gls import weighted_fit
from consilience.meta.robust import robust_covariance
from consilience.meta.univariate.inputs import as_frame
from consilience.meta.univariate.results import RmaFit

MOST = 1e6


@dataclass(frozen=True)
class Corrected:
    """The mean when affirmative results are ``eta`` times as likely to be seen."""

    eta: float
    estimate: float
    se: float
    df: float
    p_value: float
    ci_lower: float
    ci_upper: float


@dataclass(frozen=True, kw_only=True)
class WorstCase(Finding):
    """``s_value`` and ``s_value_ci``: how many times as likely affirmative results must be seen for the mean,
    and for its confidence limit, to reach ``q``; infinite where no such preference suffices.

    ``naive`` is the mean as seen, ``worst`` that of non-affirmative results alone, ``corrected`` the means
    at the ratios asked for.
    """

    model: str
    favored: str
    k: int
    k_affirmative: int
    q: float
    naive: Corrected
    worst: Corrected | None
    corrected: tuple[Corrected, ...]
    s_value: float
    s_value_ci: float
    level: float

    def explain(self) -> str:
        """What it would take to explain the effect away."""
        return f"{self._said('the mean', self.s_value)} {self._said('its confidence limit', self.s_value_ci)}"

    def _said(self, what: str, s: float) -> str:
        if np.isnan(s):
            return f"For {what} no such preference can be stated."
        if math.isinf(s):
            return f"No preference for affirmative results could move {what} to {self.q:g}."
        if s <= 1:
            return f"For {what} to reach {self.q:g} no preference is needed."
        return (
            f"Affirmative results would have to be {s:.1f} times as likely to be published as others to move "
            f"{what} to {self.q:g}."
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per selection ratio: eta estimate se df p_value ci_lower ci_upper."""
        rows = [self.naive, *self.corrected, *([self.worst] if self.worst else [])]
        return pd.DataFrame([vars(r) for r in rows])


def worst_case(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    cluster: Any = None,
    model: str = "robust",
    favored: str = "auto",
    etas: tuple[float, ...] = (2.0, 5.0, 10.0, 20.0),
    q: float = 0.0,
    alpha: float = 0.05,
    level: float = 0.95,
    **options: Any,
) -> WorstCase:
    """Correct the mean for publication that favours affirmative results (p < alpha, favoured sign) eta-fold.

    Non-affirmative results get eta times their weight: ``sum(w y) / sum(w)`` with
    ``w = eta^(non-affirmative) / (vi + tau2)``; ``model="fixed"``: tau2 = 0 and normal errors;
    ``model="robust"``: tau2 as seen, CR2 errors over clusters (each effect its own where none are given).

    Source: Mathur & VanderWeele (2020), J. R. Stat. Soc. C 69, 1091-1119.

    >>> r = worst_case([0.6, 0.5, 0.4, 0.1, 0.05], [0.02, 0.02, 0.02, 0.02, 0.02], model="fixed", q=0.2)
    >>> r.k_affirmative, round(r.s_value, 3)
    (3, 3.6)
    """
    fit = as_fit(effects, vi, data=data, level=level, **options)
    one_mean(fit, "The worst-case analysis")
    if model not in ("fixed", "robust") or favored not in ("auto", "positive", "negative"):
        raise InputError("model must be 'fixed' or 'robust', favored 'positive', 'negative' or 'auto'.")
    if any(not eta >= 1 for eta in etas):
        raise InputError(f"etas={etas} must be ratios of at least 1 (1 = no preference).")
    sign = {"positive": 1.0, "negative": -1.0}.get(favored, -1.0 if fit.beta[0] < 0 else 1.0)
    affirmative = (two_sided(fit.yi, fit.vi) < alpha) & (sign * fit.yi > 0)
    case = _Case(
        fit.yi, fit.vi, affirmative, _clusters(cluster, effects, data, fit), _tau2(fit, model), model, level
    )
    s, s_ci = _s_values(case, sign, q)
    return WorstCase(
        model=model, favored="positive" if sign > 0 else "negative", k=fit.k, q=q, level=level,
        k_affirmative=int(affirmative.sum()), naive=case.at(1.0), worst=case.worst(),
        corrected=tuple(case.at(eta) for eta in etas), s_value=s, s_value_ci=s_ci,
        cautions=_cautions(affirmative),
    )  # fmt: skip


def _tau2(fit: RmaFit, model: str) -> float:
    return 0.0 if model == "fixed" else fit.tau2


def _clusters(cluster: Any, effects: Any, data: Any, fit: RmaFit) -> Clusters:
    if cluster is None:
        return clusters_from_codes(np.arange(fit.k), tuple(range(fit.k)))
    frame = as_frame(data) if data is not None else as_frame(effects)
    values = column(cluster, frame if frame is not None else pd.DataFrame(), "cluster").to_numpy()
    if len(values) not in (fit.k, fit.k_given):
        raise InputError(f"cluster has {len(values)} values but there are {fit.k_given} effects.")
    return make_clusters(values[fit.rows] if len(values) == fit.k_given else values)


@dataclass(frozen=True)
class _Case:
    yi: Array
    vi: Array
    affirmative: np.ndarray
    clusters: Clusters
    tau2: float
    model: str
    level: float

    def at(self, eta: float) -> Corrected:
        """The corrected mean at a selection ratio."""
        w = np.where(self.affirmative, 1.0, eta) / (self.vi + self.tau2)
        return self._mean(eta, self.yi, self.vi, w, self.clusters)

    def worst(self) -> Corrected | None:
        """The mean of the non-affirmative results, None where there are none."""
        keep = np.flatnonzero(~self.affirmative)
        if keep.size == 0:
            return None
        clusters = make_clusters(np.asarray(self.clusters.codes)[keep])
        v = self.vi[keep]
        return self._mean(float("inf"), self.yi[keep], v, 1.0 / (v + self.tau2), clusters)

    def _mean(self, eta: float, y: Array, v: Array, w: Array, clusters: Clusters) -> Corrected:
        if self.model == "fixed":
            mean, se = float(w @ y / w.sum()), float(np.sqrt((w**2 * v).sum()) / w.sum())
            half = -float(special.ndtri((1.0 - self.level) / 2.0)) * se
            p = 2.0 * float(special.ndtr(-abs(mean) / se))
            return Corrected(eta, mean, se, float("inf"), p, mean - half, mean + half)
        X, scale = np.ones((y.size, 1)), float(w.mean())
        linear = weighted_fit(
            y, X, diagonal_blocks(clusters, w / scale), diagonal_blocks(clusters, v + self.tau2), False
        )
        if clusters.J < 2:
            nan = float("nan")
            return Corrected(eta, float(linear.beta[0]), nan, nan, nan, nan, nan)
        labels = tuple(map(str, clusters.labels))
        i = infer(
            robust_covariance(linear, "CR2"), linear.beta, np.eye(1), labels, self.level, "Satterthwaite"
        )
        numbers = (i.estimate, i.se, i.df, i.p_value, i.ci_lower, i.ci_upper)
        return Corrected(eta, *(float(a[0]) for a in numbers))


def _s_values(case: _Case, sign: float, q: float) -> tuple[float, float]:
    """The ratios at which the mean, and the limit nearer to q, reach q."""
    w = 1.0 / (case.vi + case.tau2)
    a, n = case.affirmative, ~case.affirmative
    gain, loss = sign * float(w[a] @ (case.yi[a] - q)), sign * float(w[n] @ (q - case.yi[n]))
    s = 1.0 if gain <= loss else gain / loss if loss > 0 else float("inf")

    def limit(eta: float) -> float:
        found = case.at(eta)
        return sign * ((found.ci_lower if sign > 0 else found.ci_upper) - q)

    first, last = limit(1.0), limit(MOST)
    if np.isnan(first) or np.isnan(last):
        return s, float("nan")
    if first <= 0:
        return s, 1.0
    if last > 0:
        return s, float("inf")
    root = optimize.brentq(lambda t: limit(math.exp(t)), 0.0, math.log(MOST), xtol=1e-12)
    return s, math.exp(float(root))


def _cautions(affirmative: np.ndarray) -> tuple[str, ...]:
    out = []
    if affirmative.all():
        out.append("Every result is affirmative, so none shows what unpublished ones would look like.")
    elif int((~affirmative).sum()) < 3:
        out.append("Fewer than three non-affirmative results: the worst case rests on hardly anything.")
    if not affirmative.any():
        out.append("No result is affirmative, so a preference for such results changes nothing.")
    return tuple(out)
