"""Approximate degrees of freedom of robust Wald statistics (Tipton & Pustejovsky 2015, JEBS 40, 604-634)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.dof import satterthwaite
from consilience.meta.pair_moments import PairMoments
from consilience.meta.robust import RobustCovariance

# Eigenvector-wise tests need variances of F, which exist above 4 df; smaller ones count as this.
SMALLEST_EIGEN_DF = 4.1


def htz(moments: PairMoments) -> float:
    """Zhang's eta: ``q (q + 1) / sum_st Var(d_st)``, d the whitened covariance."""
    q = len(moments.mean)
    return q * (q + 1) / float(np.einsum("stst->", moments.covariance))


def hta(moments: PairMoments) -> float:
    """eta that fits all covariances of entries by least squares: ``2 sum Var / sum Cov^2``."""
    return 2 * float(np.einsum("stst->", moments.covariance)) / float(np.sum(moments.covariance**2))


def htb(moments: PairMoments) -> float:
    """The same over distinct entries, each pair of them counted once."""
    s, t = np.triu_indices(len(moments.mean))
    entries = moments.covariance[s[:, None], t[:, None], s[None, :], t[None, :]]
    return 2 * float(np.trace(entries)) / float(np.sum(np.triu(entries) ** 2))


WISHART = {"HTZ": htz, "HTA": hta, "HTB": htb}


@dataclass(frozen=True)
class EigenTests:
    """t statistics (q,) along the eigenvectors of the whitened robust covariance, with their df (q,)."""

    t: Array
    df: Array


def eigen_tests(robust: RobustCovariance, beta: Array, C: Array, mean: Array) -> EigenTests:
    """Split a joint test into q uncorrelated ones; ``mean`` is the expectation of C V C'."""
    values, vectors = np.linalg.eigh(mean)
    whiten = (vectors / np.sqrt(values)) @ vectors.T
    inner = whiten @ C @ robust.vcov @ C.T @ whiten
    directions = np.linalg.eigh(inner)[1].T @ whiten @ C
    variance = np.einsum("sa,ab,sb->s", directions, robust.vcov, directions)
    return EigenTests(directions @ beta / np.sqrt(variance), satterthwaite(robust, directions))


def edf(tests: EigenTests) -> tuple[float, float]:
    """Eigenvalue-decomposition F: (F, denominator df) that match mean and variance of the sum of t^2."""
    q, nu = len(tests.t), np.maximum(tests.df, SMALLEST_EIGEN_DF)
    mean = float(np.sum(nu / (nu - 2)))
    variance = float(np.sum(2 * nu**2 * (nu - 1) / ((nu - 2) ** 2 * (nu - 4))))
    ratio = variance / (2 * mean**2)
    eta = 4 + (q + 2) / (q * ratio - 1)
    return eta / (mean * (eta - 2)) * float(np.sum(tests.t**2)), eta


def edt(tests: EigenTests) -> float:
    """Eigenvalue-decomposition transformed: the sum of squared normal scores of t, chi-squared with q df."""
    a = tests.df - 0.5
    b = 48 * a**2
    c = np.sqrt(np.maximum(a * np.log1p(tests.t**2 / tests.df), 0.0))
    z = c + (c**3 + 3 * c) / b
    z = z - (4 * c**7 + 33 * c**5 + 240 * c**3 + 855 * c) / (10 * b**2 + 8 * b * c**4 + 1000 * b)
    return float(np.sum(z**2))
