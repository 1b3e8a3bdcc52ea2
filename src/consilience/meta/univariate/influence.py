"""Residuals and influence of single studies, from the deleted fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.many import ManyFits
from consilience.meta.univariate.subsets import delete_each
from consilience.meta.univariate.weighted import cross_products, invert

if TYPE_CHECKING:
    from consilience.meta.univariate.results import RmaFit


def working_weights(fit: RmaFit) -> Array:
    """The weights of the estimate: the user's, or ``1 / (vi + tau2)``; (k,)."""
    return fit.weights if fit.weights is not None else 1.0 / (fit.vi + fit.tau2)


def hat_values(fit: RmaFit) -> Array:
    """Diagonal of the hat matrix ``X (X'WX)^-1 X'W``, (k,)."""
    w, Q = working_weights(fit), fit.basis.Q
    inverse, _ = invert(cross_products(w[None, :], fit.basis))
    return np.asarray(np.einsum("ij,jl,il->i", Q, inverse[0], Q) * w)


def weights_percent(fit: RmaFit) -> Array:
    """Share of each study in the weighted mean, in percent; (k,)."""
    w = working_weights(fit)
    return np.asarray(100.0 * w / w.sum())


def residual_table(fit: RmaFit, kind: str) -> pd.DataFrame:
    """Residuals, SE and z: "raw" (internally studentised) or "deleted" (externally studentised)."""
    if kind not in ("raw", "deleted"):
        raise InputError(f"kind={kind!r} is not known. Choose 'raw' or 'deleted'.")
    resid, se = _raw(fit) if kind == "raw" else _deleted(fit, delete_each(fit))
    table = {"residual": resid, "se": se, "z": resid / se}
    return pd.DataFrame(table, index=pd.Index(fit.labels, name="study"))


def _raw(fit: RmaFit) -> tuple[Array, Array]:
    """``y - Xb`` with variance ``((I - H) M (I - H)')_ii``, M = diag(vi + tau2)."""
    w, m, Q = working_weights(fit), fit.vi + fit.tau2, fit.basis.Q
    inverse, _ = invert(cross_products(w[None, :], fit.basis))
    middle = cross_products(w[None, :] ** 2 * m, fit.basis)
    lever = np.einsum("ij,jl,il->i", Q, inverse[0], Q) * w
    spread = np.einsum("ij,jl,il->i", Q, inverse[0] @ middle[0] @ inverse[0], Q)
    variance = m - 2.0 * lever * m + spread
    return fit.yi - fit.X @ fit.beta, np.sqrt(np.maximum(variance, 0.0))


def _deleted(fit: RmaFit, without: ManyFits) -> tuple[Array, Array]:
    """``y_i - x_i b(-i)``, variance ``v_i + tau2(-i) + x_i V(-i) x_i'`` (Viechtbauer and Cheung, 2010).

    Knapp and Hartung's multiplier, where it is used, scales the whole variance of the deleted fit.
    """
    resid = fit.yi - np.einsum("ij,ij->i", fit.X, without.beta)
    variance = without.s2w * (fit.vi + without.tau2) + np.einsum("ij,ijl,il->i", fit.X, without.vcov, fit.X)
    return resid, np.sqrt(variance)


def influence_table(fit: RmaFit) -> pd.DataFrame:
    """Every deletion diagnostic of each study (Viechtbauer and Cheung, 2010), one row per study."""
    without = delete_each(fit)
    resid, se = _deleted(fit, without)
    change = fit.beta - without.beta
    hat = hat_values(fit)
    shift = np.einsum("ij,ij->i", fit.X, change)
    table = {
        "rstudent": resid / se,
        "dffits": shift / np.sqrt(without.s2w * hat * (without.tau2 + fit.vi)),
        "cooks_distance": np.einsum("ij,jl,il->i", change, np.linalg.inv(fit.vcov), change),
        "covratio": np.linalg.det(without.vcov) / np.linalg.det(fit.vcov),
        "tau2_deleted": without.tau2,
        "QE_deleted": without.QE,
        "hat": hat,
        "weight": weights_percent(fit),
    }
    table |= {f"dfbetas_{term}": column for term, column in zip(fit.terms, _dfbetas(fit, without, change).T)}
    return pd.DataFrame(table, index=pd.Index(fit.labels, name="study"))


def _dfbetas(fit: RmaFit, without: ManyFits, change: Array) -> Array:
    """Changes of coefficients over their SE with all studies weighed by tau2(-i); (k, p)."""
    w = 1.0 / (fit.vi[None, :] + without.tau2[:, None])
    inverse, _ = invert(cross_products(w, fit.basis))
    back = np.linalg.inv(fit.basis.R)
    variance = without.s2w[:, None] * np.diagonal(back @ inverse @ back.T, axis1=1, axis2=2)
    return np.asarray(change / np.sqrt(variance))
