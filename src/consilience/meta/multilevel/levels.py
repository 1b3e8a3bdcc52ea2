"""How much each level of a multilevel model varies: shares of the variance, and which level lies in which."""

from __future__ import annotations

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.blocks import Blocks
from consilience.meta.heterogeneity import Heterogeneity, cochran_q
from consilience.meta.multilevel.random_terms import RandomTerm


def level_variances(terms: tuple[RandomTerm, ...], matrices: list[Array]) -> dict[str, float]:
    """The mean variance that each term adds to an effect."""
    return {term.name: float(np.diag(T)[term.inner].mean()) for term, T in zip(terms, matrices)}


def within(term: RandomTerm, other: RandomTerm) -> bool:
    """Whether ``term`` groups effects more finely, inside the groups of ``other``."""
    pairs = np.unique(term.outer * len(other.groups) + other.outer)
    return len(pairs) == len(term.groups) > len(other.groups)


def generalised_typical_variance(X: Array, V: Blocks) -> float:
    """``(k - p) / tr(P)``, ``P = W - W X (X'WX)^-1 X'W`` with W the inverse of V."""
    W = V.inverse()
    WX = W.matmul(X)
    trace = float(W.diagonal().sum()) - float(np.sum(np.linalg.inv(X.T @ WX) * (WX.T @ WX)))
    return (len(X) - X.shape[1]) / trace if trace > 0 else float("nan")


def multilevel_heterogeneity(
    y: Array, X: Array, V: Blocks, terms: tuple[RandomTerm, ...], matrices: list[Array]
) -> Heterogeneity:
    """Q, and the share of each term: ``I2 = 100 sigma2 / (sum of sigma2 + typical v)``.

    ``omega2`` sums the terms that lie within another, ``tau2`` the rest.
    """
    k, p = X.shape
    Q, df = cochran_q(y, X, V), k - p
    typical = generalised_typical_variance(X, V) if df > 0 else float("nan")
    variance = level_variances(terms, matrices)
    inner = [t.name for t in terms if any(within(t, other) for other in terms)]
    omega2 = sum(v for n, v in variance.items() if n in inner)
    tau2 = sum(v for n, v in variance.items() if n not in inner)
    total = tau2 + omega2 + typical
    levels = {name: 100 * value / total for name, value in variance.items()}
    return Heterogeneity(
        Q, df, float(special.chdtrc(df, Q)) if df > 0 else float("nan"), tau2, omega2,
        float(np.sqrt(tau2)), sum(levels.values()), levels, typical,
    )  # fmt: skip
