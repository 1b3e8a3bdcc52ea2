"""The working models by name; a new one is a file and a line here."""

from __future__ import annotations

from consilience.meta.errors import InputError
from consilience.meta.working import ce, che, cmve, he, sce
from consilience.meta.working.model import WorkingModel

MODELS: dict[str, WorkingModel] = {
    m.name: m for m in (ce.MODEL, he.MODEL, che.MODEL, sce.MODEL, sce.PLUS, cmve.MODEL)
}


def choose(name: str, estimator: str | None) -> tuple[WorkingModel, str]:
    """A working model and its estimator (the model's default where none is given)."""
    model = next((m for n, m in MODELS.items() if n.lower() == name.lower()), None)
    if model is None:
        raise InputError(f"working_model='{name}' is not known; use one of {', '.join(MODELS)}.")
    if estimator is None:
        return model, model.estimators[0]
    if estimator not in model.estimators:
        allowed = " or ".join(model.estimators)
        raise InputError(f"estimator='{estimator}' does not go with working_model='{name}'; use {allowed}.")
    return model, estimator
