"""What single studies and effects do to a fit: deletion, hat values, residuals, Baujat, GOSH."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array
from consilience.meta.bootstrap.wald import REFITS, batches
from consilience.meta.errors import InputError
from consilience.meta.heterogeneity import typical_variance
from consilience.meta.refit import refit_on

if TYPE_CHECKING:
    from consilience.meta.results import MetaFit


_COLUMNS = ("estimate", "se", "statistic", "df", "p_value", "ci_lower", "ci_upper")


def leave_one_out(fit: MetaFit, by: str = "study") -> pd.DataFrame:
    """The fit without each study (or effect), its components estimated anew.

    One row per deletion and coefficient: left_out term estimate se df p_value ci_lower ci_upper tau2 omega2;
    NaN where the rest cannot be fitted.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> fit = meta.meta_regression("yi ~ 1", es, working_model="CE")
    >>> meta.leave_one_out(fit)["estimate"].round(3).tolist()
    [0.367, 0.35, 0.25, 0.383]
    """
    rows = []
    for label, keep, components in _deletions(fit, by):
        try:
            rest = refit_on(fit, keep, components)
        except InputError:
            rows += [{"left_out": label, "term": term} for term in fit.terms]
            continue
        spread = {"tau2": rest.tau2, "omega2": rest.omega2}
        numbers = [getattr(rest.inference, name) for name in _COLUMNS]
        for term, *values in zip(rest.terms, *numbers):
            rows.append({"left_out": label, "term": term, **dict(zip(_COLUMNS, values)), **spread})
    return pd.DataFrame(rows)


def _deletions(fit: MetaFit, by: str) -> list[tuple[object, np.ndarray, dict[str, float] | None]]:
    """Label, effects that stay, and components already estimated for them where that was cheap."""
    if by == "effect":
        eye = ~np.eye(fit.k, dtype=bool)
        return [(fit.design.kept[i], eye[i], None) for i in range(fit.k)]
    if by != "study":
        raise InputError(f"by='{by}' is not known; use study or effect.")
    components = _components_without(fit)
    return [
        (label, fit.clusters.codes != j, components[j] if components else None)
        for j, label in enumerate(fit.clusters.labels)
    ]


def _components_without(fit: MetaFit) -> list[dict[str, float]]:
    """Components without each study, all deletions in one batch (CE, HE, CHE with both components)."""
    names = list(fit.working.components)
    batched = fit.spec.working_model in REFITS and fit.given.fixed is None
    if not batched or (fit.spec.working_model == "CHE" and len(names) < 2):
        return []
    without = 1.0 - np.eye(fit.J)
    usable = np.array([_rank_stays(fit, without[:, j]) for j in range(fit.J)])
    theta = np.zeros((2, fit.J))
    theta[:, usable] = _batched_theta(fit, without[:, usable])
    return [{n: float(v) for n, v in zip(names, theta[:, j])} for j in range(fit.J)]


def _rank_stays(fit: MetaFit, counts: Array) -> bool:
    from consilience.meta.design import full_rank

    return full_rank(fit.X[counts[fit.clusters.codes] > 0])


def _batched_theta(fit: MetaFit, counts: Array) -> Array:
    return _batched(fit, counts)[1]


def _batched(fit: MetaFit, counts: Array) -> tuple[Array, Array]:
    """Coefficients (R, p) and components (2, R) of fits in which study j counts ``counts[j, r]`` times."""
    refit = REFITS[fit.spec.working_model]
    parts = []
    for some in batches(counts.shape[1], fit.J):
        c = counts[:, some]
        parts.append(refit(fit.given, fit.yi, np.ones_like(c), c))
    return np.concatenate([r.beta for r in parts]), np.concatenate([r.theta for r in parts], axis=1)


def influence(fit: MetaFit) -> pd.DataFrame:
    """Deletion diagnostics of each study, one row per study.

    ``cooks_distance = (b - b(-j))' M^-1 (b - b(-j))`` with M the model's covariance of b; ``dfbetas_<term>``
    is the change in model standard errors; ``hat`` the study's leverage (they sum to
    the number of coefficients); ``weight`` its share of the weights in percent.
    Source: Viechtbauer & Cheung (2010).
    """
    rows = []
    hat = fit.clusters.sums(hat_values(fit))
    weight = fit.clusters.sums(fit.linear.weights.matmul(np.ones(fit.k)))
    information = np.linalg.inv(fit.linear.bread)
    for j, (label, keep, components) in enumerate(_deletions(fit, "study")):
        row = {"study": label, "effects": int(fit.clusters.sizes[j]), "hat": hat[j]}
        row["weight"] = 100 * weight[j] / weight.sum()
        try:
            rest = refit_on(fit, keep, components)
        except InputError:
            rows.append(row)
            continue
        change = fit.beta - rest.beta
        row["cooks_distance"] = float(change @ information @ change)
        scaled = change / np.sqrt(np.diag(fit.linear.bread))
        row |= {f"dfbetas_{term}": value for term, value in zip(fit.terms, scaled)}
        row |= {"tau2_without": rest.tau2, "omega2_without": rest.omega2}
        rows.append(row)
    return pd.DataFrame(rows)


def hat_values(fit: MetaFit) -> Array:
    """Diagonal of ``X M X'W`` (k,)."""
    hat: Array = np.einsum("ia,ab,ib->i", fit.X, fit.linear.bread, fit.linear.WX)
    return hat


def residuals(fit: MetaFit) -> pd.DataFrame:
    """Residuals of the effects with their standard errors under the working model, and studentised.

    ``se^2`` is the diagonal of ``(I - H) Phi (I - H)'``.
    """
    target = fit.linear.target
    X, M, WX = fit.X, fit.linear.bread, fit.linear.WX
    middle = WX.T @ target.matmul(WX)
    variance = target.diagonal() - 2 * np.einsum("ia,ab,ib->i", X, M, target.matmul(WX))
    variance = variance + np.einsum("ia,ab,ib->i", X, M @ middle @ M, X)
    e, se = fit.linear.residuals, np.sqrt(np.maximum(variance, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 1e-12 * target.diagonal(), e / se, np.nan)
    labels = [fit.clusters.labels[c] for c in fit.clusters.codes]
    return pd.DataFrame({"study": labels, "residual": e, "se": se, "z": z}, index=fit.design.kept)


def baujat(fit: MetaFit) -> pd.DataFrame:
    """Each study's part in Q and its influence on the fitted values (Baujat et al. 2002), one row per study.

    ``contribution = e_j'V_j^-1 e_j`` with e the residuals under V alone; ``influence`` is Cook's distance.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> meta.baujat(meta.meta_regression("yi ~ 1", es))["study"].tolist()
    ['a', 'b', 'c', 'd']
    """
    V = fit.working.sampling
    WX = V.inverse().matmul(fit.X)
    e = fit.yi - fit.X @ np.linalg.solve(fit.X.T @ WX, WX.T @ fit.yi)
    contribution = fit.clusters.sums(e * V.inverse().matmul(e))
    table = influence(fit)
    cook = table.get("cooks_distance", np.nan)
    return pd.DataFrame({"study": fit.clusters.labels, "contribution": contribution, "influence": cook})


def gosh(fit: MetaFit, subsets: int = 1000, seed: int | None = None) -> pd.DataFrame:
    """Fits to random subsets of studies (Olkin, Dahabreh & Trikalinos 2012): studies, coefficients, tau2, I2.

    A subset's size is drawn first, from just enough studies to all of them. For CE, HE and CHE fits.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> fit = meta.meta_regression("yi ~ 1", es, working_model="CE")
    >>> len(meta.gosh(fit, subsets=10, seed=1))
    10
    """
    if fit.spec.working_model not in REFITS:
        raise InputError(f"GOSH is for {', '.join(REFITS)} fits; this one is {fit.spec.working_model}.")
    rng, J, p = np.random.default_rng(seed), fit.J, len(fit.beta)
    sizes = rng.integers(min(p + 1, J), J + 1, subsets)
    order = np.argsort(rng.random((J, subsets)), axis=0).argsort(axis=0)
    counts = (order < sizes).astype(float)
    usable = np.array([_rank_stays(fit, counts[:, r]) for r in range(subsets)])
    counts, sizes = counts[:, usable], sizes[usable]
    beta, theta = _batched(fit, counts)
    spread = theta.sum(axis=0)
    typical = typical_variance(fit.vi, fit.X)
    table = {"studies": sizes, **dict(zip(fit.terms, beta.T)), "tau2": theta[0], "omega2": theta[1]}
    return pd.DataFrame(table | {"I2": 100 * spread / (spread + typical)})
