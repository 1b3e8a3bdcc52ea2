"""Hedges' small-sample factor J, and the rule that says when it is applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.special import gammaln

from consilience.meta.effects.arrays import ArrayLike, FloatArray, as_float
from consilience.meta.errors import InputError

Factor = Literal["exact", "approximate"]
Apply = Literal["always", "never", "df_below"]


def hedges_j(m: ArrayLike, method: Factor = "exact") -> FloatArray:
    """The factor that removes the small-sample bias of a standardised mean difference.

    ``exact``: J(m) = Γ(m/2) / (√(m/2) Γ((m-1)/2)); ``approximate``: 1 - 3/(4m - 1). ``m`` are the
    degrees of freedom of the standardiser; m <= 1 gives NaN. Source: Hedges (1981), equation 6e.

    >>> hedges_j([10.0, 58.0]).round(6).tolist()
    [0.922746, 0.987004]
    """
    df = np.where(as_float(m) > 1, as_float(m), np.nan)
    if method == "exact":
        return np.asarray(np.exp(gammaln(df / 2) - np.log(np.sqrt(df / 2)) - gammaln((df - 1) / 2)))
    if method == "approximate":
        return np.asarray(1 - 3 / (4 * df - 1))
    raise InputError(f"method is {method!r}; a small-sample factor is 'exact' or 'approximate'.")


@dataclass(frozen=True)
class SmallSampleRule:
    """Which factor is used, and when: always, never, or only for df below ``df_limit``."""

    factor: Factor = "exact"
    apply: Apply = "always"
    df_limit: float | None = None

    def __post_init__(self) -> None:
        if self.factor not in get_args(Factor):
            raise InputError(f"small_sample is {self.factor!r}; it must be 'exact' or 'approximate'.")
        if self.apply not in get_args(Apply):
            raise InputError(f"small_sample_apply is {self.apply!r}; use 'always', 'never' or 'df_below'.")
        if self.apply == "df_below" and self.df_limit is None:
            raise InputError("small_sample_apply='df_below' needs df_limit, for example df_limit=10.")

    def j(self, df: FloatArray) -> FloatArray:
        """The factor of each effect; 1 where the rule does not apply it."""
        if self.apply == "never":
            return np.where(np.isnan(df), np.nan, 1.0)
        factor = hedges_j(df, self.factor)
        if self.apply == "always" or self.df_limit is None:
            return factor
        return np.where(df < self.df_limit, factor, np.where(np.isnan(df), np.nan, 1.0))


DEFAULT_RULE = SmallSampleRule()
