"""From a linear covariance model to a working fit: REML, ML or fixed components."""

from __future__ import annotations

import numpy as np

from consilience.meta.errors import InputError
from consilience.meta.likelihood import LinearCovariance, evaluate
from consilience.meta.reml import fit_components
from consilience.meta.working.model import WorkingData, WorkingFit


def fit_linear(data: WorkingData, model: LinearCovariance) -> WorkingFit:
    """Weights are the inverse of the marginal covariance at the estimated (or fixed) components."""
    restricted = data.estimator != "ML"
    if data.fixed is not None:
        theta = given_components(data.fixed, model.names)
        at = evaluate(data.y, data.X, model, theta, restricted)
        unidentified: tuple[str, ...] = ()
        loglik, converged, iterations = at.loglik, True, 0
    else:
        best = fit_components(data.y, data.X, model, restricted)
        theta, loglik, converged, iterations = best.theta, best.loglik, best.converged, best.iterations
        unidentified = tuple(model.names[i] for i in best.unidentified)
    sigma = model.sigma(theta)
    components = {name: float(value) for name, value in zip(model.names, theta)}
    return WorkingFit(
        weights=sigma.inverse(),
        target=sigma,
        inverse_variance=True,
        components=components,
        sampling=model.V,
        loglik=loglik,
        converged=converged,
        iterations=iterations,
        boundary=() if data.fixed is not None else _at_zero(components, unidentified),
        unidentified=unidentified,
    )


def _at_zero(components: dict[str, float], unidentified: tuple[str, ...]) -> tuple[str, ...]:
    """Components whose estimate is the boundary."""
    return tuple(n for n, v in components.items() if v == 0 and n not in unidentified)


def given_components(fixed: dict[str, float], names: tuple[str, ...]) -> np.ndarray:
    """Fixed components in the model's order, each named and not negative."""
    for name in names:
        if name not in fixed:
            raise InputError(f"fixed lacks '{name}'; this working model has {', '.join(names)}.")
        if not fixed[name] >= 0:
            raise InputError(f"fixed['{name}']={fixed[name]} must be 0 or above.")
    return np.array([float(fixed[name]) for name in names])
