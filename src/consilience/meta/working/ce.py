"""CE, correlated effects: robumeta's weights and moment estimator of tau2."""

from __future__ import annotations

from consilience.meta.blocks import diagonal_blocks
from consilience.meta.moments import correlated_effects_moments, correlated_effects_weights
from consilience.meta.working.model import WorkingData, WorkingFit, WorkingModel
from consilience.meta.working.sampling import constant_correlation


def fit_ce(data: WorkingData) -> WorkingFit:
    """Weights ``1/(k_j (vbar_j + tau2))`` (Hedges, Tipton & Johnson 2010); tau2 by moments or as given."""
    given = (data.fixed or {}).get("tau2")
    moments = correlated_effects_moments(data.y, data.vi, data.X, data.clusters, data.rho)
    tau2 = moments.tau2 if given is None else given
    w = correlated_effects_weights(data.vi, data.clusters, tau2)
    return WorkingFit(
        weights=diagonal_blocks(data.clusters, w),
        target=diagonal_blocks(data.clusters, 1 / w),
        inverse_variance=True,
        components={"tau2": tau2},
        sampling=constant_correlation(data.vi, data.clusters, data.rho),
        boundary=("tau2",) if given is None and tau2 == 0 else (),
        I2=moments.I2 if given is None else None,
    )


MODEL = WorkingModel("CE", "correlated effects within studies", ("robumeta",), fit_ce)
