"""Fail-safe N: how many studies without an effect would undo the result."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from consilience.meta.arrays import Array
from consilience.meta.bias.evidence import as_fit, one_mean
from consilience.meta.bias.finding import Finding
from consilience.meta.errors import InputError
from consilience.meta.univariate.entry import rma
from consilience.meta.univariate.results import RmaFit

MOST = 10_000_000


@dataclass(frozen=True, kw_only=True)
class FailSafeN(Finding):
    """``n`` studies of no effect would bring the result to ``alpha`` or to the ``target``.

    ``average`` is the mean the method looks at (NaN for Rosenthal), ``p_value`` that of the observed result.
    """

    type: str
    n: int
    k: int
    average: float
    p_value: float
    alpha: float
    target: float

    def explain(self) -> str:
        """How many null studies it would take, and what they would do."""
        aim = "p above alpha" if np.isnan(self.target) else f"the mean to {self.target:.3g}"
        seen = f"({self.type}; {self.k} studies seen)"
        return f"{self.n} unseen studies without an effect would bring {aim} {seen}."


def _rosenthal(fit: RmaFit, alpha: float, target: float | None, weighted: bool) -> tuple[float, ...]:  # noqa: ARG001
    z = abs(float((fit.yi / np.sqrt(fit.vi)).sum())) / math.sqrt(fit.k)
    n = fit.k * (z / -float(special.ndtri(alpha))) ** 2 - fit.k
    return n, float("nan"), float(special.ndtr(-z)), float("nan")


def _orwin(fit: RmaFit, alpha: float, target: float | None, weighted: bool) -> tuple[float, ...]:  # noqa: ARG001
    w = 1.0 / fit.vi if weighted else np.ones(fit.k)
    mean = float(w @ fit.yi / w.sum())
    aim = mean / 2.0 if target is None else target
    _check_target(aim, mean)
    return fit.k * (abs(mean) - abs(aim)) / abs(aim), mean, float("nan"), aim


def _rosenberg(fit: RmaFit, alpha: float, target: float | None, weighted: bool) -> tuple[float, ...]:  # noqa: ARG001
    w = 1.0 / fit.vi
    return _needed(fit.yi, w, float(w.mean()), alpha, target)


def _general(fit: RmaFit, alpha: float, target: float | None, weighted: bool) -> tuple[float, ...]:  # noqa: ARG001
    w = 1.0 / (fit.vi + fit.tau2)
    typical = 1.0 / (1.0 / float((1.0 / fit.vi).mean()) + fit.tau2)
    return _needed(fit.yi, w, typical, alpha, target)


def _needed(yi: Array, w: Array, each: float, alpha: float, target: float | None) -> tuple[float, ...]:
    """Null studies of weight ``each`` until z meets its critical value, or the mean the target."""
    total, top = float(w.sum()), float(w @ yi)
    mean, z = top / total, abs(top) / math.sqrt(total)
    p = 2.0 * float(special.ndtr(-z))
    if target is not None:
        _check_target(target, mean)
        return (top / target - total) / each, mean, p, target
    critical = -float(special.ndtri(alpha / 2.0))
    return ((top / critical) ** 2 - total) / each, mean, p, float("nan")


def _check_target(target: float, mean: float) -> None:
    if target == 0 or target * mean < 0:
        raise InputError(
            f"target={target:g} must have the sign of the mean ({mean:.3g}) and not be 0: studies without an "
            "effect never bring the mean to 0 or past it."
        )


TYPES: dict[str, Callable[[RmaFit, float, float | None, bool], tuple[float, ...]]] = {
    "Rosenthal": _rosenthal,
    "Orwin": _orwin,
    "Rosenberg": _rosenberg,
    "General": _general,
}


def fsn(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    type: str = "Rosenthal",
    alpha: float = 0.05,
    target: float | None = None,
    weighted: bool = False,
    exact: bool = False,
    **options: Any,
) -> FailSafeN:
    """How many studies without an effect would make the result vanish.

    ``Rosenthal``: until the sum of z over sqrt(k + n) has one-sided p = alpha (1979). ``Orwin``: until the
    mean falls to ``target`` (default half of it; 1983). ``Rosenberg``: until the equal-effects mean has
    two-sided p = alpha, or falls to ``target`` (2005). ``General``: the same for the random-effects mean,
    new studies having the mean weight; ``exact`` estimates tau2 anew with them.

    >>> fsn([0.5, 0.6, 0.4, 0.3], [0.02, 0.03, 0.02, 0.05]).n
    43
    """
    fit = as_fit(effects, vi, data=data, **options)
    one_mean(fit, "Fail-safe N")
    name = next((n for n in TYPES if n.lower() == type.lower()), None)
    if name is None:
        raise InputError(f"type={type!r} is not known; use one of {', '.join(TYPES)}.")
    if not 0 < alpha < 0.5:
        raise InputError(f"alpha={alpha} must lie between 0 and 0.5, such as 0.05.")
    raw, mean, p, aim = TYPES[name](fit, alpha, target, weighted)
    n = max(0, math.ceil(raw - 1e-10))
    if name == "General" and exact:
        n = _refitted(fit, alpha, target)
    return FailSafeN(
        type=name, n=n, k=fit.k, average=mean, p_value=p, alpha=alpha, target=aim, cautions=_cautions(n)
    )


def _refitted(fit: RmaFit, alpha: float, target: float | None) -> int:
    """The smallest number of null studies of typical variance after which the refitted model gives way."""
    typical = 1.0 / float((1.0 / fit.vi).mean())

    def gives_way(n: int) -> bool:
        o = fit.options
        y, v = np.append(fit.yi, np.zeros(n)), np.append(fit.vi, np.full(n, typical))
        again = rma(y, v, method=o.method, test=o.test)
        if target is None:
            return bool(again.p_value[0] >= alpha)
        return bool(abs(again.beta[0]) <= abs(target))

    if gives_way(0):
        return 0
    high = 1
    while not gives_way(high):
        if high * 2 > 100_000:
            raise InputError("More than 100000 null studies would be needed; use exact=False.")
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if gives_way(middle) else (middle, high)
    return high


def _cautions(n: int) -> tuple[str, ...]:
    said = (
        "A fail-safe N takes unseen studies to have no effect on average; how likely they are it cannot say."
    )
    return (said, "The result is already at or past the aim, so no study is needed.") if n == 0 else (said,)
