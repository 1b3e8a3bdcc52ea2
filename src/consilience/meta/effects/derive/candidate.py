"""What every path hands over, and what every path reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from consilience.meta.effects.arrays import BoolArray, FloatArray, TextArray
from consilience.meta.effects.derive.arms import Arm
from consilience.meta.effects.derive.cells import TrialTable
from consilience.meta.effects.derive.correlation import RowCorrelation
from consilience.meta.effects.derive.statistics import RowStatistics
from consilience.meta.effects.ppc import Formula

Metric = Literal["raw", "change", "post", "given"]


@dataclass(frozen=True)
class Rows:
    """All that the paths read: both arms, correlations, printed statistics, signs."""

    table: TrialTable
    arm1: Arm
    arm2: Arm
    r: RowCorrelation
    stats: RowStatistics
    formula: Formula


@dataclass(frozen=True)
class Candidate:
    """One path's effects: NaN in ``d`` where the path does not lead anywhere.

    ``metric`` says in which SDs ``d`` is: raw (pre- or posttest SD), change (SD of change scores),
    post (posttest SD of a posttest difference: no r needed), given (``yi``, ``vi`` are final).
    """

    code: str | TextArray
    d: FloatArray
    n1: FloatArray
    n2: FloatArray
    metric: Metric
    notes: tuple[tuple[BoolArray, str], ...] = ()
    own: tuple[FloatArray, FloatArray] | None = None
    """Each arm's own standardised change, where formula d_ppc1 can use it."""
    vi: FloatArray = field(default_factory=lambda: np.empty(0))
    built_with_r: BoolArray | None = None
    """Rows in which ``d`` itself was built with the pre-post correlation."""
