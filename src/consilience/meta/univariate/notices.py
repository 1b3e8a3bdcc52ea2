"""What a reader must know about a fit: carried on the result, never printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.model import Estimates, Options
from consilience.meta.univariate.tau2 import is_fixed

# Beyond this ratio of variances the small ones decide everything and rounding begins to tell.
_RATIO = 1e7


@dataclass(frozen=True)
class Notice:
    """A remark on a fit: a stable ``code`` for programs, a ``message`` for people."""

    code: str
    message: str
    term: str = ""


def notices(given: int, vi: Array, p: int, options: Options, found: Estimates) -> tuple[Notice, ...]:
    """The remarks that a fit deserves."""
    return (*_on_data(given, vi), *_on_tau2(vi.size, p, options, found), *_on_tests(options, found))


def _on_data(given: int, vi: Array) -> Iterator[Notice]:
    if vi.size < given:
        left = given - vi.size
        yield Notice("studies_left_out", f"{left} of {given} studies have a blank and were left out.")
    if vi.max() > _RATIO * vi.min():
        yield Notice(
            "variance_ratio", "The largest variance is more than 10 million times the smallest; check vi."
        )


def _on_tau2(k: int, p: int, options: Options, found: Estimates) -> Iterator[Notice]:
    if is_fixed(options.method) or options.tau2 is not None:
        return
    if k <= p:
        yield Notice(
            "tau2_not_estimable",
            f"{k} studies and {p} coefficients: tau2 cannot be estimated and was taken as zero.",
        )
    elif found.boundary:
        yield Notice("boundary", "The estimate of tau2 lies at its lower bound, zero.")
    if not found.converged:
        yield Notice(
            "not_converged",
            f"The search for tau2 ({options.method}) did not converge in {found.steps} steps; "
            "try another method and compare.",
        )


def _on_tests(options: Options, found: Estimates) -> Iterator[Notice]:
    if np.isnan(found.coefficients.df):
        yield Notice(
            "no_residual_df",
            f"test={options.test!r} needs more studies than coefficients; p-values and limits are missing.",
        )
