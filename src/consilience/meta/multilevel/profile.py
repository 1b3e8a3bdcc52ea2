"""Profile likelihoods of variance components and correlations, and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import optimize, special

from consilience.meta.arrays import Array
from consilience.meta.errors import InputError
from consilience.meta.multilevel.covariance import MultilevelCovariance
from consilience.meta.multilevel.random_terms import RandomTerm
from consilience.meta.multilevel.search import climb
from consilience.meta.multilevel.shapes import Factored, Parameter, triangular

if TYPE_CHECKING:
    from consilience.meta.multilevel.results import MultilevelFit


@dataclass(frozen=True)
class ProfileInterval:
    """Limits of a component; ``at_boundary`` tells of each whether it is the boundary itself."""

    name: str
    estimate: float
    lower: float
    upper: float
    at_boundary: tuple[bool, bool]


def profile_table(fit: MultilevelFit, names: Sequence[str] | None, level: float) -> pd.DataFrame:
    """Intervals of components: component estimate ci_lower ci_upper at_lower_bound at_upper_bound."""
    rows = []
    for name in names if names is not None else _estimated(fit):
        found = profile_interval(fit, name, level)
        low, high = found.at_boundary
        rows.append((name, found.estimate, found.lower, found.upper, low, high))
    columns = ["component", "estimate", "ci_lower", "ci_upper", "at_lower_bound", "at_upper_bound"]
    return pd.DataFrame(rows, columns=columns)


def _estimated(fit: MultilevelFit) -> list[str]:
    """Components that the fit estimated."""
    return [n for n in fit.components if n not in fit.fixed and n not in fit.found.unidentified]


def profile_interval(fit: MultilevelFit, name: str, level: float) -> ProfileInterval:
    """Values of a component whose log-likelihood, maximised over the others, is within
    ``chi2_1(level) / 2`` of its maximum; a limit beyond the boundary is the boundary.
    """
    profile = Profile(fit, name)
    fall = float(np.sqrt(special.chdtri(1, 1.0 - level)))
    (lower, at_lower), (upper, at_upper) = (_end(profile, fall, side) for side in (-1, 1))
    return ProfileInterval(name, profile.estimate, lower, upper, (at_lower, at_upper))


def _end(profile: Profile, fall: float, side: int) -> tuple[float, bool]:
    """The limit on one side and whether it is the boundary.

    The root of the deviance is nearly linear in the component, so few evaluations find where it is ``fall``.
    """
    bound = profile.parameter.lower if side < 0 else profile.parameter.upper
    if profile.estimate == bound:
        return bound, True
    far = bound if np.isfinite(bound) else profile.estimate + profile.unit
    while not np.isfinite(bound) and profile.deviance_root(far) < fall:
        far = profile.estimate + 2 * (far - profile.estimate)
    if profile.deviance_root(far) <= fall:
        return bound, True
    low, high = sorted((profile.estimate, far))
    root = optimize.brentq(
        lambda x: profile.deviance_root(x) - fall, low, high, xtol=1e-10 * profile.unit, rtol=1e-9
    )
    return float(root), False


class Profile:
    """The log-likelihood of one component, maximised over all others; each search starts at the last end."""

    def __init__(self, fit: MultilevelFit, name: str) -> None:
        if name not in _estimated(fit):
            known = ", ".join(_estimated(fit)) or "none"
            raise InputError(f"component='{name}' was not estimated here; there are {known}.")
        self.fit, self.name, self.model = fit, name, fit.found.model
        self.known: dict[float, float] = {}
        self.last = list(self.model.split(fit.found.maximum.theta))
        self.number, self.parameter = _home(fit, name)
        self.estimate = fit.components[name]
        self.unit = 1.0 if self.parameter.kind == "correlation" else fit.problem.typical
        self.blocked = fit.fixed | dict.fromkeys(fit.found.unidentified, 0.0)

    def deviance_root(self, value: float) -> float:
        """``sqrt(2 (l_max - l(value)))``, large where the component cannot have the value."""
        if value == self.estimate:
            return 0.0
        if value not in self.known:
            self.known[value] = self(value)
        gap = self.fit.found.maximum.loglik - self.known[value]
        return float(np.sqrt(2 * min(max(gap, 0.0), 1e4)))

    def __call__(self, value: float) -> float:
        """The profile log-likelihood at a value of the component."""
        shape = self.model.terms[self.number].shape
        if isinstance(shape, Factored):
            return self._with_factor(shape, value)
        index = [p.name for p in shape.parameters].index(self.name)
        own = self.last[self.number].copy()
        own[index] = value if self.parameter.kind != "sd" else np.sqrt(value)
        return self._climb(self.model, own, self.blocked | {self.name: value})

    def _with_factor(self, shape: Factored, value: float) -> float:
        """The same where the matrix is free: a factor that has the value built in."""
        term = self.fit.problem.model.terms[self.number]
        constrained = _constrained(term, self.name, value)
        T = shape.matrix(self.last[self.number])
        order = _order(term, self.name)
        L = np.zeros_like(T)
        ridge = 1e-8 * (np.diag(np.diag(T)) + np.eye(len(T)) * np.trace(T) / len(T))
        L[order] = np.linalg.cholesky((T + ridge)[np.ix_(order, order)])
        terms = tuple(
            replace(t, shape=constrained) if n == self.number else t for n, t in enumerate(self.model.terms)
        )
        return self._climb(replace(self.model, terms=terms), constrained.nearest(L), self.blocked)

    def _climb(self, model: MultilevelCovariance, own: Array, blocked: dict[str, float]) -> float:
        parts = [own if n == self.number else part for n, part in enumerate(self.last)]
        best = climb(replace(self.fit.problem, model=model), np.concatenate(parts), blocked)
        if np.isfinite(best.loglik):
            self._remember(model, best.theta)
        return float(best.loglik)

    def _remember(self, model: MultilevelCovariance, theta: Array) -> None:
        """Where the next search starts."""
        parts = list(model.split(theta))
        shape = self.model.terms[self.number].shape
        if isinstance(shape, Factored):
            parts[self.number] = shape.nearest(_root(model.matrices(theta)[self.number]))
        self.last = parts


def _root(T: Array) -> Array:
    """A lower triangular factor of T, which may be singular."""
    ridge = 1e-10 * (np.trace(T) / len(T) + np.finfo(float).tiny)
    return np.linalg.cholesky(T + ridge * np.eye(len(T)))


def _home(fit: MultilevelFit, name: str) -> tuple[int, Parameter]:
    """The term of a component and its parameter, with bounds on the component's scale."""
    for number, term in enumerate(fit.problem.model.terms):
        for parameter in term.shape.parameters:
            if parameter.name == name:
                return number, parameter
    raise InputError(f"component='{name}' is not part of this model.")


def _order(term: RandomTerm, name: str) -> list[int]:
    """Levels with those that a component names first."""
    inside = name.split("[", 1)[1].removesuffix("]")
    m = len(term.labels)
    if name.startswith(term.stems[0]):
        named = [term.labels.index(inside)]
    else:
        pairs = [(i, j) for i in range(m) for j in range(i + 1, m)]
        named = list(next(p for p in pairs if f"{term.labels[p[0]]},{term.labels[p[1]]}" == inside))
    return named + [i for i in range(m) if i not in named]


def _constrained(term: RandomTerm, name: str, value: float) -> Factored:
    """A factor whose matrix has the component at its value."""
    if name.startswith(term.stems[0]):
        return triangular(_order(term, name), first=float(np.sqrt(value)))
    return triangular(_order(term, name), rho=value)


def profile_curve(fit: MultilevelFit, name: str, values: Array) -> pd.DataFrame:
    """The profile log-likelihood of a component at ``values``: value loglik."""
    profile = Profile(fit, name)
    return pd.DataFrame({"value": values, "loglik": [profile(float(v)) for v in values]})
