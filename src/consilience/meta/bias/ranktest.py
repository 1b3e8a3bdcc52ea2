"""Begg and Mazumdar's rank correlation test of funnel-plot asymmetry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from consilience.meta.bias.evidence import about_studies, as_fit
from consilience.meta.bias.finding import Finding, p_text


@dataclass(frozen=True, kw_only=True)
class RankTest(Finding):
    """Kendall's ``tau`` between standardised effects and variances; ``exact`` where no two are equal."""

    k: int
    tau: float
    p_value: float
    exact: bool

    def explain(self) -> str:
        """Whether effects and variances go together in rank."""
        if not np.isfinite(self.p_value):
            return "Effects and variances cannot be compared in rank with these data."
        verdict = "go" if self.p_value < 0.10 else "do not clearly go"
        return (
            f"Effects and their variances {verdict} together in rank "
            f"(Kendall's tau = {self.tau:.2f}, {p_text(self.p_value)})."
        )


def ranktest(effects: Any, vi: Any = None, *, data: Any = None, exact: bool | None = None) -> RankTest:
    """Kendall's tau between ``(yi - m) / sqrt(vi - 1/sum(1/vi))`` and ``vi``, m the equal-effects mean.

    ``exact=None`` uses the exact distribution unless there are ties, then the normal approximation.
    Source: Begg & Mazumdar (1994), Biometrics 50, 1088-1101.

    >>> ranktest([0.9, 0.6, 0.5, 0.2], [0.2, 0.1, 0.04, 0.01]).k
    4
    """
    fit = as_fit(effects, vi, data=data, method="EE")
    yi, v = fit.yi, fit.vi
    w = 1.0 / v
    mean = float(w @ yi / w.sum())
    said = about_studies(v)
    nan = float("nan")
    if np.ptp(v) == 0 or v.size < 3:
        reason = "A rank correlation needs at least three studies that differ in precision."
        return RankTest(k=v.size, tau=nan, p_value=nan, exact=False, cautions=(*said, reason))
    standardised = (yi - mean) / np.sqrt(v - 1.0 / w.sum())
    ties = len(np.unique(standardised)) < v.size or len(np.unique(v)) < v.size
    use_exact = not ties if exact is None else exact and not ties
    found = stats.kendalltau(standardised, v, method="exact" if use_exact else "asymptotic")
    return RankTest(
        k=v.size, tau=float(found.statistic), p_value=float(found.pvalue), exact=use_exact, cautions=said
    )
