"""From a linear covariance model to a working fit: REML, ML or fixed components."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.likelihood import LinearCovariance, evaluate
from consilience.meta.reml import fit_components
from consilience.meta.working.model import WorkingFit


def fit_linear(
    y: Array, X: Array, model: LinearCovariance, method: str, fixed: dict[str, float] | None = None
) -> WorkingFit:
    """Weights are the inverse of the marginal covariance at the estimated (or fixed) components."""
    restricted = method != "ML"
    if fixed is not None:
        theta = np.array([fixed[name] for name in model.names])
        at = evaluate(y, X, model, theta, restricted)
        loglik, converged, iterations = at.loglik, True, 0
    else:
        best = fit_components(y, X, model, restricted)
        theta, loglik, converged, iterations = best.theta, best.loglik, best.converged, best.iterations
    sigma = model.sigma(theta)
    components = {name: float(value) for name, value in zip(model.names, theta)}
    boundary = () if fixed is not None else tuple(n for n, v in components.items() if v == 0)
    return WorkingFit(
        sigma.inverse(), sigma, True, components, sigma, model.V, loglik, converged, iterations, boundary
    )
