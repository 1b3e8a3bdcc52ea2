"""Tables and text made from an ``RmaFit``; each is a function of the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from consilience.meta.errors import InputError
from consilience.meta.univariate import intervals
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.inference import Wald, check_level, critical_value, wald
from consilience.meta.univariate.moderators import new_rows
from consilience.meta.univariate.prediction import Predicted, interval_df, predictions, shrunken
from consilience.meta.univariate.tau2 import is_fixed

if TYPE_CHECKING:
    from consilience.meta.univariate.results import RmaFit


def coef_table(fit: RmaFit) -> pd.DataFrame:
    """Coefficients with their tests and confidence limits."""
    return pd.DataFrame(
        {
            "term": fit.terms,
            "estimate": fit.beta,
            "se": fit.se,
            "statistic": fit.statistic,
            "df": np.full(fit.p, fit.df),
            "p_value": fit.p_value,
            "ci_lower": fit.ci_lower,
            "ci_upper": fit.ci_upper,
        }
    )


def fit_statistics(fit: RmaFit) -> dict[str, float]:
    """Information criteria; REML counts k - p observations."""
    parameters = fit.p + (0 if is_fixed(fit.method) or fit.options.tau2 is not None else 1)
    n = fit.k - fit.p if fit.method == "REML" else fit.k
    deviance = -2.0 * fit.loglik
    m = max(n, parameters + 2)
    return {
        "loglik": fit.loglik,
        "AIC": deviance + 2.0 * parameters,
        "BIC": deviance + parameters * float(np.log(n)) if n > 0 else float("nan"),
        "AICc": deviance + 2.0 * parameters * m / (m - parameters - 1),
    }


def predict(fit: RmaFit, newmods: Any, level: float | None, interval: str, transform: Any) -> pd.DataFrame:
    """Predicted effects with confidence and prediction limits."""
    share = fit.level if level is None else check_level(level)
    labels: Any = None
    if newmods is not None:
        rows = new_rows(fit.design, newmods)
    elif fit.p == 1 and fit.design.intercept:
        rows = np.ones((1, 1))
    else:
        rows, labels = fit.X, pd.Index(fit.labels, name="study")
    pi_df = interval_df(interval, fit.df, fit.k, fit.p)
    out = predictions(rows, fit.beta, fit.vcov, fit.tau2, fit.df, share, pi_df)
    return _frame(out, labels, transform)


def blup(fit: RmaFit, level: float | None) -> pd.DataFrame:
    """Study-level true effects, drawn towards the fitted values."""
    share = fit.level if level is None else check_level(level)
    critical = critical_value(share, fit.df)
    out = shrunken(fit.yi, fit.vi, fit.X, fit.beta, fit.vcov, fit.tau2, critical)
    frame = _frame(out, pd.Index(fit.labels, name="study"), None)
    return frame.drop(columns=["ci_lower", "ci_upper"])


def _frame(out: Predicted, labels: Any, transform: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            name: getattr(out, name)
            for name in ("estimate", "se", "ci_lower", "ci_upper", "pi_lower", "pi_upper")
        },
        index=labels,
    )
    if transform is not None:
        frame = frame.apply(lambda column: transform(column) if column.name != "se" else column * np.nan)
    return frame


def confint(fit: RmaFit, kind: str, level: float | None) -> pd.DataFrame:
    """Limits of tau2 and, by monotone transformation, of tau, I2 and H2."""
    share = fit.level if level is None else check_level(level)
    if fit.k <= fit.p:
        raise InputError(f"confint: {fit.k} studies and {fit.p} coefficients leave nothing to judge tau2 by.")
    if intervals.check_type(kind) == "QP":
        found = intervals.q_profile(fit.yi, fit.vi, fit.basis, share)
    else:
        found = intervals.profile_likelihood(fit.yi, fit.vi, fit.basis, share, fit.tau2, fit.method == "REML")
    rows = np.array([[fit.tau2, found.lower, found.upper]])
    typical = fit.heterogeneity().typical_variance
    table = np.vstack([rows, np.sqrt(rows), 100.0 * rows / (rows + typical), 1.0 + rows / typical])
    return pd.DataFrame(table, ["tau2", "tau", "I2", "H2"], ["estimate", "ci_lower", "ci_upper"])


def constraints(fit: RmaFit, terms: Any) -> tuple[Array, tuple[str, ...]]:
    """Rows of a contrast matrix and the names of the coefficients they touch."""
    if terms is None:
        chosen = [j for j, name in enumerate(fit.terms) if name != "Intercept"] or [0]
    elif isinstance(terms, np.ndarray) and terms.ndim == 2:
        if terms.shape[1] != fit.p:
            raise InputError(f"terms has {terms.shape[1]} columns but the model has {fit.p} coefficients.")
        return np.asarray(terms, dtype=float), ()
    else:
        wanted = [terms] if isinstance(terms, str | int) else list(terms)
        chosen = sorted({j for name in wanted for j in _positions(fit, name)})
    return np.eye(fit.p)[chosen], tuple(fit.terms[j] for j in chosen)


def _positions(fit: RmaFit, name: Any) -> tuple[int, ...]:
    if isinstance(name, int | np.integer) and 0 <= int(name) < fit.p:
        return (int(name),)
    if name in fit.design.groups:
        return fit.design.groups[name]
    if name in fit.terms:
        return (fit.terms.index(name),)
    raise InputError(
        f"terms names {name!r}, which is not in the model. Terms: {', '.join(fit.design.groups)}."
    )


def wald_test(fit: RmaFit, terms: Any) -> Wald:
    """Test named coefficients or contrasts jointly."""
    L, names = constraints(fit, terms)
    return wald(fit.beta, fit.vcov, L, fit.df, names)


def summary(fit: RmaFit) -> str:
    """The fit in a few lines of text."""
    h = fit.heterogeneity()
    kind = "Equal-effects" if is_fixed(fit.method) else "Random-effects"
    lines = [
        f"{kind} model of {fit.k} studies ({fit.method}, test {fit.test})",
        f"tau2 {h.tau2:.4g} (SE {h.se_tau2:.4g}), I2 {h.I2:.1f} %, H2 {h.H2:.2f}",
        f"Q({h.QE_df}) = {h.QE:.3f}, p = {h.QE_p:.4g}",
    ]
    if fit.p > 1 or not fit.design.intercept:
        of = f"{fit.QM_test.df_num}" if np.isinf(fit.df) else f"{fit.QM_test.df_num}, {fit.df:g}"
        lines.append(f"Moderators: QM({of}) = {fit.QM:.3f}, p = {fit.QM_p:.4g}, R2 {fit.R2:.1f} %")
    lines.append(coef_table(fit).to_string(index=False, float_format=lambda x: f"{x:.4g}"))
    lines += [f"Note: {notice.message}" for notice in fit.warnings]
    return "\n".join(lines)


def to_dict(fit: RmaFit) -> dict[str, Any]:
    """Plain types only, ready for JSON."""
    h = fit.heterogeneity()
    return {
        "model": {
            "formula": fit.design.formula, "method": fit.method, "test": fit.test, "level": fit.level,
            "tau2_given": fit.options.tau2, "k": fit.k, "k_given": fit.k_given,
        },
        "coefficients": plain(coef_table(fit).to_dict("records")),
        "heterogeneity": plain(dict(vars(h))),
        "moderators": plain(dict(vars(fit.QM_test))),
        "fit": plain(fit_statistics(fit)),
        "converged": fit.converged,
        "warnings": [dict(vars(notice)) for notice in fit.warnings],
    }  # fmt: skip


def plain(value: Any) -> Any:
    """Numpy scalars to Python's, NaN and infinity to None, recursively."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
