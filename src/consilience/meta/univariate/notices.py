"""What a reader must know about a fit: carried on the result, never printed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from consilience.meta.spec import FitWarning
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.model import Estimates, Options
from consilience.meta.univariate.tau2 import is_fixed

# Beyond this ratio of variances the small ones decide everything and rounding begins to tell.
_RATIO = 1e7


def notices(
    given: int, vi: Array, p: int, aliased: tuple[str, ...], options: Options, found: Estimates
) -> tuple[FitWarning, ...]:
    """The remarks that a fit deserves."""
    return (*_on_data(given, vi, aliased), *_on_tau2(vi.size, p, options, found), *_on_tests(options, found))


def _on_data(given: int, vi: Array, aliased: tuple[str, ...]) -> Iterator[FitWarning]:
    if vi.size < given:
        left = given - vi.size
        yield FitWarning("dropped_rows", f"{left} of {given} studies have a blank and were left out.")
    for name in aliased:
        message = f"{name} repeats what other moderators say and was left out."
        yield FitWarning("rank_deficient", message, name)
    if vi.max() > _RATIO * vi.min():
        yield FitWarning(
            "variance_ratio",
            "The largest variance is more than 10 million times the smallest, so that the most precise "
            "studies decide nearly everything. Check vi.",
        )


def _on_tau2(k: int, p: int, options: Options, found: Estimates) -> Iterator[FitWarning]:
    if is_fixed(options.method) or options.tau2 is not None:
        return
    if k <= p:
        yield FitWarning(
            "not_identified",
            f"{k} studies and {p} coefficients: tau2 cannot be estimated and was taken as zero.",
        )
    elif found.boundary:
        yield FitWarning("boundary", "The estimate of tau2 lies at its lower bound, zero.")
    if not found.converged:
        yield FitWarning(
            "not_converged",
            f"The search for tau2 ({options.method}) did not converge in {found.steps} steps; "
            "try another method and compare.",
        )


def _on_tests(options: Options, found: Estimates) -> Iterator[FitWarning]:
    if np.isnan(found.coefficients.df):
        yield FitWarning(
            "low_df",
            f"test={options.test!r} needs more studies than coefficients; p-values and limits are missing.",
        )
