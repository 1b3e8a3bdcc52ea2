"""The result of a selection model and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.bias.finding import Finding, p_text, plain
from consilience.meta.bias.selection.problem import Problem
from consilience.meta.clusters import Clusters


@dataclass(frozen=True, kw_only=True)
class SelectionFit(Finding):
    """A selection model: adjusted coefficients, heterogeneity, and the weights of p.

    ``beta`` (p,) with SEs; ``unadjusted`` the same without selection; ``delta`` the weights (steps: the
    first is 1) or parameters of the weight function; ``theta`` and ``vcov`` all parameters on the working
    scale (log weights for steps). ``LRT`` compares with no selection (NaN with clusters: the likelihood is
    then only a working one; see ``selection_p``, a Wald test). ``counts`` studies per interval of p.
    """

    type: str
    alternative: str
    steps: tuple[float, ...]
    terms: tuple[str, ...]
    k: int
    J: int
    beta: Array
    se: Array
    p_value: Array
    ci_lower: Array
    ci_upper: Array
    unadjusted: Array
    tau2: float
    se_tau2: float
    delta: Array
    se_delta: Array
    delta_names: tuple[str, ...]
    loglik: float
    LRT: float
    LRT_df: int
    LRT_p: float
    tau2_LRT: float
    selection_p: float
    level: float
    converged: bool
    at_bound: tuple[str, ...]
    counts: tuple[int, ...]
    theta: Array
    vcov: Array
    problem: Problem = field(repr=False)
    clusters: Clusters | None = field(default=None, repr=False)

    def explain(self) -> str:
        """The mean with selection taken into account."""
        p = self.LRT_p if np.isfinite(self.LRT_p) else self.selection_p
        return (
            f"Allowing for selection by p ({self.type}, {self.alternative}), the effect is "
            f"{self.beta[0]:.2f} ({100 * self.level:g} % CI {self.ci_lower[0]:.2f} to "
            f"{self.ci_upper[0]:.2f}) "
            f"instead of {self.unadjusted[0]:.2f}; selection: {p_text(p)}."
        )

    def coef_table(self) -> pd.DataFrame:
        """term, estimate, se, p_value, ci_lower, ci_upper of the adjusted coefficients."""
        columns = (self.terms, self.beta, self.se, self.p_value, self.ci_lower, self.ci_upper)
        return pd.DataFrame(dict(zip(("term", "estimate", "se", "p_value", "ci_lower", "ci_upper"), columns)))

    def delta_table(self) -> pd.DataFrame:
        """name, estimate, se, ci_lower, ci_upper of the weights; limits on the log scale for steps."""
        critical = float(-special.ndtri((1.0 - self.level) / 2.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.problem.seen.cut is not None:
                ratio = np.exp(critical * self.se_delta / self.delta)
                lower, upper = self.delta / ratio, self.delta * ratio
            else:
                lower, upper = self.delta - critical * self.se_delta, self.delta + critical * self.se_delta
        columns = (self.delta_names, self.delta, self.se_delta, lower, upper)
        return pd.DataFrame(dict(zip(("name", "estimate", "se", "ci_lower", "ci_upper"), columns)))

    def profile_confint(self, level: float | None = None) -> pd.DataFrame:
        """Profile likelihood limits of every parameter that was estimated."""
        from consilience.meta.bias.selection.profile import profile_confint

        return profile_confint(self, level or self.level)

    def bootstrap_confint(
        self, *, reps: int = 999, seed: int = 1, level: float | None = None
    ) -> pd.DataFrame:
        """Percentile limits from resampled studies (clusters where given)."""
        from consilience.meta.bias.selection.resample import bootstrap_confint

        return bootstrap_confint(self, reps, seed, level or self.level)

    def parameter_names(self) -> tuple[str, ...]:
        """Names of ``theta``: coefficients, tau2, and the weights that may vary."""
        free = self.delta_names[1:] if self.problem.seen.cut is not None else self.delta_names
        return (*self.terms, "tau2", *free)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        names = [n for n in self.__dataclass_fields__ if n not in ("problem", "clusters")]
        return {n: plain(getattr(self, n)) for n in names}
