"""The result of a meta-regression: arrays and their specification, with thin methods over pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from consilience.meta import contrasts, prediction
from consilience.meta.arrays import Array
from consilience.meta.cautions import cautions
from consilience.meta.clusters import Clusters
from consilience.meta.design import Design, DroppedRow
from consilience.meta.dof import Inference, check_reference, infer
from consilience.meta.gls import WeightedFit, weighted_fit
from consilience.meta.heterogeneity import Heterogeneity, heterogeneity
from consilience.meta.robust import RobustCovariance, check_type, robust_covariance
from consilience.meta.spec import FitSpec, FitWarning
from consilience.meta.wald import WaldTest, check_test, wald_test
from consilience.meta.working.model import WorkingData, WorkingFit
from consilience.meta.working.registry import MODELS

if TYPE_CHECKING:
    from consilience.meta.bootstrap.intervals import BootstrapIntervals
    from consilience.meta.bootstrap.wald import WildTest


@dataclass(frozen=True)
class MetaFit:
    """A fitted meta-regression.

    ``beta`` (p,) in the units of yi, ``vcov`` (p, p) robust covariance, ``tau2`` and ``omega2`` the variance
    of true effects between and within studies (squared units of yi), ``I2`` in percent, ``warnings`` what
    to know before trusting a number, ``dropped`` the rows left out with the reason.
    """

    spec: FitSpec
    design: Design
    given: WorkingData
    working: WorkingFit
    linear: WeightedFit
    robust: RobustCovariance
    warnings: tuple[FitWarning, ...]

    @property
    def clusters(self) -> Clusters:
        """Which effects belong to which study."""
        return self.given.clusters

    @property
    def vi(self) -> Array:
        """Sampling variances used (k,)."""
        return self.given.vi

    @property
    def yi(self) -> Array:
        """Effects used (k,)."""
        return self.design.y

    @property
    def X(self) -> Array:
        """Model matrix (k, p)."""
        return self.design.X

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.design.columns

    @property
    def beta(self) -> Array:
        """Coefficients (p,)."""
        return self.linear.beta

    @property
    def vcov(self) -> Array:
        """Robust covariance of the coefficients (p, p)."""
        return self.robust.vcov

    @property
    def k(self) -> int:
        """Effects used."""
        return self.clusters.k

    @property
    def J(self) -> int:
        """Studies (clusters) used."""
        return self.clusters.J

    @property
    def dropped(self) -> tuple[DroppedRow, ...]:
        """Rows left out, with the reason."""
        return self.design.dropped

    @cached_property
    def inference(self) -> Inference:
        """Tests of the single coefficients."""
        return self.infer(np.eye(len(self.beta)))

    def infer(self, C: Array, level: float | None = None, test: str | None = None) -> Inference:
        """Estimates, SEs, df, tests and intervals of the contrasts in the rows of C."""
        reference = check_reference(test or self.spec.test)
        labels = tuple(map(str, self.clusters.labels))
        return infer(self.robust, self.beta, np.atleast_2d(C), labels, level or self.spec.level, reference)

    @property
    def se(self) -> Array:
        """Standard errors (p,)."""
        return self.inference.se

    @property
    def df(self) -> Array:
        """Degrees of freedom of each coefficient (p,)."""
        return self.inference.df

    @cached_property
    def _heterogeneity(self) -> Heterogeneity:
        w = self.working
        return heterogeneity(self.yi, self.vi, self.X, w.sampling, w.components, w.I2)

    def heterogeneity(self) -> Heterogeneity:
        """Q, tau2, omega2 and I2 (overall and per level)."""
        return self._heterogeneity

    @property
    def tau2(self) -> float:
        """Variance of true effects between studies."""
        return self._heterogeneity.tau2

    @property
    def omega2(self) -> float:
        """Variance of true effects within studies."""
        return self._heterogeneity.omega2

    @property
    def I2(self) -> float:
        """Percent of variance that is heterogeneity rather than sampling error."""
        return self._heterogeneity.I2

    @property
    def loglik(self) -> float | None:
        """The maximised (restricted) log-likelihood, where the estimator has one."""
        return self.working.loglik

    @property
    def converged(self) -> bool:
        """Whether the search for the variance components ended at a maximum."""
        return self.working.converged

    def coef_table(self, level: float | None = None, test: str | None = None) -> pd.DataFrame:
        """One row per coefficient: term estimate se statistic df p_value ci_lower ci_upper."""
        return contrasts.table(self.infer(np.eye(len(self.beta)), level, test), self.terms)

    def wald_test(self, terms: Any = None, test: str = "HTZ") -> WaldTest:
        """Test that the columns of ``terms`` (names, or a constraint matrix) are all zero."""
        C, labels = contrasts.constraints(self.design, terms)
        names = tuple(map(str, self.clusters.labels))
        return wald_test(self.robust, self.beta, C, check_test(test), labels, names)

    def wald_test_cwb(
        self,
        terms: Any = None,
        *,
        reps: int = 1999,
        seed: int | None = None,
        distribution: str = "Rademacher",
        adjust: str = "CR0",
        p_rule: str = "default",
    ) -> WildTest:
        """The same hypothesis by the cluster wild bootstrap (CE, HE and CHE fits)."""
        from consilience.meta.bootstrap.wald import wild_test

        C, labels = contrasts.constraints(self.design, terms)
        names = tuple(map(str, self.clusters.labels))
        plain = wald_test(self.with_vcov("CR0").robust, self.beta, C, "Naive-F", labels, names)
        model = self.spec.working_model
        return wild_test(
            self.given, model, C, plain.statistic, labels, reps=reps, seed=seed,
            auxiliary=distribution, adjust=adjust, p_rule=p_rule,
        )  # fmt: skip

    def bootstrap_confint(
        self, *, reps: int = 1999, seed: int | None = None, level: float | None = None
    ) -> BootstrapIntervals:
        """Percentile intervals from resampled studies (CE, HE and CHE fits)."""
        from consilience.meta.bootstrap.intervals import cluster_bootstrap

        return cluster_bootstrap(
            self.given, self.spec.working_model, self.beta, self.terms, reps=reps, seed=seed,
            level=level or self.spec.level,
        )  # fmt: skip

    def contrasts(
        self, C: Any, labels: Sequence[str] | None = None, level: float | None = None
    ) -> pd.DataFrame:
        """Linear contrasts ``C beta`` in a table like that of the coefficients."""
        matrix = contrasts.matrix(C, len(self.beta))
        names = (
            tuple(labels) if labels is not None else tuple(f"contrast {i + 1}" for i in range(len(matrix)))
        )
        return contrasts.table(self.infer(matrix, level), names)

    def predict(self, new: Any = None, level: float | None = None) -> pd.DataFrame:
        """Predicted mean effects with confidence and prediction intervals."""
        rows, labels = prediction.rows(self.design, new)
        return self.predict_rows(rows, level).set_axis(labels, axis=0)

    def predict_rows(self, rows: Array, level: float | None = None) -> pd.DataFrame:
        """The same for rows of the model matrix (m, p)."""
        spread = self.tau2 + self.omega2
        labels = list(range(len(rows)))
        return prediction.table(self.infer(rows, level), spread, level or self.spec.level, labels)

    def pairwise(self, term: str, adjust: str = "holm", level: float | None = None) -> pd.DataFrame:
        """Every difference between two levels of a term, p-values adjusted for their number."""
        from consilience.meta.pairwise import pairwise

        return pairwise(self, term, adjust, level)

    def influence(self) -> pd.DataFrame:
        """Deletion diagnostics of each study: Cook's distance, hat, dfbetas, components without it."""
        from consilience.meta.influence import influence

        return influence(self)

    def leave_one_out(self, by: str = "study") -> pd.DataFrame:
        """The fit without each study (or effect)."""
        from consilience.meta.influence import leave_one_out

        return leave_one_out(self, by)

    def residuals(self) -> pd.DataFrame:
        """Residuals of the effects, their standard errors, and studentised."""
        from consilience.meta.influence import residuals

        return residuals(self)

    def confint(self, level: float | None = None) -> pd.DataFrame:
        """Confidence limits of the coefficients."""
        return self.coef_table(level)[["term", "estimate", "ci_lower", "ci_upper"]]

    def with_vcov(self, vcov: str) -> MetaFit:
        """The same fit with another robust covariance."""
        spec = replace(self.spec, vcov=check_type(vcov))
        return assemble(spec, self.design, self.given, self.working, self.linear)

    def summary(self) -> str:
        """The fit as a page of plain text."""
        from consilience.meta.summary import summary

        return summary(self)

    def explain(self) -> str:
        """Two sentences: what was fitted, and what the result means."""
        from consilience.meta.explain import explain

        return explain(self)

    def r_code(self) -> str:
        """R code that reproduces the fit."""
        from consilience.meta.r_code import r_code

        return r_code(self)

    def rebuilt(self, design: Design, given: WorkingData) -> MetaFit:
        """The same specification fitted to other data or with other fixed components."""
        return fit_given(self.spec, design, given)

    def to_frame(self) -> pd.DataFrame:
        """The coefficient table."""
        return self.coef_table()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: specification, coefficients, heterogeneity, warnings, dropped rows."""
        return {
            "spec": asdict(self.spec),
            "k_effects": self.k,
            "k_studies": self.J,
            "coefficients": self.coef_table().to_dict(orient="records"),
            "heterogeneity": asdict(self.heterogeneity()),
            "components": dict(self.working.components),
            "loglik": self.loglik,
            "converged": self.converged,
            "warnings": [asdict(w) for w in self.warnings],
            "dropped": [{"index": str(d.index), "reason": d.reason} for d in self.dropped],
        }


def assemble(
    spec: FitSpec, design: Design, given: WorkingData, working: WorkingFit, linear: WeightedFit
) -> MetaFit:
    """A result from its parts: the robust covariance is computed, the warnings collected."""
    robust = robust_covariance(linear, check_type(spec.vcov))
    bare = MetaFit(spec, design, given, working, linear, robust, ())
    fit = replace(bare, warnings=cautions(design, given.clusters, working, bare.inference, spec))
    # the tests do not depend on the warnings: what was computed to find them is kept
    vars(fit)["inference"] = bare.inference
    return fit


def fit_given(spec: FitSpec, design: Design, given: WorkingData) -> MetaFit:
    """Fit the working model of ``spec`` to data that are already checked."""
    working = MODELS[spec.working_model].fit(given)
    linear = weighted_fit(given.y, given.X, working.weights, working.target, working.inverse_variance)
    return assemble(spec, design, given, working, linear)
