"""Every estimator of tau2 under one name, for one data set or a batch of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import special

from consilience.meta.errors import InputError
from consilience.meta.univariate import moments
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.likelihood import Climb, maximise
from consilience.meta.univariate.single import Single
from consilience.meta.univariate.single_search import Found, maximise_one, solve_q_one
from consilience.meta.univariate.weighted import Batch

Method = Literal["EE", "FE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "GENQ"]
METHODS: tuple[str, ...] = get_args(Method)

_CLOSED = {
    "DL": moments.dersimonian_laird,
    "HE": moments.hedges,
    "HS": moments.hunter_schmidt,
    "HSk": moments.hunter_schmidt_corrected,
    "SJ": moments.sidik_jonkman,
}


@dataclass(frozen=True)
class Tau2:
    """Estimates (B,), their convergence, steps; ``boundary`` where the estimate was cut at zero."""

    value: Array
    converged: np.ndarray
    steps: np.ndarray
    boundary: np.ndarray


def check_method(method: str) -> str:
    """Return the canonical spelling of a tau2 method."""
    wanted = {name.upper(): name for name in METHODS} | {"CE": "EE"}
    if method.upper() not in wanted:
        raise InputError(f"method={method!r} is not known. Choose one of {', '.join(METHODS)}.")
    return wanted[method.upper()]


def is_fixed(method: str) -> bool:
    """Whether the method assumes tau2 = 0."""
    return method in ("EE", "FE")


def estimate_tau2(method: str, batch: Batch, weights: Array | None = None) -> Tau2:
    """Estimate tau2 in each data set of a batch; ``weights`` (B, k) serve GENQ only."""
    count = batch.y.shape[0]
    if is_fixed(method):
        return _closed(np.zeros(count))
    if method == "GENQ":
        if weights is None:
            raise InputError("method='GENQ' needs weights=: one positive weight per study.")
        return _closed(moments.generalised(batch, weights))
    if method in _CLOSED:
        return _closed(_CLOSED[method](batch))
    return _iterated(method, batch)


def _closed(raw: Array) -> Tau2:
    count = raw.shape[0]
    found = Climb(np.maximum(raw, 0.0), np.isfinite(raw), np.zeros(count, dtype=int))
    return Tau2(found.tau2, found.converged, found.steps, raw < 0)


def _iterated(method: str, batch: Batch) -> Tau2:
    if method in ("ML", "REML"):
        scale, start = moments.typical_variance_and_start(batch)
        found = maximise(batch, [moments.hedges(batch), start], scale, restricted=method == "REML")
    else:
        found = moments.median_unbiased(batch) if method == "PMM" else moments.paule_mandel(batch)
    return Tau2(found.tau2, found.converged, found.steps, found.tau2 == 0)


def estimate_one(method: str, single: Single, weights: Array | None = None) -> Found:
    """Estimate tau2 in one data set with more studies than coefficients."""
    if method in ("ML", "REML"):
        return maximise_one(single, method == "REML")
    if method in ("EB", "PM"):
        return solve_q_one(single, float(single.df))
    if method == "PMM":
        return solve_q_one(single, float(special.chdtri(single.df, 0.5)))
    if method in ("DL", "HE"):
        raw = single.dersimonian_laird if method == "DL" else single.hedges
        return Found(max(raw, 0.0), True, 0, raw < 0)
    batch = Batch(single.y[None, :], single.v[None, :], single.basis)
    found = estimate_tau2(method, batch, None if weights is None else weights[None, :])
    return Found(float(found.value[0]), bool(found.converged[0]), 0, bool(found.boundary[0]))
