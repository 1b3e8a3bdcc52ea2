"""p-curve: does the distribution of significant p-values look like evidence, and for which effect?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special

from consilience.meta.arrays import Array
from consilience.meta.bias.evidence import as_fit, one_mean, two_sided
from consilience.meta.bias.finding import Finding, p_text

SIGNIFICANT, HALF, WEAK = 0.05, 0.025, 1.0 / 3.0


@dataclass(frozen=True)
class Stouffer:
    """A combined test of pp-values: their number, ``z`` (negative = small pp-values) and one-sided p."""

    k: int
    z: float
    p_value: float


@dataclass(frozen=True, kw_only=True)
class PCurve(Finding):
    """Tests of right skew (full and half curve) and of flatness against 33 % power; power and effect.

    ``evidence``: the curve is right-skewed; ``inadequate``: flatter than 33 % power would give.
    ``effect`` is the true effect, the same in all studies, that fits the significant results best.
    """

    k: int
    k_significant: int
    k_half: int
    right_skew: Stouffer
    right_skew_half: Stouffer
    flatter: Stouffer
    flatter_half: Stouffer
    share_below_025: float
    binomial_p: float
    power: float
    effect: float
    evidence: bool
    inadequate: bool

    def explain(self) -> str:
        """Whether the significant results hold evidential value."""
        if self.k_significant == 0:
            return "No result is significant, so there is no p-curve to look at."
        verdict = (
            "hold evidence of an effect" if self.evidence else "do not clearly hold evidence of an effect"
        )
        return (
            f"The {self.k_significant} significant results {verdict} (right skew: "
            f"z = {self.right_skew.z:.2f}, {p_text(self.right_skew.p_value)}); "
            f"their power is about {100 * self.power:.0f} %."
        )


def p_curve(effects: Any, vi: Any = None, *, data: Any = None) -> PCurve:
    """Analyse the significant two-sided p-values of z = yi / sqrt(vi).

    Under no effect ``p / .05`` is uniform; under 33 % power the conditional upper tails of the
    non-central law are. Both are combined by Stouffer's method. There is evidential value where the half
    curve is right-skewed with p < .05, or both curves with p < .1. The effect minimises the
    Kolmogorov-Smirnov distance of its conditional p-values from uniform.

    Source: Simonsohn, Nelson & Simmons (2014), J. Exp. Psychol. Gen. 143, 534-547; Perspectives 9,
    666-681; Simonsohn, Simmons & Nelson (2015), J. Exp. Psychol. Gen. 144, 1146-1152.

    >>> p_curve([0.9, 0.8, 0.7, 0.2], [0.05, 0.04, 0.03, 0.1]).k_significant
    3
    """
    fit = as_fit(effects, vi, data=data, method="EE")
    one_mean(fit, "p-curve")
    p = two_sided(fit.yi, fit.vi)
    use = p < SIGNIFICANT
    z, se = np.abs(fit.yi[use]) / np.sqrt(fit.vi[use]), np.sqrt(fit.vi[use])
    half = p[use] < HALF
    full, halved = stouffer(p[use] / SIGNIFICANT), stouffer(p[use][half] / HALF)
    share = float(half.mean()) if use.any() else float("nan")
    return PCurve(
        k=fit.k, k_significant=int(use.sum()), k_half=int(half.sum()), right_skew=full,
        right_skew_half=halved,
        flatter=_flatter(z, SIGNIFICANT), flatter_half=_flatter(z[half], HALF), share_below_025=share,
        binomial_p=_binomial(int(half.sum()), int(use.sum())),
        power=_power(z), effect=_effect(fit.yi[use], se),
        evidence=bool(halved.p_value < 0.05 or (halved.p_value < 0.1 and full.p_value < 0.1)),
        inadequate=_inadequate(z, half), cautions=_cautions(fit.yi, use),
    )  # fmt: skip


def _binomial(low: int, all_of: int) -> float:
    """P(at least this many p below .025) when half are expected."""
    if all_of == 0:
        return float("nan")
    return float(special.bdtrc(low - 1, all_of, 0.5)) if low else 1.0


def stouffer(pp: Array) -> Stouffer:
    """Sum of normal scores over sqrt(k); small pp-values give a negative z."""
    if pp.size == 0:
        return Stouffer(0, float("nan"), float("nan"))
    scores = special.ndtri(np.clip(pp, 1e-300, 1.0 - 1e-16))
    z = float(scores.sum() / np.sqrt(pp.size))
    return Stouffer(int(pp.size), z, float(special.ndtr(z)))


def _critical(alpha: float) -> float:
    return float(-special.ndtri(alpha / 2.0))


def _two_sided_power(ncp: float, alpha: float) -> float:
    c = _critical(alpha)
    return float(special.ndtr(ncp - c) + special.ndtr(-ncp - c))


def noncentrality(power: float, alpha: float = SIGNIFICANT) -> float:
    """The non-centrality at which a two-sided z test has this power."""
    if power <= alpha:
        return 0.0
    return float(optimize.brentq(lambda m: _two_sided_power(m, alpha) - power, 0.0, 50.0, xtol=1e-14))


def _conditional(z: Array, ncp: float, alpha: float) -> Array:
    """P(|Z| < z | |Z| > critical) under N(ncp, 1): uniform where ncp is true."""
    beyond = special.ndtr(ncp - z) + special.ndtr(-ncp - z)
    return np.asarray(1.0 - beyond / _two_sided_power(ncp, alpha))


def _flatter(z: Array, alpha: float) -> Stouffer:
    """Stouffer's test that the curve is flatter than under 33 % power of a .05 test."""
    return stouffer(_conditional(z, noncentrality(WEAK), alpha))


def _inadequate(z: Array, half: np.ndarray) -> bool:
    """Flatter than 33 % power: the full curve with p < .05, or both half curve and full with p < .1."""
    full, halved = _flatter(z, SIGNIFICANT), _flatter(z[half], HALF)
    return bool(full.p_value < 0.05 or (full.p_value < 0.1 and halved.p_value < 0.1))


def _power(z: Array) -> float:
    """The power under which the conditional p-values have a Stouffer z of 0; between .05 and .99."""
    if z.size == 0:
        return float("nan")

    def score(power: float) -> float:
        return stouffer(_conditional(z, noncentrality(power), SIGNIFICANT)).z

    low, high = score(SIGNIFICANT), score(0.99)
    if low < 0:
        return SIGNIFICANT
    return 0.99 if high > 0 else float(optimize.brentq(score, SIGNIFICANT, 0.99, xtol=1e-10))


def _effect(yi: Array, se: Array) -> float:
    """The effect in whose conditional law the significant results of the main sign look uniform."""
    if yi.size == 0:
        return float("nan")
    sign = 1.0 if yi.sum() >= 0 else -1.0
    y, s = sign * yi[sign * yi > 0], se[sign * yi > 0]
    c = _critical(SIGNIFICANT)

    def distance(theta: float) -> float:
        tail = np.exp(special.log_ndtr((theta - y) / s) - special.log_ndtr(theta / s - c))
        pp, n = np.sort(tail), tail.size
        steps = np.arange(1, n + 1) / n
        return float(max(np.max(steps - pp), np.max(pp - steps + 1.0 / n)))

    grid = np.linspace(-y.max(), 1.5 * y.max(), 401)
    best = float(grid[int(np.argmin([distance(t) for t in grid]))])
    width = float(grid[1] - grid[0])
    found = optimize.minimize_scalar(distance, bounds=(best - width, best + width), method="bounded",
                                     options={"xatol": 1e-10})  # fmt: skip
    return sign * float(found.x)


def _cautions(yi: Array, use: np.ndarray) -> tuple[str, ...]:
    out = []
    if not use.any():
        return (
            "No result is significant: the p interval below .05 is empty and p-curve has nothing to say.",
        )
    if use.sum() < 5:
        out.append(f"Only {int(use.sum())} significant results: the curve is little more than an anecdote.")
    if np.sign(yi[use]).min() != np.sign(yi[use]).max():
        out.append("Significant results point both ways; the effect is estimated from the majority's sign.")
    out.append("p-curve's effect and power assume one effect for all studies; heterogeneity inflates them.")
    return tuple(out)
