"""The statistics engine: arrays or data frames in, result objects out. A table of contents, lazily loaded."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_CONTENTS = {
    "FitWarning": "spec",
    "InputError": "errors",
    "MetaFit": "results",
    "WaldTest": "wald",
    "adjust_p": "multiplicity",
    "baujat": "influence",
    "bubble_data": "subgroups",
    "escalc": "effects.escalc",
    "gosh": "influence",
    "interaction": "subgroups",
    "leave_one_out": "influence",
    "meta_regression": "regression",
    "moderator": "subgroups",
    "moderator_table": "subgroups",
    "partial_r2": "subgroups",
    "rma": "univariate.entry",
    "rma_mv": "multilevel.entry",
    "robu": "robumeta",
    "subgroup_table": "subgroups",
    "vcalc": "sampling_covariance",
}

__all__ = [
    "FitWarning",
    "InputError",
    "MetaFit",
    "WaldTest",
    "adjust_p",
    "baujat",
    "bubble_data",
    "escalc",
    "gosh",
    "interaction",
    "leave_one_out",
    "meta_regression",
    "moderator",
    "moderator_table",
    "partial_r2",
    "rma",
    "rma_mv",
    "robu",
    "subgroup_table",
    "vcalc",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _CONTENTS:
        return getattr(import_module(f"consilience.meta.{_CONTENTS[name]}"), name)
    raise AttributeError(f"consilience.meta has no '{name}'")


def __dir__() -> list[str]:
    return [*__all__]
