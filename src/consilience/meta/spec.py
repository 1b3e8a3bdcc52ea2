"""How a fit was asked for, and what a reader of it must know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

WarningCode = Literal[
    "leverage_one", "low_df", "few_clusters", "boundary", "not_converged", "rank_deficient", "not_identified",
    "dropped_rows", "no_spread", "variance_ratio",
]  # fmt: skip


@dataclass(frozen=True)
class FitSpec:
    """The specification: enough to run the fit again on the same data."""

    formula: str
    working_model: str
    estimator: str
    rho: float | None
    vcov: str
    test: str
    level: float
    fixed: dict[str, float] | None = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FitWarning:
    """Something to know before trusting a number; kept on the result, never printed."""

    code: WarningCode
    message: str
    term: str | None = None
    cluster: str | None = None
