"""What a method is given: effects, variances, sample sizes; and what must be said of few or like studies."""

from __future__ import annotations

from typing import Any

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.errors import InputError
from consilience.meta.univariate.entry import rma
from consilience.meta.univariate.inputs import as_frame, numbers
from consilience.meta.univariate.results import RmaFit

FEW = 10
ALIKE = 1e-8


def as_fit(effects: Any, vi: Any = None, **options: Any) -> RmaFit:
    """An ``rma`` fit as it is, or fitted from effects and variances with these options."""
    if isinstance(effects, RmaFit):
        return effects
    fit = rma(effects, vi, **options)
    if not isinstance(fit, RmaFit):
        raise InputError("scale= is not for these methods; leave it out.")
    return fit


def sizes(name: str, value: Any, effects: Any, data: Any, fit: RmaFit) -> Array:
    """A number per study (such as ``ni``): a column's name or values, for the studies that took part."""
    frame = as_frame(data) if data is not None else as_frame(effects)
    given = numbers(name, value, frame)
    if given.size == fit.k_given:
        given = given[fit.rows]
    if given.size != fit.k:
        raise InputError(
            f"{name} has {given.size} values but there are {fit.k_given} effects; give one each."
        )
    bad = np.flatnonzero(~(given > 0))
    if bad.size:
        label = fit.labels[int(bad[0])]
        raise InputError(f"{name} of study {label} is {given[bad[0]]}; it must be a number above 0.")
    return given


def one_mean(fit: RmaFit, method: str) -> None:
    """Refuse moderators where a method knows only one mean."""
    if fit.terms != ("Intercept",):
        raise InputError(f"{method} is for one pooled effect; fit rma without moderators for it.")


def about_studies(vi: Array) -> tuple[str, ...]:
    """Cautions that hold for every method that compares small with large studies."""
    out = []
    if vi.size < FEW:
        out.append(
            f"{vi.size} studies: with fewer than {FEW}, small-study methods have little power and are easily "
            "misled; read the result as a description."
        )
    if np.ptp(vi) <= ALIKE * vi.max():
        out.append(
            "All studies are equally precise, so nothing can be learned from small against large ones."
        )
    return tuple(out)


def two_sided(yi: Array, vi: Array) -> Array:
    """Two-sided p-values of the single effects."""
    from scipy import special

    return np.asarray(2.0 * special.ndtr(-np.abs(yi) / np.sqrt(vi)))
