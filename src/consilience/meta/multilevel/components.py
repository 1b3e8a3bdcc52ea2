"""From the parameters of a search to the components that a reader knows, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.errors import InputError
from consilience.meta.multilevel.covariance import MultilevelCovariance
from consilience.meta.multilevel.random_terms import RandomTerm
from consilience.meta.multilevel.shapes import Factored

SINGULAR = 1e-7


@dataclass(frozen=True)
class Components:
    """``variances`` and ``correlations`` by name; names of those at a boundary."""

    variances: dict[str, float]
    correlations: dict[str, float]
    zero: tuple[str, ...]
    one: tuple[str, ...]


def components_of(model: MultilevelCovariance, phi: Array) -> Components:
    """Read the components off the parameters."""
    variances: dict[str, float] = {}
    correlations: dict[str, float] = {}
    bounded: list[str] = []
    for term, at in zip(model.terms, model.slices):
        if isinstance(term.shape, Factored):
            _read_factor(term, term.shape.matrix(phi[at]), variances, correlations, bounded)
            continue
        for parameter, value in zip(term.shape.parameters, phi[at]):
            if parameter.kind == "correlation":
                correlations[parameter.name] = float(value)
                if value in (parameter.lower, parameter.upper):
                    bounded.append(parameter.name)
            else:
                variances[parameter.name] = float(value if parameter.kind == "variance" else value**2)
    zero = tuple(n for n, v in variances.items() if v == 0)
    return Components(variances, correlations, zero, tuple(bounded))


def _read_factor(
    term: RandomTerm,
    T: Array,
    variances: dict[str, float],
    correlations: dict[str, float],
    bounded: list[str],
) -> None:
    """Variances and correlations of ``T``; a singular T is at the boundary of what a covariance can be."""
    spread = np.sqrt(np.diag(T))
    names = [f"{term.stems[0]}[{label}]" for label in term.labels]
    variances.update({name: float(T[i, i]) for i, name in enumerate(names)})
    with np.errstate(divide="ignore", invalid="ignore"):
        R = T / np.outer(spread, spread)
    for i, a in enumerate(term.labels):
        for j in range(i + 1, len(term.labels)):
            correlations[f"{term.stems[1]}[{a},{term.labels[j]}]"] = float(R[i, j])
    if not np.isfinite(R).all() or np.linalg.eigvalsh(R)[0] < SINGULAR:
        bounded.append(f"the matrix of {term.stems[1]}")


def fixed_components(terms: Sequence[RandomTerm], given: Mapping[str, Any]) -> dict[str, float]:
    """Values that a caller fixed, by component name; None and NaN mean: estimate.

    ``given`` maps sigma2, tau2, rho, gamma2, phi to a number, a sequence in the order of the components, or
    a mapping from a component's name (or its level) to a number.
    """
    out: dict[str, float] = {}
    for stem, values in given.items():
        if values is None:
            continue
        names = [p.name for t in terms for p in t.shape.parameters if p.name.split("[")[0] == stem]
        if not names:
            raise InputError(f"{stem}={values} is given, but the random part has no such component.")
        out |= _matched(stem, names, values)
    return out


def _matched(stem: str, names: list[str], values: Any) -> dict[str, float]:
    if isinstance(values, Mapping):
        short = {n.removeprefix(f"{stem}[").removesuffix("]"): n for n in names} | {n: n for n in names}
        unknown = next((key for key in values if str(key) not in short), None)
        if unknown is not None:
            raise InputError(f"{stem}: there is no component '{unknown}'; there are {', '.join(names)}.")
        pairs = [(short[str(key)], value) for key, value in values.items()]
    else:
        listed = [values] * len(names) if np.isscalar(values) and len(names) == 1 else np.atleast_1d(values)
        if len(listed) != len(names):
            raise InputError(
                f"{stem} needs {len(names)} values for {', '.join(names)}; use None to estimate."
            )
        pairs = list(zip(names, listed))
    return {name: _allowed(stem, name, float(v)) for name, v in pairs if v is not None and not np.isnan(v)}


def _allowed(stem: str, name: str, value: float) -> float:
    if stem in ("rho", "phi") and not -1 <= value <= 1:
        raise InputError(f"{name}={value} must lie between -1 and 1.")
    if stem not in ("rho", "phi") and not (0 <= value < np.inf):
        raise InputError(f"{name}={value} must be 0 or above.")
    return value
