"""What a working model is given and what it hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from consilience.meta.arrays import Array, Ints
from consilience.meta.blocks import Blocks
from consilience.meta.clusters import Clusters


@dataclass(frozen=True)
class WorkingData:
    """The data and choices a working model may use; ``category`` (k,) are codes of ``categories``."""

    y: Array
    vi: Array
    X: Array
    clusters: Clusters
    rho: float
    estimator: str
    fixed: dict[str, float] | None = None
    category: Ints | None = None
    categories: tuple[str, ...] = ()
    V: Blocks | None = None
    likelihood: bool = True
    """Whether a fit at fixed components shall tell its likelihood; a deletion has no use for it."""


@dataclass(frozen=True)
class WorkingFit:
    """Weights and working covariance with their variance components.

    ``components`` maps a component's name (``tau2``, ``omega2``, ``tau2[level]``) to its estimate.
    ``target`` is the working covariance that robust corrections aim at, ``sampling`` its known part V.
    """

    weights: Blocks
    target: Blocks
    inverse_variance: bool
    components: dict[str, float]
    sampling: Blocks
    loglik: float | None = None
    converged: bool = True
    iterations: int = 0
    boundary: tuple[str, ...] = ()
    I2: float | None = None
    """Where the estimator comes with its own I2 (robumeta's correlated effects)."""
    unidentified: tuple[str, ...] = ()
    """Components that the data say nothing about; left at zero."""
    correlations: dict[str, float] = field(default_factory=dict)
    """Estimated correlations of true effects, where the model has them."""


@dataclass(frozen=True)
class WorkingModel:
    """A named working model: what it is, the estimators it knows (default first), and how it is fitted."""

    name: str
    describes: str
    estimators: tuple[str, ...]
    fit: Callable[[WorkingData], WorkingFit]
    needs: tuple[str, ...] = ()
    uses_rho: bool = True
    r_random: str = ""
    """metafor's ``random`` argument for the same model, for the R code that reproduces a fit."""
