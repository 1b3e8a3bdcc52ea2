"""The statistics engine: arrays or data frames in, result objects out. A table of contents, lazily loaded."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_CONTENTS = {
    "FitWarning": "spec",
    "InputError": "errors",
    "MetaFit": "results",
    "WaldTest": "wald",
    "escalc": "effects.escalc",
    "meta_regression": "regression",
    "rma": "univariate.entry",
    "robu": "robumeta",
}

__all__ = ["FitWarning", "InputError", "MetaFit", "WaldTest", "escalc", "meta_regression", "rma", "robu"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _CONTENTS:
        return getattr(import_module(f"consilience.meta.{_CONTENTS[name]}"), name)
    raise AttributeError(f"consilience.meta has no '{name}'")


def __dir__() -> list[str]:
    return [*__all__]
