"""Regression tests of funnel-plot asymmetry: do less precise studies find other effects?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.bias.evidence import about_studies, as_fit, sizes
from consilience.meta.bias.finding import Finding, p_text
from consilience.meta.bias.predictors import VANISHING, Precision, about_artefact, predictor_values
from consilience.meta.errors import InputError
from consilience.meta.univariate.entry import rma
from consilience.meta.univariate.inference import critical_value, two_sided_p
from consilience.meta.univariate.results import RmaFit

Model = Literal["rma", "lm"]


@dataclass(frozen=True, kw_only=True)
class RegressionTest(Finding):
    """``slope`` of the predictor with its test; ``limit`` is the effect in an endlessly large study.

    ``df`` is infinite for z tests; ``limit`` and its interval are NaN where the predictor does not vanish
    in large studies or other moderators are in the model.
    """

    model: str
    predictor: str
    k: int
    slope: float
    se: float
    statistic: float
    df: float
    p_value: float
    limit: float
    limit_lower: float
    limit_upper: float
    level: float

    def explain(self) -> str:
        """Whether effects follow the studies' precision."""
        if not np.isfinite(self.p_value):
            return "Whether effects depend on the precision of studies cannot be tested with these data."
        verdict = "do" if self.p_value < 0.10 else "do not clearly"
        kind = "z" if np.isinf(self.df) else f"t({self.df:g})"
        return (
            f"Effects {verdict} depend on the precision of their studies ({self.predictor}: "
            f"{kind} = {self.statistic:.2f}, {p_text(self.p_value)})."
        )


def regtest(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    ni: Any = None,
    n1: Any = None,
    n2: Any = None,
    model: Model = "rma",
    predictor: str = "sei",
    **options: Any,
) -> RegressionTest:
    """Test the slope b in ``yi = a + b x_i + u_i + e_i``, x the predictor (Egger et al. 1997; Sterne 2005).

    Args:
        effects: an ``rma`` fit, or effects (or data) as ``rma`` takes them.
        vi: sampling variances, where ``effects`` is no fit.
        data: the frame that column names refer to.
        ni: total sample size of each study (column or values); ``n1`` and ``n2`` those of the arms.
        n1: people in arm 1.
        n2: people in arm 2.
        model: ``rma`` (additive heterogeneity) or ``lm`` (classical: weights 1/vi, a free residual scale).
        predictor: ``sei vi ni ninv sqrtni sqrtninv``, or ``arms`` = sqrt(1/n1 + 1/n2), which is safe for
            standardised mean differences (Pustejovsky & Rodgers 2019), and its square ``arms2``.
        options: of ``rma`` (method, test, level, mods), where ``effects`` is no fit.

    >>> r = regtest([0.9, 0.6, 0.35, 0.2], [0.2, 0.1, 0.04, 0.01], model="lm")
    >>> r.df, r.slope > 0
    (2.0, True)
    """
    fit = as_fit(effects, vi, data=data, **options)
    if model not in ("rma", "lm"):
        raise InputError(f"model={model!r} is not known; use 'rma' or 'lm'.")
    given = {"ni": ni, "n1": n1, "n2": n2}
    read = {n: None if v is None else sizes(n, v, effects, data, fit) for n, v in given.items()}
    precision = Precision(fit.vi, **read)
    x = predictor_values(predictor, precision)
    said = (*about_studies(fit.vi), *about_artefact(predictor, precision))
    if np.ptp(x) <= 1e-8 * np.max(np.abs(x)) or fit.k <= fit.p + (model == "lm"):
        return _untestable(model, predictor, fit, said)
    test = _additive if model == "rma" else _classical
    coef, se, df = test(fit, np.column_stack([fit.X, x]))
    return _result(model, predictor, fit, coef, se, df, said)


def _additive(fit: RmaFit, X: Array) -> tuple[Array, Array, float]:
    o = fit.options
    again = rma(
        fit.yi, fit.vi, mods=X, intercept=False, method=o.method, test=o.test, level=o.level, tau2=o.tau2,
        weights=fit.weights,
    )  # fmt: skip
    return again.beta, again.se, again.df


def _classical(fit: RmaFit, X: Array) -> tuple[Array, Array, float]:
    return weighted_least_squares(fit.yi, fit.vi, X)


def weighted_least_squares(yi: Array, vi: Array, X: Array) -> tuple[Array, Array, float]:
    """Coefficients, SEs and df of least squares with weights 1/vi and a free residual scale."""
    root = 1.0 / np.sqrt(vi)
    Q, R = np.linalg.qr(X * root[:, None])
    coef = np.linalg.solve(R, Q.T @ (yi * root))
    df = float(len(yi) - X.shape[1])
    residual = (yi - X @ coef) * root
    scale = float(residual @ residual) / df if df > 0 else float("nan")
    inverse = np.linalg.inv(R)
    return coef, np.sqrt(scale * (inverse**2).sum(axis=1)), df


def _result(
    model: str, predictor: str, fit: RmaFit, coef: Array, se: Array, df: float, said: tuple[str, ...]
) -> RegressionTest:
    t = coef[-1] / se[-1]
    has_limit = predictor in VANISHING and fit.p == 1
    half = critical_value(fit.level, df) * se[0]
    limit = (coef[0], coef[0] - half, coef[0] + half) if has_limit else (np.nan,) * 3
    return RegressionTest(
        model=model, predictor=predictor, k=fit.k, slope=float(coef[-1]), se=float(se[-1]),
        statistic=float(t), df=float(df), p_value=float(two_sided_p(np.array([t]), df)[0]),
        limit=float(limit[0]), limit_lower=float(limit[1]), limit_upper=float(limit[2]),
        level=fit.level, cautions=said,
    )  # fmt: skip


def _untestable(model: str, predictor: str, fit: RmaFit, said: tuple[str, ...]) -> RegressionTest:
    reason = (
        f"The predictor {predictor} is the same in all studies, or there are too few studies for a slope."
    )
    nan = float("nan")
    return RegressionTest(
        model=model, predictor=predictor, k=fit.k, slope=nan, se=nan, statistic=nan, df=nan, p_value=nan,
        limit=nan, limit_lower=nan, limit_upper=nan, level=fit.level, cautions=(*said, reason),
    )  # fmt: skip


def upper_p(statistic: float, df: float) -> float:
    """P(T > statistic), normal where df is infinite."""
    return float(special.ndtr(-statistic) if np.isinf(df) else special.stdtr(df, -statistic))
