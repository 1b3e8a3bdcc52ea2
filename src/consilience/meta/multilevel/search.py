"""REML and ML of multilevel models: starts, what the data can tell, and the search itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.errors import InputError
from consilience.meta.likelihood import Evaluation, evaluate
from consilience.meta.multilevel.covariance import MultilevelCovariance
from consilience.meta.multilevel.crossed import evaluate_crossed
from consilience.meta.multilevel.random_terms import RandomTerm, factored
from consilience.meta.multilevel.shapes import Factored, Parameter
from consilience.meta.reml import NO_INFORMATION, Box, Maximum, maximise_within

# Correlations from which a search starts: the likelihood can have more than one top.
LEANS = (0.5, 0.0, -0.3)
# Two components whose information correlates beyond this cannot be told apart.
SAME_DIRECTION = 1.0 - 1e-9
# When a stop counts as a saddle: negative curvature relative to the largest, and the gain beyond it.
UPWARD = 1e-7
RELATIVE_GAIN = 1e-11
MOST_SADDLES = 8


@dataclass(frozen=True)
class Problem:
    """A model with its data: what the likelihood is a function of."""

    y: Array
    X: Array
    model: MultilevelCovariance
    restricted: bool

    @property
    def typical(self) -> float:
        """A typical sampling variance, which sets the scale."""
        return float(np.median(self.model.V.diagonal()))

    def at(self, phi: Array) -> Evaluation:
        """The likelihood with derivatives; minus infinity where the matrices are no covariances."""
        if all(_possible(T) for T in self.model.matrices(phi)):
            try:
                likelihood = evaluate_crossed if self.model.crossing else evaluate
                return likelihood(self.y, self.X, self.model, phi, self.restricted)
            except (InputError, np.linalg.LinAlgError):
                pass
        q = len(phi)
        return Evaluation(phi, -np.inf, np.zeros(q), np.eye(q), np.eye(q))


def _possible(T: Array) -> bool:
    """Whether T has no negative eigenvalue beyond rounding."""
    if len(T) < 3:
        return True
    values = np.linalg.eigvalsh(T)
    return bool(values[0] >= -1e-12 * max(abs(values[-1]), 1e-300))


@dataclass(frozen=True)
class Found:
    """The model and parameters of largest likelihood; ``unidentified`` are names of held components."""

    model: MultilevelCovariance
    maximum: Maximum
    unidentified: tuple[str, ...]


def search(problem: Problem, fixed: dict[str, float]) -> Found:
    """The best of searches from several correlations; ``fixed`` components keep their values."""
    parameters = problem.model.parameters
    held = np.array([p.name in fixed for p in parameters], dtype=bool)
    start = _start(problem, fixed, LEANS[0])
    unknown = _unidentified(problem, start, held)
    names = tuple(p.name for p, u in zip(parameters, unknown) if u)
    if not len(parameters) or (held | unknown).all():
        at = problem.at(np.where(unknown, 0.0, start))
        return Found(problem.model, Maximum(at.theta, at.loglik, True, 0, at.expected), names)
    blocked = fixed | dict.fromkeys(names, 0.0)
    problem = _with_factors(problem, blocked)
    leans = LEANS if any(p.kind in ("correlation", "factor") for p in problem.model.parameters) else LEANS[:1]
    found = [climb(problem, _start(problem, blocked, lean), blocked) for lean in leans]
    return Found(problem.model, max(found, key=lambda m: m.loglik), names)


def _with_factors(problem: Problem, blocked: dict[str, float]) -> Problem:
    """Unstructured matrices of three or more levels by their factors, where all of them is free."""

    def better(term: RandomTerm) -> RandomTerm:
        free = not any(p.name in blocked for p in term.shape.parameters)
        return factored(term) if term.struct == "UN" and len(term.labels) > 2 and free else term

    return replace(problem, model=replace(problem.model, terms=tuple(better(t) for t in problem.model.terms)))


def climb(problem: Problem, start: Array, blocked: dict[str, float]) -> Maximum:
    """To the nearest maximum; from a saddle (a standard deviation of 0, a singular factor) it goes on."""
    parameters = problem.model.parameters
    held = np.array([p.name in blocked for p in parameters], dtype=bool)
    box = box_of(parameters, problem.typical)
    best = maximise_within(problem.at, start, box, held)
    for _ in range(MOST_SADDLES):
        beyond = _beyond_saddle(problem, best, held, box)
        if beyond is None:
            break
        best = maximise_within(problem.at, beyond, box, held)
    return best


def _beyond_saddle(problem: Problem, best: Maximum, held: np.ndarray, box: Box) -> Array | None:
    """A likelier point along a direction in which the likelihood bends upward, if there is one."""
    if all(p.kind in ("variance", "correlation") for p in problem.model.parameters):
        return None
    at = problem.at(best.theta)
    zero = np.array([p.kind == "sd" for p in problem.model.parameters]) & (best.theta == 0)
    free = box.free(at, held) | (zero & ~held)
    if not free.any() or not np.isfinite(at.loglik):
        return None
    size = box.typical[free]
    values, vectors = np.linalg.eigh(at.observed[np.ix_(free, free)] * np.outer(size, size))
    if values[0] >= -UPWARD * np.abs(values).max():
        return None
    for length in (0.5, 0.1, 0.02, -0.5, -0.1, -0.02):
        theta = best.theta.copy()
        theta[free] += length * size * vectors[:, 0]
        theta = np.clip(theta, box.lower, box.upper)
        if problem.at(theta).loglik > best.loglik + RELATIVE_GAIN * max(1.0, abs(best.loglik)):
            return theta
    return None


def box_of(parameters: tuple[Parameter, ...], typical: float) -> Box:
    """Bounds and typical sizes of the parameters."""
    return Box(
        np.array([p.lower for p in parameters]),
        np.array([p.upper for p in parameters]),
        np.array([_size(p, typical) for p in parameters]),
        curved=any(p.kind in ("sd", "factor") for p in parameters),
    )


def _size(parameter: Parameter, typical: float) -> float:
    """The natural unit of a parameter."""
    return {"variance": typical, "correlation": 1.0}.get(parameter.kind, float(np.sqrt(typical)))


def _start(problem: Problem, fixed: dict[str, float], lean: float) -> Array:
    """Equal shares of the excess variance, and correlations of ``lean``; fixed values in place."""
    y, X, terms = problem.y, problem.X, problem.model.terms
    residual = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    excess = float(residual @ residual) / max(len(y) - X.shape[1], 1) - problem.typical
    share = max(excess, 0.2 * problem.typical) / max(len(terms), 1)
    out: list[float] = []
    for term in terms:
        if isinstance(term.shape, Factored):
            out += _factor_start(term.shape, share, lean)
        else:
            out += [_value(p, fixed, share, lean) for p in term.shape.parameters]
    return np.array(out)


def _value(parameter: Parameter, fixed: dict[str, float], share: float, lean: float) -> float:
    given = fixed.get(parameter.name)
    if parameter.kind == "correlation":
        inside = max(lean, 0.5 * parameter.lower) if lean < 0 else lean
        return max(inside, parameter.lower + 0.1) if given is None else given
    value = share if given is None else given
    return value if parameter.kind == "variance" else float(np.sqrt(value))


def _factor_start(shape: Factored, share: float, lean: float) -> list[float]:
    m = shape.size
    lean = max(lean, -0.5 / (m - 1))
    L = np.linalg.cholesky(share * ((1 - lean) * np.eye(m) + lean))
    return [float(x) for x in shape.nearest(L)]


def _unidentified(problem: Problem, start: Array, held: np.ndarray) -> np.ndarray:
    """Free parameters without information, or whose information repeats that of an earlier one."""
    out = np.zeros(len(start), dtype=bool)
    if held.all():
        return out
    information = problem.at(start).expected
    size = np.array([_size(p, problem.typical) for p in problem.model.parameters])
    scaled = information * np.outer(size, size)
    out = ~held & (np.diag(scaled) <= NO_INFORMATION)
    for b in range(len(start)):
        for a in range(b):
            if not (held[a] or held[b] or out[a] or out[b]):
                same = abs(scaled[a, b]) / np.sqrt(scaled[a, a] * scaled[b, b])
                out[b] = same > SAME_DIRECTION
    return out
