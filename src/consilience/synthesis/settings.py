"""Changes single settings of a protocol's analysis plan, checked like the protocol itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from consilience.errors import InputError
from consilience.protocol.model import AnalysisPlan, Protocol

Path = tuple[str, ...]

SETTINGS: dict[str, Path] = {
    "formula": ("effect", "formula"),
    "variance": ("effect", "variance"),
    "small_sample": ("effect", "small_sample", "apply"),
    "pre_post_r": ("effect", "pre_post_r", "default"),
    "allow_posttest_only": ("effect", "allow_posttest_only"),
    "allow_p_bounds": ("effect", "allow_p_bounds"),
    "working_model": ("pooling", "working_model"),
    "estimator": ("pooling", "estimator"),
    "rho": ("pooling", "rho"),
    "vcov": ("pooling", "vcov"),
    "level": ("pooling", "level"),
    "min_studies": ("pooling", "min_studies"),
    "include_follow_up": ("follow_up", "include_follow_up"),
    "max_weeks": ("follow_up", "max_weeks"),
    "persistence_weeks": ("follow_up", "persistence_weeks"),
    "percent_method": ("percent_change", "method"),
}
"""The settings that a caller may override by name, and where they stand in the analysis plan."""


def with_settings(protocol: Protocol, overrides: Mapping[str, Any]) -> Protocol:
    """The same protocol with some settings of its analysis plan replaced.

    >>> from consilience.protocol.load import load_protocol
    >>> with_settings(load_protocol("psychosocial-immune"), {"rho": 0.5}).analysis.pooling.rho
    0.5
    """
    plan = protocol.analysis.model_dump()
    for name, value in overrides.items():
        place(plan, setting_path(name), value)
    try:
        return protocol.model_copy(update={"analysis": AnalysisPlan.model_validate(plan)})
    except ValidationError as error:
        raise InputError(refusal(error, overrides)) from error


def setting_path(name: str) -> Path:
    """Where a setting stands in the plan."""
    if name not in SETTINGS:
        raise InputError(f"There is no setting called {name!r}. Settings are: {', '.join(sorted(SETTINGS))}.")
    return SETTINGS[name]


def place(plan: dict[str, Any], path: Path, value: Any) -> None:
    """Put a value at a path of nested dictionaries."""
    for step in path[:-1]:
        plan = plan[step]
    plan[path[-1]] = value


def refusal(error: ValidationError, overrides: Mapping[str, Any]) -> str:
    """What was wrong with the overrides, in one line each."""
    names = {path: name for name, path in SETTINGS.items() if name in overrides}
    lines = []
    for problem in error.errors():
        path = tuple(str(step) for step in problem["loc"])
        name = names.get(path, ".".join(path))
        lines.append(f"setting {name}: {problem['msg']} (given: {problem['input']!r})")
    return "; ".join(lines)
