"""One place decides a coefficient's covariance together with its reference distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import special

from consilience.meta.arrays import Array, Ints
from consilience.meta.errors import InputError
from consilience.meta.robust import RobustCovariance
from consilience.meta.saddlepoint import saddlepoint_p

Reference = Literal["Satterthwaite", "saddlepoint", "naive-t", "naive-tp", "z"]

LOST_SHARE = 1e-8
SMALLEST_VARIANCE = 1e-20
MANY_ROWS = 50


@dataclass(frozen=True)
class Inference:
    """Tests of single contrasts: ``se, df, statistic, p_value, ci_lower, ci_upper``, each (q,).

    A contrast that one cluster alone determines has NaN and its ``reason``. Saddlepoint p-values come with
    Satterthwaite's degrees of freedom and intervals.
    """

    estimate: Array
    se: Array
    df: Array
    statistic: Array
    p_value: Array
    ci_lower: Array
    ci_upper: Array
    reason: tuple[str, ...]
    carrier: tuple[str, ...] = ()
    """The one study that a contrast without a standard error depends on."""


def satterthwaite(robust: RobustCovariance, C: Array) -> Array:
    """Degrees of freedom ``(sum_j P_jj)^2 / sum_ij P_ij^2`` of each row of C (Bell & McCaffrey 2002).

    All rows at once; the pairs are contracted through sums over clusters.
    """
    if len(C) > MANY_ROWS:
        total, spread = _moments_by_tensors(robust, C)
    else:
        total, spread = _moments_by_rows(robust, C)
    with np.errstate(divide="ignore", invalid="ignore"):
        df: Array = np.where((spread > 0) & (total > 0), total**2 / spread, np.nan)
    return df


def _moments_by_rows(robust: RobustCovariance, C: Array) -> tuple[Array, Array]:
    """Sum of P_jj and of all P_ij^2, row by row of C: best for few rows."""
    own = ((robust.own @ C.T) * C.T).sum(axis=1)
    L = np.swapaxes(C @ robust.L, 0, 1)
    between = ((L @ robust.K) * L).sum(axis=2).T
    S = np.swapaxes(L, 1, 2) @ L
    SK = S @ robust.K
    pairs = np.einsum("sab,sba->s", SK, SK)
    diagonal = own + between
    return diagonal.sum(axis=0), pairs + (diagonal**2).sum(axis=0) - (between**2).sum(axis=0)


def _moments_by_tensors(robust: RobustCovariance, C: Array) -> tuple[Array, Array]:
    """The same from sums over clusters that do not depend on C: best for many rows."""
    J, p, r = robust.L.shape
    between = (robust.L @ robust.K @ np.swapaxes(robust.L, 1, 2)).reshape(J, p * p)
    diagonal = robust.own.reshape(J, p * p) + between
    squares = diagonal.T @ diagonal - between.T @ between
    flat = robust.L.reshape(J, p * r)
    T = np.einsum("arbt->abrt", (flat.T @ flat).reshape(p, r, p, r)).reshape(p * p, r * r)
    cc = (C[:, :, None] * C[:, None, :]).reshape(len(C), p * p)
    SK = (cc @ T).reshape(-1, r, r) @ robust.K
    pairs = np.einsum("sab,sba->s", SK, SK)
    return cc @ diagonal.sum(axis=0), pairs + np.einsum("sx,xy,sy->s", cc, squares, cc, optimize=True)


def check_reference(name: str) -> Reference:
    """The name of a reference distribution, checked."""
    for known in get_args(Reference):
        if name.lower() == known.lower():
            return known  # type: ignore[no-any-return]
    raise InputError(f"test='{name}' is not known; use one of {', '.join(get_args(Reference))}.")


def infer(
    robust: RobustCovariance, beta: Array, C: Array, labels: tuple[str, ...], level: float, test: Reference
) -> Inference:
    """Standard errors with the reference distribution that belongs to them, for each row of C."""
    estimate = C @ beta
    se = np.sqrt(np.maximum(np.einsum("sa,ab,sb->s", C, robust.vcov, C), 0.0))
    df = reference_df(robust, C, test)
    refused = unreliable(robust, C, labels)
    reason, carrier = tuple(r for r, _ in refused), tuple(c for _, c in refused)
    blocked = np.array([bool(r) for r in reason])
    se, df = np.where(blocked, np.nan, se), np.where(blocked, np.nan, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = estimate / se
        p = (
            saddlepoint_p(robust, statistic, C)
            if test == "saddlepoint"
            else 2 * t_upper(np.abs(statistic), df)
        )
        half = t_quantile(0.5 + level / 2, df) * se
    return Inference(estimate, se, df, statistic, p, estimate - half, estimate + half, reason, carrier)


def reference_df(robust: RobustCovariance, C: Array, test: Reference) -> Array:
    """Degrees of freedom of each row of C; infinite for z."""
    J, p = robust.scores.shape
    if test in ("Satterthwaite", "saddlepoint"):
        return satterthwaite(robust, C)
    df = {"naive-t": float(J - 1), "naive-tp": float(J - p), "z": np.inf}[test]
    return np.full(len(C), df if df > 0 else np.nan)


def t_upper(t: Array, df: Array) -> Array:
    """P(T > t) of Student's t; normal where df is infinite."""
    finite = np.where(np.isinf(df), 1.0, df)
    upper: Array = np.where(np.isinf(df), special.ndtr(-t), special.stdtr(finite, -t))
    return upper


def t_quantile(prob: float, df: Array) -> Array:
    """Quantile of Student's t; normal where df is infinite."""
    finite = np.where(np.isinf(df), 1.0, df)
    quantile: Array = np.where(np.isinf(df), special.ndtri(prob), special.stdtrit(finite, prob))
    return quantile


def unreliable(robust: RobustCovariance, C: Array, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """For each row of C (reason, study) why it cannot have a robust standard error; empty where it can."""
    carrier, share = robust.lost.argmax(axis=0), robust.lost.max(axis=0)
    touched = np.where(np.abs(C) > 0, share, 0.0)
    variance = np.einsum("sa,ab,sb->s", C, robust.vcov, C)
    expected = np.einsum("sa,ab,sb->s", C, robust.own.sum(axis=0), C)
    # nothing but rounding, judged against what the working model expects
    flat = ~(variance > SMALLEST_VARIANCE * expected)
    return [_refusal(row, carrier, labels, bool(f)) for row, f in zip(touched, flat)]


def _refusal(touched: Array, carrier: Ints, labels: tuple[str, ...], flat: bool) -> tuple[str, str]:
    """The reason and the study for one contrast, whose coefficients lost the shares ``touched``."""
    worst = int(np.argmax(touched))
    if touched[worst] > LOST_SHARE:
        study = labels[carrier[worst]] if labels else str(carrier[worst])
        reason = f"Only study {study} informs this coefficient, so its variance between studies "
        return reason + "cannot be estimated.", study
    if flat:
        return "Studies do not differ at all here, so no variance between them can be estimated.", ""
    return "", ""
