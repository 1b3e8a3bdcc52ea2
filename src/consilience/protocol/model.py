"""The question of a review as data: what a protocol file says, once it has been checked.

Every class here mirrors one block of the YAML file. They are pydantic models because a protocol
comes from outside; they are frozen because an analysis must be replayable from them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Direction = Literal["beneficial", "harmful"]
"""``beneficial``: more of the marker is better; ``harmful``: less of it is better."""

Scale = Literal["g", "percent"]
Correlation = Annotated[float, Field(gt=-1, lt=1)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
"""How a term is written in data: small letters, digits and underscores, a letter first."""
Words = Annotated[str, Field(min_length=1)]
Formula = Literal["d_ppc1", "d_ppc2", "d_ppc_change"]
Variance = Literal["morris2008", "large_sample", "large_sample_no_j"]
WorkingModel = Literal["CE", "HE", "CHE", "SCE", "CMVE"]
BiasMethod = Literal["regtest", "trimfill", "pet_peese", "selection_model"]
"""How publication bias is to be looked for: stated in the plan, not run by the synthesis yet."""


class Part(BaseModel):
    """A block of a protocol file: frozen, and closed to words that the protocol does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class Term(Part):
    """A word of the review's vocabulary: its key in data, its label in print, its other spellings."""

    key: Key
    label: Words
    synonyms: tuple[Words, ...] = ()
    description: str = ""


class Question(Part):
    """The review's question in PICO form, with the design it asks for."""

    population: str
    intervention: str
    comparator: str
    outcome: str
    design: str
    text: str = ""


class Eligibility(Part):
    """What is let in and what is kept out, one criterion a line."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    published_through: date | None = None


class Marker(Part):
    """One thing that trials measure: its outcome category and which way is better."""

    key: Key
    label: Words
    category: str
    direction: Direction
    synonyms: tuple[Words, ...] = ()
    unit: str = ""
    pre_post_r: Correlation | None = None
    typically_log: bool = False
    note: str = ""


class Moderator(Part):
    """A column of the trial table by which effects may differ."""

    key: Key
    label: Words
    kind: Literal["categorical", "continuous"]
    column: Key
    levels: tuple[Term, ...] = ()
    """Empty: each different word in the column is a level of its own."""
    unit: str = ""
    per: Annotated[float, Field(gt=0)] = 1.0
    """A slope is printed per this many units (10 for "per 10 years")."""


class Directions(Part):
    """What a positive and a negative effect mean, in the words of the report."""

    positive: str
    negative: str
    beneficial: str
    harmful: str


class PrePostCorrelation(Part):
    """Where the correlation between a person's pre- and posttest comes from.

    The order of trust is: the row's own ``pre_post_r``, the correlation implied by the row's change
    SDs (``derive_from_change_sd``), the marker's, then ``default``.
    """

    default: Correlation = 0.5
    per_row: bool = True
    derive_from_change_sd: bool = True
    by_marker: dict[str, Correlation] = Field(default_factory=dict)


class SmallSample(Part):
    """When and how an effect is shrunk for small samples (Hedges' J)."""

    factor: Literal["exact", "approximate"] = "exact"
    apply: Literal["always", "never", "df_below"] = "always"
    df_limit: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _limit_is_there_when_needed(self) -> Self:
        if self.apply == "df_below" and self.df_limit is None:
            raise ValueError(
                "apply is 'df_below', so df_limit must say below which df; add for example df_limit: 10"
            )
        return self


class EffectPlan(Part):
    """How a row of the trial table becomes an effect size."""

    measure: Literal["PPC"] = "PPC"
    formula: Formula = "d_ppc2"
    variance: Variance = "morris2008"
    small_sample: SmallSample = SmallSample()
    pre_post_r: PrePostCorrelation = PrePostCorrelation()
    allow_posttest_only: bool = True
    allow_p_bounds: bool = False
    """A bound such as p < .05 is read as p = .05 when allowed; such effects are flagged."""


class PoolingPlan(Part):
    """How effects are pooled."""

    working_model: WorkingModel = "CE"
    estimator: Literal["robumeta", "REML", "ML"] = "robumeta"
    """``robumeta``: moment estimators and weights of robumeta (CE, HE); otherwise likelihood."""
    rho: Annotated[float, Field(ge=0, le=1)] = 0.8
    vcov: Literal["CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3"] = "CR2"
    test: Literal["HTZ"] = "HTZ"
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    min_studies: Annotated[int, Field(ge=2)] = 2
    min_df: Annotated[float, Field(ge=0)] = 4.0


class FollowUpPlan(Part):
    """Which time points enter the main analyses, and when an effect counts as lasting."""

    include_follow_up: bool = True
    max_weeks: float | None = None
    persistence_weeks: float = 26.0


class PercentChangePlan(Part):
    """Percent change against control, from means; ``raw`` percent points or log ratio of means."""

    method: Literal["raw", "log_ratio"] = "raw"
    max_abs_percent: float | None = 500.0


def _check_interval(estimate: float, lower: float | None, upper: float | None) -> None:
    """Refuse limits that stand the wrong way round or leave the estimate outside."""
    if (lower is not None and lower > estimate) or (upper is not None and upper < estimate):
        raise ValueError(
            f"the estimate {estimate:g} lies outside its interval {lower} to {upper}; "
            "ci_lower is the smaller limit, ci_upper the larger, with their signs"
        )


class Comparator(Part):
    """A benchmark from elsewhere, on the percent scale, with its own uncertainty."""

    key: Key
    label: Words
    marker: str
    percent_change: float
    ci_lower: float | None = None
    ci_upper: float | None = None
    p_value: float | None = None
    n: int | None = None
    weeks: float | None = None
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _interval_holds_its_estimate(self) -> Self:
        _check_interval(self.percent_change, self.ci_lower, self.ci_upper)
        return self


class SensitivityPlan(Part):
    """The choices that the sensitivity analysis varies."""

    rho: tuple[Annotated[float, Field(ge=0, le=1)], ...] = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)
    pre_post_r: tuple[Correlation, ...] = (0.3, 0.5, 0.7, 0.9)
    formula: tuple[Formula, ...] = ("d_ppc1", "d_ppc2", "d_ppc_change")
    variance: tuple[Variance, ...] = ("morris2008", "large_sample")
    working_model: tuple[WorkingModel, ...] = ("CE", "HE", "CHE")


class AnalysisPlan(Part):
    """What is computed, decided before the data are seen."""

    effect: EffectPlan = EffectPlan()
    pooling: PoolingPlan = PoolingPlan()
    follow_up: FollowUpPlan = FollowUpPlan()
    percent_change: PercentChangePlan = PercentChangePlan()
    bias_methods: tuple[BiasMethod, ...] = ()
    sensitivity: SensitivityPlan = SensitivityPlan()


class PublishedResult(Part):
    """A result that an earlier publication printed, to be shown beside one's own."""

    analysis: str
    """Key of the analysis it belongs to (``overall``, ``intervention:cbt``, ...)."""
    label: str
    scale: Scale
    estimate: float
    ci_lower: float | None = None
    ci_upper: float | None = None
    statistic: float | None = None
    df: float | None = None
    p_value: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _interval_holds_its_estimate(self) -> Self:
        _check_interval(self.estimate, self.ci_lower, self.ci_upper)
        return self


class SearchString(Part):
    """A draft search for one database."""

    database: str
    query: str
    note: str = ""


class Protocol(Part):
    """A review's question, vocabularies, eligibility and analysis plan."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    title: Words
    version: Words
    question: Question
    eligibility: Eligibility
    directions: Directions
    interventions: Annotated[tuple[Term, ...], Field(min_length=1)]
    focal_intervention: str | None = None
    """The intervention for which each moderator is tested again on its own (CBT)."""
    comparator_kinds: tuple[Term, ...] = ()
    """What the control arms got (waiting list, usual care, ...), for the column ``comparator_kind``."""
    outcome_categories: Annotated[tuple[Term, ...], Field(min_length=1)]
    markers: tuple[Marker, ...]
    marker_qualifiers: tuple[Words, ...] = ()
    """Words before or after a marker's name that leave the marker the same ("serum", "levels")."""
    moderators: tuple[Moderator, ...]
    searches: tuple[SearchString, ...] = ()
    analysis: AnalysisPlan = AnalysisPlan()
    comparators: tuple[Comparator, ...] = ()
    published: tuple[PublishedResult, ...] = ()
    published_source: str = ""
    notes: tuple[str, ...] = ()
