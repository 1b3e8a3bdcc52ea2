"""Inference that trusts the model: standard errors from the inverse information, z or t."""

from __future__ import annotations

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.dof import Inference, t_quantile, t_upper
from consilience.meta.wald import WaldTest

TESTS = ("z", "t")


def model_inference(beta: Array, bread: Array, C: Array, level: float, df: float) -> Inference:
    """Tests of the contrasts in the rows of C with covariance ``C (X'WX)^-1 C'``."""
    estimate = C @ beta
    se = np.sqrt(np.einsum("sa,ab,sb->s", C, bread, C))
    dfs = np.full(len(C), df)
    statistic = estimate / se
    half = t_quantile(0.5 + level / 2, dfs) * se
    return Inference(
        estimate, se, dfs, statistic, 2 * t_upper(np.abs(statistic), dfs), estimate - half, estimate + half,
        ("",) * len(C), ("",) * len(C),
    )  # fmt: skip


def model_wald(beta: Array, bread: Array, C: Array, df: float, labels: tuple[str, ...]) -> WaldTest:
    """``Q = (C b)'(C M C')^-1 (C b)`` as chi-squared, or Q / q as F where df is finite."""
    q = len(C)
    Q = float((C @ beta) @ np.linalg.solve(C @ bread @ C.T, C @ beta))
    if np.isinf(df):
        return WaldTest("chi2", Q / q, q, np.inf, float(special.chdtrc(q, Q)), labels)
    return WaldTest("F", Q / q, q, df, float(special.fdtrc(q, df, Q / q)), labels)
