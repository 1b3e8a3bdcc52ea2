"""The statistics engine: arrays or data frames in, result objects out. A table of contents, lazily loaded."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_CONTENTS = {
    "InputError": "errors",
    "FitWarning": "spec",
    "MetaFit": "results",
    "WaldTest": "wald",
    "meta_regression": "regression",
    "robu": "robumeta",
}

__all__ = sorted(_CONTENTS)


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _CONTENTS:
        return getattr(import_module(f"consilience.meta.{_CONTENTS[name]}"), name)
    raise AttributeError(f"consilience.meta has no '{name}'")


def __dir__() -> list[str]:
    return [*__all__]
