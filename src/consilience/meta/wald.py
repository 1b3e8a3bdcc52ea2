"""Robust Wald tests of several contrasts: Hotelling's T-squared with Zhang's degrees of freedom, and kin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.dof import unreliable
from consilience.meta.errors import InputError
from consilience.meta.hotelling import WISHART, edf, edt, eigen_tests
from consilience.meta.pair_moments import PairMoments, pair_moments
from consilience.meta.robust import RobustCovariance

WaldName = Literal["HTZ", "HTA", "HTB", "EDF", "EDT", "Naive-F", "Naive-Fp", "chi2"]


@dataclass(frozen=True)
class WaldTest:
    """A joint test: ``statistic`` ~ F(``df_num``, ``df_denom``); chi2 and EDT have infinite ``df_denom``.

    ``reason`` says why a test could not be made; its numbers are then NaN.
    """

    test: str
    statistic: float
    df_num: float
    df_denom: float
    p_value: float
    labels: tuple[str, ...] = ()
    reason: str = ""


def check_test(name: str) -> WaldName:
    """The name of a Wald test, checked; ``chi-sq`` is accepted for ``chi2``."""
    if name.lower() in ("chi-sq", "chisq"):
        return "chi2"
    for known in get_args(WaldName):
        if name.lower() == known.lower():
            return known  # type: ignore[no-any-return]
    raise InputError(f"test='{name}' is not known; use one of {', '.join(get_args(WaldName))}.")


def wald_test(
    robust: RobustCovariance,
    beta: Array,
    C: Array,
    test: WaldName = "HTZ",
    labels: tuple[str, ...] = (),
    clusters: tuple[str, ...] = (),
) -> WaldTest:
    """Test ``C beta = 0`` with ``Q = (C b)'(C V C')^-1 (C b)`` (Tipton & Pustejovsky 2015).

    C (q, p). Where one study alone informs a contrast, or studies are too few to tell the contrasts apart,
    the numbers are NaN and ``reason`` says so.
    """
    q, (J, p) = len(C), robust.scores.shape
    reason = next((r for r, _ in unreliable(robust, C, clusters) if r), "")
    Q = float("nan") if reason else _quadratic(C @ beta, C @ robust.vcov @ C.T)
    if not np.isfinite(Q):
        reason = reason or f"{J} studies cannot tell {q} contrasts apart; test fewer at a time."
        return WaldTest(test, np.nan, q, np.nan, np.nan, labels, reason)
    if test == "chi2":
        return WaldTest(test, Q / q, q, np.inf, float(special.chdtrc(q, Q)), labels)
    if test in ("Naive-F", "Naive-Fp"):
        return _f_test(test, Q / q, q, J - 1 if test == "Naive-F" else J - p, labels)
    moments = pair_moments(robust, C)
    if test in WISHART:
        eta = WISHART[test](_whitened(moments))
        return _f_test(test, Q * (eta - q + 1) / (eta * q), q, eta - q + 1, labels)
    tests = eigen_tests(robust, beta, C, moments.mean)
    if test == "EDF":
        statistic, eta = edf(tests)
        return _f_test(test, statistic, q, eta, labels)
    z2 = edt(tests)
    return WaldTest(test, z2 / q, q, np.inf, float(special.chdtrc(q, z2)), labels)


def _quadratic(estimate: Array, vcov: Array) -> float:
    """``b' V^-1 b``, or NaN where V is singular to working precision (relative to its own diagonal)."""
    d = np.sqrt(np.diag(vcov))
    if not np.all(d > 0):
        return float("nan")
    values, vectors = np.linalg.eigh(vcov / np.outer(d, d))
    if values[0] < 1e-12:
        return float("nan")
    return float(np.sum((vectors.T @ (estimate / d)) ** 2 / values))


def _f_test(test: str, F: float, df_num: float, df_denom: float, labels: tuple[str, ...]) -> WaldTest:
    """An F test; without positive degrees of freedom there is none."""
    if not df_denom > 0:
        reason = f"The denominator degrees of freedom are {df_denom:.2f}, not above 0: too few studies."
        return WaldTest(test, np.nan, df_num, df_denom, np.nan, labels, reason)
    return WaldTest(test, F, df_num, df_denom, float(special.fdtrc(df_num, df_denom, F)), labels)


def _whitened(moments: PairMoments) -> PairMoments:
    """Moments of Omega^(-1/2) V Omega^(-1/2), Omega the expectation."""
    values, vectors = np.linalg.eigh(moments.mean)
    R = (vectors / np.sqrt(values)) @ vectors.T
    mean = R @ moments.mean @ R
    q, RR = len(R), np.kron(R, R)
    covariance = (RR.T @ moments.covariance.reshape(q * q, q * q) @ RR).reshape(q, q, q, q)
    return PairMoments(mean, covariance)
