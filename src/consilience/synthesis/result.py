"""What a synthesis hands over: every number with the rows it came from.

These are the only types that reports, exports and pages read. They hold values and their
provenance, never estimators.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from consilience.extraction.problems import Problem
from consilience.protocol.model import Comparator, Protocol, PublishedResult

SCHEMA_VERSION = "1.0"

Scale = Literal["g", "percent", "log_ratio"]
Family = Literal[
    "overall",
    "intervention",
    "outcome",
    "grid",
    "moderator_level",
    "moderator_slope",
    "percent_change",
    "persistence",
    "time_slope",
    "marker",
    "sensitivity",
]
Status = Literal["estimated", "not_estimable"]
CautionCode = Literal[
    "low_df",
    "few_studies",
    "one_study",
    "one_study_dominates",
    "boundary",
    "not_converged",
    "imputed_r",
    "p_bound",
    "posttest_only",
    "leverage_one",
    "level_in_one_study",
    "other",
]


@dataclass(frozen=True)
class Caution:
    """Something a reader must know before trusting a number."""

    code: CautionCode
    message: str


@dataclass(frozen=True)
class Estimate:
    """One pooled quantity: what was estimated, from what, how sure.

    ``estimate``, ``se`` and the limits are on ``scale``: ``g`` in standard deviations (positive =
    the protocol's good direction), ``percent`` in percent of the pretest mean against control,
    ``log_ratio`` as a natural-log ratio of means. Slopes are per ``per`` units of the moderator.
    A quantity that cannot be estimated has ``status == "not_estimable"``, a ``reason`` in plain
    words, and ``None`` in its numbers.
    """

    key: str
    label: str
    family: Family
    scale: Scale
    status: Status
    reason: str = ""
    k_studies: int = 0
    k_effects: int = 0
    participants: int | None = None
    estimate: float | None = None
    se: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    tau2: float | None = None
    omega2: float | None = None
    I2: float | None = None
    Q: float | None = None
    Q_df: float | None = None
    pi_lower: float | None = None
    pi_upper: float | None = None
    per: float = 1.0
    unit: str = ""
    subset: str = "all"
    cautions: tuple[Caution, ...] = ()
    effect_ids: tuple[str, ...] = ()
    curve: tuple[tuple[float, float, float, float], ...] = ()
    """Of a slope that is drawn: the fitted line as points (x, estimate, ci_lower, ci_upper)."""


@dataclass(frozen=True)
class JointTest:
    """A robust Wald test of whether a moderator's levels differ (or its slope is zero)."""

    key: str
    label: str
    status: Status
    reason: str = ""
    test: str = "HTZ"
    statistic: float | None = None
    df_num: float | None = None
    df_denom: float | None = None
    p_value: float | None = None
    k_studies: int = 0
    k_effects: int = 0
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class ModeratorAnalysis:
    """One moderator in one set of trials: the joint test, and levels or a slope."""

    key: str
    label: str
    kind: Literal["categorical", "continuous"]
    subset: str
    subset_label: str
    test: JointTest
    levels: tuple[Estimate, ...] = ()
    slope: Estimate | None = None
    k_missing: int = 0
    """Effects left out because the moderator was not stated."""


@dataclass(frozen=True)
class GridCell:
    """One intervention x outcome category of the evidence matrix."""

    intervention: str
    outcome: str
    estimate: Estimate


@dataclass(frozen=True)
class StudyAverage:
    """A study's average effect, as drawn in the forest plot of study averages."""

    study: str
    intervention: str
    k_effects: int
    participants: int | None
    yi: float
    sei: float
    ci_lower: float
    ci_upper: float
    weight: float
    """Share of the overall estimate's weight, in percent."""
    effect_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnusedRow:
    """A row of the trial table that gave no effect, and why."""

    file: str
    row: int
    study: str
    outcome: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class ComparatorResult:
    """The trials' percent change beside a benchmark from elsewhere."""

    comparator: Comparator
    ours: Estimate
    statement: str


@dataclass(frozen=True)
class PublishedComparison:
    """A published result beside our own of the same name."""

    published: PublishedResult
    ours: Estimate


@dataclass(frozen=True)
class Provenance:
    """All that is needed to run it again."""

    files: tuple[str, ...]
    data_sha256: str
    protocol_sha256: str
    versions: dict[str, str]
    seed: int
    n_rows: int
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SynthesisResult:
    """A protocol's analysis plan, run over a trial table."""

    protocol: Protocol
    effects: pd.DataFrame
    """One row per effect: ``effect_id row study ... yi vi derivation assumptions`` (see docs)."""
    percent_effects: pd.DataFrame
    overall: Estimate
    interventions: tuple[Estimate, ...]
    outcomes: tuple[Estimate, ...]
    markers: tuple[Estimate, ...]
    grid: tuple[GridCell, ...]
    moderators: tuple[ModeratorAnalysis, ...]
    percent_change: tuple[Estimate, ...]
    persistence: tuple[Estimate, ...]
    time_slope: Estimate
    comparators: tuple[ComparatorResult, ...]
    published: tuple[PublishedComparison, ...]
    study_averages: tuple[StudyAverage, ...]
    sensitivity: tuple[Estimate, ...]
    unused: tuple[UnusedRow, ...]
    problems: tuple[Problem, ...]
    provenance: Provenance
    notice: str = ""
    """Printed first in every report: "SYNTHETIC DATA", or what the example is and is not."""
    prisma: dict[str, Any] | None = None
