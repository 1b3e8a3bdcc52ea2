"""Are the odds ratios of several tables equal? Breslow and Day's test, Tarone's correction of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.tables_2x2 import Counts


@dataclass(frozen=True)
class Homogeneity:
    """Breslow-Day and Tarone statistics, chi-squared on ``df``, with p-values."""

    breslow_day: float
    breslow_day_p: float
    tarone: float
    tarone_p: float
    df: int


def homogeneity_of_odds(t: Counts, log_or: float) -> Homogeneity | None:
    """Compare each table with the one that the common odds ratio and its margins imply (Tarone, 1985)."""
    t = t.keep(np.flatnonzero((t.events > 0) & (t.events < t.total)))
    if t.a.size < 2:
        return None
    expected = expected_events(t, float(np.exp(log_or)))
    cells = (expected, t.n1 - expected, t.events - expected, t.n2 - t.events + expected)
    spread = 1.0 / sum((1.0 / cell for cell in cells), np.zeros_like(expected))
    gap, df = t.a - expected, t.a.size - 1
    breslow_day = float((gap**2 / spread).sum())
    tarone = breslow_day - float(gap.sum() ** 2 / spread.sum())
    chi = [float(special.chdtrc(df, x)) for x in (breslow_day, tarone)]
    return Homogeneity(breslow_day, chi[0], tarone, chi[1], df)


def expected_events(t: Counts, odds_ratio: float) -> Array:
    """Events in arm 1 that fit the margins and the odds ratio: the root of a quadratic inside the margins."""
    if abs(odds_ratio - 1.0) < 1e-12:
        return np.asarray(t.n1 * t.events / t.total)
    A = 1.0 - odds_ratio
    B = t.n2 - t.events + odds_ratio * (t.n1 + t.events)
    C = -odds_ratio * t.n1 * t.events
    # of the two roots only this one lies inside the margins; written so that nothing cancels
    return np.asarray(-2.0 * C / (B + np.sqrt(B**2 - 4.0 * A * C)))
