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
    "egger_dependent": "bias.dependent",
    "escalc": "effects.escalc",
    "fsn": "bias.failsafe",
    "funnel_data": "bias.funnel",
    "gosh": "influence",
    "hc": "bias.henmi_copas",
    "interaction": "subgroups",
    "leave_one_out": "influence",
    "limit_meta": "bias.limit_meta",
    "meta_regression": "regression",
    "moderator": "subgroups",
    "moderator_table": "subgroups",
    "p_curve": "bias.p_curve",
    "p_uniform": "bias.p_uniform",
    "partial_r2": "subgroups",
    "peese": "bias.pet_peese",
    "pet": "bias.pet_peese",
    "pet_peese": "bias.pet_peese",
    "pet_peese_dependent": "bias.dependent",
    "ranktest": "bias.ranktest",
    "regtest": "bias.regtest",
    "rma": "univariate.entry",
    "rma_mv": "multilevel.entry",
    "robu": "robumeta",
    "selection_model": "bias.selection.model",
    "subgroup_table": "subgroups",
    "tes": "bias.excess_significance",
    "trimfill": "bias.trimfill",
    "vcalc": "sampling_covariance",
    "waap_wls": "bias.waap",
    "worst_case": "bias.worst_case",
}

__all__ = [
    "FitWarning",
    "InputError",
    "MetaFit",
    "WaldTest",
    "adjust_p",
    "baujat",
    "bubble_data",
    "egger_dependent",
    "escalc",
    "fsn",
    "funnel_data",
    "gosh",
    "hc",
    "interaction",
    "leave_one_out",
    "limit_meta",
    "meta_regression",
    "moderator",
    "moderator_table",
    "p_curve",
    "p_uniform",
    "partial_r2",
    "peese",
    "pet",
    "pet_peese",
    "pet_peese_dependent",
    "ranktest",
    "regtest",
    "rma",
    "rma_mv",
    "robu",
    "selection_model",
    "subgroup_table",
    "tes",
    "trimfill",
    "vcalc",
    "waap_wls",
    "worst_case",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used."""
    if name in _CONTENTS:
        return getattr(import_module(f"consilience.meta.{_CONTENTS[name]}"), name)
    raise AttributeError(f"consilience.meta has no '{name}'")


def __dir__() -> list[str]:
    return [*__all__]
