"""Cluster-robust inference after ``rma``: the engine's covariances with this fit's weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from consilience.meta.blocks import diagonal_blocks
from consilience.meta.clusters import Clusters, make_clusters
from consilience.meta.dof import Inference, check_reference, infer
from consilience.meta.errors import InputError
from consilience.meta.gls import weighted_fit
from consilience.meta.robust import RobustCovariance, check_type, robust_covariance
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.tables import constraints
from consilience.meta.wald import WaldTest, check_test, wald_test

if TYPE_CHECKING:
    from consilience.meta.univariate.results import RmaFit


@dataclass(frozen=True)
class RobustRma:
    """Coefficients of an ``RmaFit`` with a cluster-robust covariance and its reference distribution."""

    fit: RmaFit
    clusters: Clusters
    covariance: RobustCovariance
    inference: Inference

    @property
    def vcov(self) -> Array:
        """Robust covariance, (p, p)."""
        return np.asarray(self.covariance.vcov, dtype=np.float64)

    @property
    def se(self) -> Array:
        """Robust standard errors, (p,)."""
        return np.asarray(self.inference.se, dtype=np.float64)

    @property
    def df(self) -> Array:
        """Degrees of freedom of each coefficient, (p,)."""
        return np.asarray(self.inference.df, dtype=np.float64)

    def coef_table(self) -> pd.DataFrame:
        """One row per coefficient."""
        i = self.inference
        return pd.DataFrame(
            {
                "term": self.fit.terms,
                "estimate": i.estimate,
                "se": i.se,
                "statistic": i.statistic,
                "df": i.df,
                "p_value": i.p_value,
                "ci_lower": i.ci_lower,
                "ci_upper": i.ci_upper,
            }
        )

    def wald_test(self, terms: Any = None, test: str = "HTZ") -> WaldTest:
        """Joint robust test of coefficients or contrasts."""
        L, names = constraints(self.fit, terms)
        labels = self.clusters.labels
        return wald_test(self.covariance, self.fit.beta, L, check_test(test), names, labels)


def robust(fit: RmaFit, cluster: Any, vcov: str, test: str) -> RobustRma:
    """Robust inference; ``cluster`` has a value per study kept, or per study given."""
    values = np.asarray(cluster)
    if values.shape == (fit.k_given,):
        values = values[fit.rows]
    if values.shape != (fit.k,):
        raise InputError(
            f"cluster has {values.size} values but the fit has {fit.k} studies. Give one per study."
        )
    if pd.isna(values).any():
        raise InputError("cluster holds blanks. Name the cluster of every study.")
    clusters = make_clusters(values)
    if clusters.J < 2:
        raise InputError("cluster names only one cluster; a robust standard error needs at least two.")
    own = fit.weights is None
    target = fit.vi + fit.tau2
    weights = 1.0 / target if fit.weights is None else fit.weights
    linear = weighted_fit(
        fit.yi, fit.X, diagonal_blocks(clusters, weights), diagonal_blocks(clusters, target), own
    )
    covariance = robust_covariance(linear, check_type(vcov))
    found = infer(covariance, fit.beta, np.eye(fit.p), clusters.labels, fit.level, check_reference(test))
    return RobustRma(fit, clusters, covariance, found)
