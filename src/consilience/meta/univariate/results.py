"""The result of ``rma``: its numbers, and functions of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.spec import FitWarning
from consilience.meta.univariate import influence, sandwich, subsets, tables
from consilience.meta.univariate.basis import Array, Basis
from consilience.meta.univariate.heterogeneity import Heterogeneity
from consilience.meta.univariate.inference import Wald
from consilience.meta.univariate.model import Estimates, Options
from consilience.meta.univariate.moderators import Design
from consilience.meta.univariate.permutation import PermutationTest, permutation_test
from consilience.meta.univariate.sandwich import RobustRma


@dataclass(frozen=True)
class RmaFit:
    """A fitted equal-, fixed- or random-effects model with one effect per study.

    Holds arrays and their specification. ``yi``, ``vi`` and ``X`` are the studies that took part (k of
    ``k_given``); ``labels`` name them and ``rows`` are their positions in the data. Effects, SEs and
    limits are on the scale of ``yi``; ``tau2`` on its square; ``I2`` and ``R2`` in percent.
    """

    yi: Array
    vi: Array
    design: Design
    basis: Basis
    weights: Array | None
    labels: tuple[str, ...]
    rows: np.ndarray
    k_given: int
    options: Options
    estimates: Estimates
    QM_test: Wald
    warnings: tuple[FitWarning, ...]

    @property
    def k(self) -> int:
        """Number of studies."""
        return int(self.yi.size)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return self.basis.size

    @property
    def X(self) -> Array:
        """Design matrix, (k, p)."""
        return self.design.X

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.design.terms

    @property
    def method(self) -> str:
        """Estimator of tau2."""
        return self.options.method

    @property
    def test(self) -> str:
        """How coefficients are tested."""
        return self.options.test

    @property
    def level(self) -> float:
        """Confidence level as a share."""
        return self.options.level

    @property
    def beta(self) -> Array:
        """Coefficients, (p,)."""
        return self.estimates.coefficients.beta

    @property
    def vcov(self) -> Array:
        """Covariance of the coefficients, (p, p)."""
        return self.estimates.coefficients.vcov

    @property
    def se(self) -> Array:
        """Standard errors, (p,)."""
        return self.estimates.coefficients.se

    @property
    def statistic(self) -> Array:
        """z or t statistics, (p,)."""
        return self.estimates.coefficients.statistic

    @property
    def df(self) -> float:
        """Degrees of freedom of the tests; infinite for z."""
        return self.estimates.coefficients.df

    @property
    def p_value(self) -> Array:
        """Two-sided p-values, (p,)."""
        return self.estimates.coefficients.p_value

    @property
    def ci_lower(self) -> Array:
        """Lower confidence limits, (p,)."""
        return self.estimates.coefficients.ci_lower

    @property
    def ci_upper(self) -> Array:
        """Upper confidence limits, (p,)."""
        return self.estimates.coefficients.ci_upper

    @property
    def tau2(self) -> float:
        """Variance of the true effects, moderators accounted for."""
        return self.estimates.heterogeneity.tau2

    @property
    def se_tau2(self) -> float:
        """Large-sample standard error of tau2."""
        return self.estimates.heterogeneity.se_tau2

    @property
    def I2(self) -> float:
        """Percent of the variability that is not sampling error."""
        return self.estimates.heterogeneity.I2

    @property
    def H2(self) -> float:
        """Total variability over sampling variability."""
        return self.estimates.heterogeneity.H2

    @property
    def R2(self) -> float:
        """Percent of tau2 that the moderators account for; NaN without moderators."""
        return self.estimates.heterogeneity.R2

    @property
    def QE(self) -> float:
        """Cochran's Q of the residuals."""
        return self.estimates.heterogeneity.QE

    @property
    def QE_p(self) -> float:
        """p-value of QE."""
        return self.estimates.heterogeneity.QE_p

    @property
    def QM(self) -> float:
        """Omnibus test of the moderators: chi-squared, or F for a t-based test."""
        return self.QM_test.statistic

    @property
    def QM_p(self) -> float:
        """p-value of QM."""
        return self.QM_test.p_value

    @property
    def loglik(self) -> float:
        """Restricted log-likelihood for REML, else log-likelihood."""
        return self.estimates.loglik

    @property
    def converged(self) -> bool:
        """Whether the search for tau2 converged."""
        return self.estimates.converged

    def coef_table(self) -> pd.DataFrame:
        """One row per coefficient: term, estimate, se, statistic, df, p_value, ci_lower, ci_upper."""
        return tables.coef_table(self)

    def heterogeneity(self) -> Heterogeneity:
        """tau2 with its SE, I2, H2, R2, Q and its test."""
        return self.estimates.heterogeneity

    def fit_statistics(self) -> dict[str, float]:
        """Log-likelihood, deviance-free AIC, BIC and AICc of the criterion that was maximised."""
        return tables.fit_statistics(self)

    def predict(self, newmods: Any = None, *, level: float | None = None, interval: str = "standard",
                transform: Any = None) -> pd.DataFrame:  # fmt: skip
        """Predicted effects with confidence and prediction intervals.

        ``newmods`` is a data frame (or mapping) with the moderators' columns or an array without the
        intercept; by default the mean effect, or each study's fitted value where there are moderators.
        ``interval`` "standard" uses the reference distribution of the test, "riley" t on k - p - 1,
        "normal" the normal one. ``transform`` (such as ``numpy.exp``) is applied to estimates and limits.
        """
        return tables.predict(self, newmods, level, interval, transform)

    def blup(self, *, level: float | None = None) -> pd.DataFrame:
        """Best linear unbiased predictions of the studies' true effects."""
        return tables.blup(self, level)

    def confint(self, *, type: str = "QP", level: float | None = None) -> pd.DataFrame:
        """Confidence limits of tau2, tau, I2 and H2: Q-profile ("QP") or profile likelihood ("PL")."""
        return tables.confint(self, type, level)

    def wald_test(self, terms: Any = None) -> Wald:
        """Test that coefficients are zero: term names, positions, or rows of a contrast matrix (q, p)."""
        return tables.wald_test(self, terms)

    def residuals(self, kind: str = "raw") -> pd.DataFrame:
        """Residuals with SE and z: "raw" (internally) or "deleted" (externally studentised)."""
        return influence.residual_table(self, kind)

    def influence(self) -> pd.DataFrame:
        """Deletion diagnostics: rstudent, DFFITS, Cook's distance, covariance ratio, DFBETAS, hat, weight."""
        return influence.influence_table(self)

    def leave_one_out(self) -> pd.DataFrame:
        """The fit without each study in turn."""
        return subsets.leave_one_out(self)

    def cumulative(self, order: Any = None) -> pd.DataFrame:
        """The fit on the first study, the first two, and so on, sorted by ``order`` (a value per study)."""
        return subsets.cumulative(self, order)

    def gosh(self, *, subsets_max: int = 10_000, seed: int = 1) -> pd.DataFrame:
        """The fit on all subsets of studies, or on a seeded sample where there are more than the maximum."""
        return subsets.gosh(self, subsets_max, seed)

    def permutation_test(
        self, *, exact: bool | None = None, iterations: int = 1000, seed: int = 1
    ) -> PermutationTest:
        """Permutation test of the coefficients; exact by default where there are few arrangements."""
        return permutation_test(self, exact, iterations, seed)

    def robust(self, cluster: Any, *, vcov: str = "CR2", test: str = "Satterthwaite") -> RobustRma:
        """Cluster-robust inference; ``cluster`` is one value per study."""
        return sandwich.robust(self, cluster, vcov, test)

    def summary(self) -> str:
        """The fit in a few lines of text."""
        return tables.summary(self)

    def to_frame(self) -> pd.DataFrame:
        """The coefficient table."""
        return self.coef_table()

    def to_dict(self) -> dict[str, Any]:
        """Specification, numbers and notices in plain types; NaN and infinity become None."""
        return tables.to_dict(self)
