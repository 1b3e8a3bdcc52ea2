"""HE, hierarchical effects: robumeta's weights and moment estimators of tau2 and omega2."""

from __future__ import annotations

from consilience.meta.blocks import diagonal_blocks
from consilience.meta.moments import hierarchical_moments
from consilience.meta.working.model import WorkingData, WorkingFit, WorkingModel


def fit_he(data: WorkingData) -> WorkingFit:
    """Weights ``1/(v_ij + tau2 + omega2)`` (Hedges, Tipton & Johnson 2010); moments unless given."""
    given = data.fixed or {}
    moments = hierarchical_moments(data.y, data.vi, data.X, data.clusters)
    components = {"tau2": given.get("tau2", moments.tau2), "omega2": given.get("omega2", moments.omega2)}
    total = data.vi + components["tau2"] + components["omega2"]
    return WorkingFit(
        weights=diagonal_blocks(data.clusters, 1 / total),
        target=diagonal_blocks(data.clusters, total),
        inverse_variance=True,
        components=components,
        sampling=diagonal_blocks(data.clusters, data.vi),
        boundary=tuple(n for n, v in components.items() if v == 0 and n not in given),
    )


MODEL = WorkingModel("HE", "independent effects nested in studies", ("robumeta",), fit_he, uses_rho=False)
