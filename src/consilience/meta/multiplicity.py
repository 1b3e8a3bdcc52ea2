"""Adjusting p-values for the number of comparisons."""

from __future__ import annotations

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.errors import InputError

METHODS = ("holm", "hochberg", "bonferroni", "BH", "BY", "none")


def adjust_p(p: Array, method: str = "holm") -> Array:
    """Adjusted p-values (m,), NaN kept and not counted.

    Holm (1979), Hochberg (1988), Bonferroni, Benjamini & Hochberg (1995), Benjamini & Yekutieli (2001).

    >>> adjust_p(np.array([0.01, 0.04, 0.03]), "holm").tolist()
    [0.03, 0.06, 0.06]
    """
    chosen = next((m for m in METHODS if m.lower() == method.lower()), None)
    if chosen is None:
        raise InputError(f"adjust='{method}' is not known; use one of {', '.join(METHODS)}.")
    out = np.array(p, dtype=float)
    kept = np.flatnonzero(np.isfinite(out))
    out[kept] = np.minimum(_adjusted(out[kept], chosen), 1.0)
    return out


def _adjusted(p: Array, method: str) -> Array:
    m = len(p)
    if method == "none" or m == 0:
        return p
    if method == "bonferroni":
        return m * p
    order = np.argsort(p, kind="stable")
    rank = np.arange(1, m + 1)
    out = np.empty(m)
    if method == "holm":
        out[order] = np.maximum.accumulate((m - rank + 1) * p[order])
        return out
    factor = {"hochberg": m - rank + 1, "BH": m / rank, "BY": np.sum(1 / rank) * m / rank}[method]
    out[order] = np.minimum.accumulate((factor * p[order])[::-1])[::-1]
    return out
