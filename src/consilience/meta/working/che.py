"""CHE, correlated and hierarchical effects: rho within studies, tau2 between, omega2 within."""

from __future__ import annotations

import math

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.batch_newton import BatchMinimum, minimise_batch
from consilience.meta.blocks import Blocks, diagonal_blocks, outer_blocks
from consilience.meta.che_likelihood import CheData, evaluate_che, turn
from consilience.meta.working.likelihood_fit import given_components
from consilience.meta.working.model import WorkingData, WorkingFit, WorkingModel
from consilience.meta.working.sampling import sampling_covariance

NAMES = ("tau2", "omega2")


def fit_che(data: WorkingData) -> WorkingFit:
    """Fit CHE (Pustejovsky & Tipton 2022) by REML or ML, or at given components.

    Where every study has one effect the data cannot tell the components apart and omega2 is left out.
    """
    V = sampling_covariance(data)
    restricted = data.estimator != "ML"
    names = NAMES if data.fixed is not None or int(data.clusters.sizes.max()) > 1 else NAMES[:1]
    if data.fixed is not None:
        converged, iterations = True, 0
        theta = given_components(data.fixed, names)
        loglik = (
            _loglik(turn(data.y, data.X, V, data.clusters), theta, restricted) if data.likelihood else None
        )
    else:
        turned = turn(data.y, data.X, V, data.clusters)
        best = maximise_che(turned, data, V, restricted, len(names) == 1)
        theta, converged, iterations = best.theta[:, 0], bool(best.converged[0]), best.iterations
        loglik = _loglik(turned, theta, restricted)
    components = {name: float(value) for name, value in zip(names, theta)}
    sigma = marginal(V, components)
    return WorkingFit(
        weights=sigma.inverse(),
        target=sigma,
        inverse_variance=True,
        components=components,
        sampling=V,
        loglik=None if loglik is None else loglik - constants(data.X, restricted),
        converged=converged,
        iterations=iterations,
        boundary=() if data.fixed is not None else tuple(n for n, v in components.items() if v == 0),
    )


def _loglik(turned: CheData, theta: Array, restricted: bool) -> float:
    """The log-likelihood at theta, without constants."""
    return -float(evaluate_che(turned, np.resize(theta, (2, 1)), restricted).value[0])


def maximise_che(
    turned: CheData, data: WorkingData, V: Blocks, restricted: bool, single: bool
) -> BatchMinimum:
    """The components of largest likelihood, from a start by moments."""
    typical = float(np.median(V.diagonal()))
    residual = data.y - data.X @ np.linalg.lstsq(data.X, data.y, rcond=None)[0]
    excess = float(residual @ residual) / max(len(data.y) - data.X.shape[1], 1) - typical
    start = np.full((2, 1), max(excess, 0.2 * typical) / 2)
    if single:
        start[1] = 0.0
    held = np.array([False, single])
    return minimise_batch(lambda theta, _: evaluate_che(turned, theta, restricted), start, typical, held)


def constants(X: Array, restricted: bool) -> float:
    """What the log-likelihood of ``evaluate_che`` leaves out, as metafor counts it."""
    k, p = len(X), int(X.shape[1])
    log2pi: float = math.log(2 * math.pi)
    if not restricted:
        return 0.5 * k * log2pi
    logdet: float = np.linalg.slogdet(X.T @ X)[1].item()
    return 0.5 * ((k - p) * log2pi - logdet)


def marginal(V: Blocks, components: dict[str, float]) -> Blocks:
    """``V + tau2 11' + omega2 I``."""
    ones = np.ones(V.clusters.k)
    total = V + outer_blocks(V.clusters, ones).scaled(components["tau2"])
    return total + diagonal_blocks(V.clusters, ones).scaled(components.get("omega2", 0.0))


MODEL = WorkingModel(
    "CHE",
    "correlated effects with variance between and within studies",
    ("REML", "ML"),
    fit_che,
    r_random="~ 1 | {cluster} / es",
)
