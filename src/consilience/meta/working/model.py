"""What a working model hands to the fit."""

from __future__ import annotations

from dataclasses import dataclass

from consilience.meta.blocks import Blocks


@dataclass(frozen=True)
class WorkingFit:
    """Weights and working covariance with their variance components.

    ``components`` maps a component's name (``tau2``, ``omega2``, ``tau2[level]``) to its estimate.
    ``target`` is the working covariance that robust corrections aim at.
    """

    weights: Blocks
    target: Blocks
    inverse_variance: bool
    components: dict[str, float]
    covariance: Blocks
    """Marginal covariance of y that the model describes."""
    sampling: Blocks
    """The sampling part of it, V."""
    loglik: float | None = None
    converged: bool = True
    iterations: int = 0
    boundary: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    I2: float | None = None
    """Where the estimator comes with its own I2 (robumeta's correlated effects)."""
