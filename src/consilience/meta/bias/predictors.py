"""Measures of a study's precision that a small-study effect may follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.errors import InputError


@dataclass(frozen=True)
class Precision:
    """Sampling variances and, where known, total sample sizes and those of the two arms, each (k,)."""

    vi: Array
    ni: Array | None = None
    n1: Array | None = None
    n2: Array | None = None


def _total(p: Precision) -> Array:
    if p.ni is not None:
        return p.ni
    if p.n1 is not None and p.n2 is not None:
        return p.n1 + p.n2
    raise InputError("This predictor needs sample sizes; give ni= (or n1= and n2=), a number per study.")


def _arms(p: Precision) -> Array:
    if p.n1 is None or p.n2 is None:
        raise InputError("predictor='arms' needs n1= and n2=, the people in each arm of each study.")
    return np.asarray(1.0 / p.n1 + 1.0 / p.n2)


PREDICTORS: dict[str, Callable[[Precision], Array]] = {
    "sei": lambda p: np.sqrt(p.vi),
    "vi": lambda p: p.vi,
    "ni": _total,
    "ninv": lambda p: 1.0 / _total(p),
    "sqrtni": lambda p: np.sqrt(_total(p)),
    "sqrtninv": lambda p: 1.0 / np.sqrt(_total(p)),
    "arms": lambda p: np.sqrt(_arms(p)),
    "arms2": _arms,
}
# Those that go to zero in an endlessly large study, so that the intercept is its effect.
VANISHING = ("sei", "vi", "ninv", "sqrtninv", "arms", "arms2")


def predictor_values(name: str, precision: Precision) -> Array:
    """The predictor ``name``: sei, vi, ni, ninv, sqrtni, sqrtninv, arms (sqrt(1/n1 + 1/n2)), arms2."""
    if name not in PREDICTORS:
        raise InputError(f"predictor={name!r} is not known; use one of {', '.join(PREDICTORS)}.")
    return PREDICTORS[name](precision)


def about_artefact(name: str, precision: Precision) -> tuple[str, ...]:
    """Say when the variance of a standardised mean difference itself carries the effect."""
    if name not in ("sei", "vi"):
        return ()
    if precision.n1 is None or precision.n2 is None:
        return ()
    share = float(np.max(1.0 - _arms(precision) / precision.vi))
    if share < 0.05:
        return ()
    return (
        f"Up to {100 * share:.0f} % of a study's variance comes from its own effect (standardised mean "
        "differences); that alone makes effect and standard error move together. Prefer predictor='arms' "
        "(Pustejovsky & Rodgers 2019).",
    )
