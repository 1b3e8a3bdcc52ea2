"""The result of a multilevel or multivariate model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta import contrasts, prediction
from consilience.meta.arrays import Array
from consilience.meta.cautions import cautions
from consilience.meta.design import Design
from consilience.meta.dof import Inference
from consilience.meta.errors import InputError
from consilience.meta.gls import WeightedFit, weighted_fit
from consilience.meta.heterogeneity import Heterogeneity
from consilience.meta.multilevel import words
from consilience.meta.multilevel.compare import Criteria, LikelihoodRatio, criteria, likelihood_ratio
from consilience.meta.multilevel.components import Components, components_of
from consilience.meta.multilevel.covariance import MultilevelCovariance
from consilience.meta.multilevel.crossed import crossed_covariance, crossed_inverse
from consilience.meta.multilevel.levels import multilevel_heterogeneity
from consilience.meta.multilevel.model_based import model_inference, model_wald
from consilience.meta.multilevel.predictions import random_effects
from consilience.meta.multilevel.profile import profile_curve, profile_table
from consilience.meta.multilevel.search import Found, Problem, search
from consilience.meta.results import MetaFit
from consilience.meta.robust import RobustCovariance, check_type, robust_covariance
from consilience.meta.spec import FitSpec, FitWarning
from consilience.meta.wald import WaldTest, check_test
from consilience.meta.working.model import WorkingData, WorkingFit


@dataclass(frozen=True)
class MultilevelFit(MetaFit):
    """A fitted multilevel or multivariate model: a ``MetaFit`` with its random part.

    ``components`` are variances and correlations by name; ``vcov`` is robust, or (``spec.vcov == "model"``)
    the inverse information; clusters are the blocks of effects that the model joins.
    """

    problem: Problem
    found: Found
    fixed: dict[str, float]

    @cached_property
    def parts(self) -> Components:
        """Variances, correlations, and which of them lie at a boundary."""
        return components_of(self.found.model, self.found.maximum.theta)

    @property
    def components(self) -> dict[str, float]:
        """Variances and correlations by name."""
        return self.parts.variances | self.parts.correlations

    @property
    def model_based(self) -> bool:
        """Whether inference trusts the model."""
        return self.spec.vcov == "model"

    @property
    def vcov(self) -> Array:
        """Covariance of the coefficients (p, p)."""
        return self.linear.bread if self.model_based else self.robust.vcov

    @property
    def reference_df(self) -> float:
        """Degrees of freedom of model-based tests: k - p for t, infinite for z."""
        return float(self.k - len(self.beta)) if self.spec.test == "t" else np.inf

    def infer(self, C: Array, level: float | None = None, test: str | None = None) -> Inference:
        """Estimates, SEs, df, tests and intervals of the contrasts in the rows of C."""
        if not self.model_based:
            return super().infer(C, level, test)
        df = self.reference_df if test is None else float(self.k - len(self.beta)) if test == "t" else np.inf
        return model_inference(self.beta, self.linear.bread, np.atleast_2d(C), level or self.spec.level, df)

    def wald_test(self, terms: Any = None, test: str = "HTZ") -> WaldTest:
        """Test that the columns of ``terms`` are all zero; model-based fits use chi-squared or F."""
        if not self.model_based:
            return super().wald_test(terms, check_test(test))
        C, labels = contrasts.constraints(self.design, terms)
        return model_wald(self.beta, self.linear.bread, C, self.reference_df, labels)

    @cached_property
    def _heterogeneity(self) -> Heterogeneity:
        model = self.found.model
        matrices = model.matrices(self.found.maximum.theta)
        return multilevel_heterogeneity(self.yi, self.X, model.V, model.terms, matrices)

    def predict(self, new: Any = None, level: float | None = None, at: str | None = None) -> pd.DataFrame:
        """Predicted means with confidence and prediction intervals of a new effect.

        ``at`` names the level of ``inner | outer`` whose variance the prediction interval takes; without it
        the interval is NaN where levels differ.
        """
        rows, labels = prediction.rows(self.design, new)
        return prediction.table(
            self.infer(rows, level), self._spread(at), level or self.spec.level, list(labels)
        )

    def predict_rows(self, rows: Array, level: float | None = None) -> pd.DataFrame:
        """The same for rows of the model matrix (m, p)."""
        labels = list(range(len(rows)))
        return prediction.table(self.infer(rows, level), self._spread(None), level or self.spec.level, labels)

    def _spread(self, at: str | None) -> float:
        """The variance of a true effect around its mean."""
        model, total, seen = self.found.model, 0.0, at is None
        for term, T in zip(model.terms, model.matrices(self.found.maximum.theta)):
            diagonal = np.diag(T)
            if at is not None and at in term.labels:
                total, seen = total + float(diagonal[term.labels.index(at)]), True
            else:
                total += float(diagonal[0]) if np.ptp(diagonal) == 0 else float("nan")
        if not seen:
            levels = [label for t in model.terms for label in t.labels if label]
            raise InputError(f"at='{at}' is not a level of the random part; there are {', '.join(levels)}.")
        return total

    def confint_components(
        self, names: Sequence[str] | None = None, level: float | None = None
    ) -> pd.DataFrame:
        """Profile-likelihood intervals of variances and correlations; boundaries are told."""
        return profile_table(self, names, level or self.spec.level)

    def profile(self, component: str, values: Any) -> pd.DataFrame:
        """The log-likelihood at values of one component, maximised over the others."""
        return profile_curve(self, component, np.asarray(values, dtype=float))

    def ranef(self, level: float | None = None) -> dict[str, pd.DataFrame]:
        """Best linear unbiased predictions of the random effects, a table for each term."""
        return random_effects(self, level or self.spec.level)

    def criteria(self) -> Criteria:
        """Log-likelihood, AIC, BIC and AICc."""
        return criteria(self)

    def anova(self, reduced: MultilevelFit) -> LikelihoodRatio:
        """Likelihood-ratio test against a simpler fit of the same effects."""
        return likelihood_ratio(self, reduced)

    def explain(self) -> str:
        """Two sentences: what was fitted, and what the result means."""
        return words.explain(self)

    def r_code(self) -> str:
        """R code that reproduces the fit."""
        return words.r_code(self)

    def with_vcov(self, vcov: str) -> MultilevelFit:
        """The same fit with another covariance: ``model`` or a robust one (tested by Satterthwaite)."""
        model = vcov.lower() == "model"
        test = self.spec.test if (self.spec.vcov == "model") == model else "z" if model else "Satterthwaite"
        spec = replace(self.spec, vcov="model" if model else check_type(vcov), test=test)
        return assemble(spec, self.design, self.given, self.problem, self.found, self.fixed)

    def rebuilt(self, design: Design, given: WorkingData) -> MultilevelFit:
        """The same model fitted to part of its rows."""
        keep, model = np.searchsorted(self.design.kept, design.kept), self.problem.model
        if model.crossing:
            raise InputError("Crossed effects join all effects, so none can be left out; fit the rest anew.")
        terms = tuple(replace(t, outer=t.outer[keep], inner=t.inner[keep]) for t in model.terms)
        part = replace(model, V=model.V.on(given.clusters, keep), terms=terms)
        problem = Problem(design.y, design.X, part, self.problem.restricted)
        fixed = self.fixed if given.fixed is None else given.fixed
        return assemble(self.spec, design, given, problem, search(problem, fixed), fixed)


def assemble(
    spec: FitSpec, design: Design, given: WorkingData, problem: Problem, found: Found, fixed: dict[str, float]
) -> MultilevelFit:
    """A result from its parts, with what to know about it."""
    working = _working(problem, found, fixed)
    linear = weighted_fit(design.y, design.X, working.weights, working.target)
    robust = _robust(linear, spec, bool(found.model.crossing))
    bare = MultilevelFit(spec, design, given, working, linear, robust, (), problem, found, fixed)
    told = cautions(design, given.clusters, working, bare.inference, spec)
    if spec.vcov == "model":
        told = tuple(w for w in told if w.code != "few_clusters")
    return replace(bare, warnings=(*told, *_about_correlations(bare.parts, fixed)))


def _robust(linear: WeightedFit, spec: FitSpec, crossed: bool) -> RobustCovariance:
    """The robust covariance; where crossed effects join everything there is none."""
    if spec.vcov != "model" and not crossed and linear.clusters.J < 2:
        raise InputError(
            f"vcov='{spec.vcov}' needs two independent clusters, but random effects or V join all effects; "
            "use vcov='model'."
        )
    if not crossed:
        return robust_covariance(linear, "CR0" if spec.vcov == "model" else check_type(spec.vcov))
    if spec.vcov != "model":
        raise InputError(
            f"vcov='{spec.vcov}' needs independent clusters, but crossed random effects join all effects; "
            "use vcov='model'."
        )
    p = len(linear.bread)
    none = np.zeros((1, p, p))
    return RobustCovariance("CR0", linear.bread, np.zeros((1, p)), none, none, linear.bread, none[0, :1])


def _about_correlations(parts: Components, fixed: dict[str, float]) -> tuple[FitWarning, ...]:
    return tuple(
        FitWarning("boundary", f"{name} is estimated at the boundary of what it can be.", name)
        for name in parts.one
        if name not in fixed
    )


def _working(problem: Problem, found: Found, fixed: dict[str, float]) -> WorkingFit:
    """The weights and the target of robust corrections: the marginal covariance."""
    maximum, parts = found.maximum, components_of(found.model, found.maximum.theta)
    crossed = found.model.crossing
    sigma = (crossed_covariance if crossed else MultilevelCovariance.sigma)(found.model, maximum.theta)
    return WorkingFit(
        weights=crossed_inverse(found.model, maximum.theta)[0] if crossed else sigma.inverse(),
        target=sigma,
        inverse_variance=True,
        components=parts.variances,
        sampling=problem.model.V,
        loglik=maximum.loglik,
        converged=maximum.converged,
        iterations=maximum.iterations,
        boundary=tuple(n for n in parts.zero if n not in fixed and n not in found.unidentified),
        unidentified=found.unidentified,
        correlations=parts.correlations,
    )
