"""The cluster wild bootstrap of a Wald test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.bootstrap.ce import refit_ce
from consilience.meta.bootstrap.che import refit_che
from consilience.meta.bootstrap.draws import distribution, every_sign
from consilience.meta.bootstrap.he import refit_he
from consilience.meta.bootstrap.null_model import null_residuals
from consilience.meta.bootstrap.replicates import Refits, wald_f
from consilience.meta.errors import InputError
from consilience.meta.working.model import WorkingData


class Refit(Protocol):
    """Fits to many draws at once."""

    def __call__(
        self, data: WorkingData, e: Array, draws: Array, counts: Array | None = None, C: Array | None = None
    ) -> Refits:
        """Fit to ``e`` times each column of ``draws`` (J, R)."""


REFITS: dict[str, Refit] = {
    "CE": refit_ce,
    "HE": refit_he,
    "CHE": refit_che,
}
# Studies x draws held at once: what a processor's cache takes, whatever the number of studies.
CELLS = 40_000


@dataclass(frozen=True)
class WildTest:
    """A bootstrapped Wald test: ``statistic`` is the naive F with CR0, ``p_value`` its bootstrap p.

    ``draws`` are the bootstrap statistics; ``exact`` says that every sign vector was used; ``failed`` counts
    draws without a statistic, which are taken as more extreme than the data.
    """

    test: str
    statistic: float
    df_num: float
    df_denom: float
    p_value: float
    labels: tuple[str, ...]
    reps: int
    distribution: str
    adjust: str
    exact: bool
    seed: int | None
    failed: int
    draws: Array
    reason: str = ""


def wild_test(
    data: WorkingData,
    model: str,
    C: Array,
    statistic: float,
    labels: tuple[str, ...],
    *,
    reps: int = 1999,
    seed: int | None = None,
    auxiliary: str = "Rademacher",
    adjust: str = "CR0",
    p_rule: str = "default",
) -> WildTest:
    """Test ``C beta = 0`` by refitting to sign-changed residuals of the null model.

    ``p = (1 + #{F* >= F}) / (1 + reps)``; with ``p_rule="wildmeta"`` the share of F* above F among draws
    that gave a statistic. When Rademacher signs have at most ``reps`` patterns, all are used and p is exact.
    Source: Joshi, Pustejovsky & Beretvas (2022), Research Synthesis Methods 13, 457-477.
    """
    _check(model, reps, p_rule)
    draw, J = distribution(auxiliary), data.clusters.J
    exact = auxiliary.lower() == "rademacher" and J < 31 and reps >= 2**J
    e = null_residuals(data, model, C, adjust)
    rng = np.random.default_rng(seed)
    eta = every_sign(J) if exact else draw(rng, (J, reps))
    parts = [wald_f(REFITS[model](data, e, eta[:, some], None, C), C) for some in batches(eta.shape[1], J)]
    F = np.concatenate(parts)
    failed = int(np.sum(~np.isfinite(F)))
    p = p_value(F, statistic, exact, p_rule)
    return WildTest(
        "CWB", statistic, len(C), float("nan"), p, labels, len(F), auxiliary, adjust, exact, seed, failed, F
    )


def batches(reps: int, J: int) -> list[slice]:
    """The draws in parts that are handled together."""
    size = max(100, CELLS // J)
    return [slice(at, min(at + size, reps)) for at in range(0, reps, size)]


def p_value(F: Array, statistic: float, exact: bool, p_rule: str) -> float:
    """The bootstrap p; equal statistics count as extreme, up to rounding."""
    if p_rule == "wildmeta":
        kept = F[np.isfinite(F)]
        return float(np.mean(kept > statistic)) if len(kept) else float("nan")
    extreme = int(np.sum(~(statistic * (1 - 1e-9) > F)))
    return extreme / len(F) if exact else (1 + extreme) / (1 + len(F))


def _check(model: str, reps: int, p_rule: str) -> None:
    if model not in REFITS:
        raise InputError(
            f"The wild bootstrap is for {', '.join(REFITS)} fits; this one is {model}. Use wald_test."
        )
    if reps < 1:
        raise InputError(f"reps={reps} must be at least 1; 1999 is a good number.")
    if p_rule not in ("default", "wildmeta"):
        raise InputError(f"p_rule='{p_rule}' is not known; use default or wildmeta.")
