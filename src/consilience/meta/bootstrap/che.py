"""Correlated and hierarchical effects: a likelihood optimum for each draw, by batched Newton steps."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array, Ints
from consilience.meta.batch_newton import minimise_batch
from consilience.meta.bootstrap.replicates import Refits
from consilience.meta.che_likelihood import CheData, CheValue, evaluate_che, study_scores, turn
from consilience.meta.working.likelihood_fit import given_components
from consilience.meta.working.model import WorkingData
from consilience.meta.working.sampling import sampling_covariance

CHUNK = 250


def refit_che(
    data: WorkingData, e: Array, draws: Array, counts: Array | None = None, C: Array | None = None
) -> Refits:
    """CHE fits to ``e * draws`` (J, R) by REML or ML."""
    V = sampling_covariance(data)
    turned = turn(e, data.X, V, data.clusters)
    typical = float(np.median(V.diagonal()))
    restricted = data.estimator != "ML"
    begin = np.full((2, 1), 0.5 * typical)
    single = np.array([False, int(data.clusters.sizes.max()) == 1])
    begin[single] = 0.0
    if data.fixed is None:
        begin = minimise_batch(lambda t, _: evaluate_che(turned, t, restricted), begin, typical, single).theta
    R = draws.shape[1]
    parts = []
    for at in range(0, R, CHUNK):
        piece = slice(at, min(at + CHUNK, R))
        c = None if counts is None else counts[:, piece]
        parts.append(_chunk(turned, data, draws[:, piece], c, begin[:, 0], typical, C))
    return Refits(
        np.concatenate([r.beta for r in parts]),
        np.concatenate([r.theta for r in parts], axis=1),
        np.concatenate([r.converged for r in parts]),
        None if C is None else np.concatenate([r.pieces for r in parts if r.pieces is not None], axis=2),
    )


def _chunk(
    turned: CheData,
    data: WorkingData,
    draws: Array,
    counts: Array | None,
    start: Array,
    typical: float,
    C: Array | None,
) -> Refits:
    restricted, R = data.estimator != "ML", draws.shape[1]

    def evaluate(theta: Array, which: Ints) -> CheValue:
        c = None if counts is None else counts[:, which]
        return evaluate_che(turned, theta, restricted, draws[:, which], c)

    single = int(data.clusters.sizes.max()) == 1
    if data.fixed is not None:
        names = ("tau2", "omega2")
        theta = np.repeat(given_components(data.fixed, names)[:, None], R, axis=1)
        converged = np.ones(R, dtype=bool)
    else:
        begin = np.repeat(start[:, None], R, axis=1)
        begin[1] = 0.0 if single else begin[1]
        best = minimise_batch(evaluate, begin, typical, np.array([False, single]))
        theta, converged = best.theta, best.converged
    value = evaluate(theta, np.arange(R))
    pieces = None
    if C is not None:
        CM = np.einsum("qa,rab->rqb", C, value.bread)
        pieces = study_scores(turned, theta, draws, value.beta, CM)
    return Refits(value.beta, theta, converged, pieces)
