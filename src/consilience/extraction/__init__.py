"""The trial table: read from files, checked, put into a protocol's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consilience.extraction.code import code_trials
    from consilience.extraction.consistency import check_consistency
    from consilience.extraction.draft import draft_protocol
    from consilience.extraction.example import load_example
    from consilience.extraction.individual import from_individual
    from consilience.extraction.problems import Problem
    from consilience.extraction.read import read_trials
    from consilience.extraction.table import SetAside, TrialTable
    from consilience.extraction.template import write_template

_HOME = {
    "Problem": "problems",
    "SetAside": "table",
    "TrialTable": "table",
    "check_consistency": "consistency",
    "code_trials": "code",
    "draft_protocol": "draft",
    "from_individual": "individual",
    "load_example": "example",
    "read_trials": "read",
    "write_template": "template",
}

__all__ = [
    "Problem",
    "SetAside",
    "TrialTable",
    "check_consistency",
    "code_trials",
    "draft_protocol",
    "from_individual",
    "load_example",
    "read_trials",
    "write_template",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
