"""A hand-built synthesis result that holds every state a report must show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from report_protocol import HOSTILE, INTERVENTIONS, OUTCOMES, protocol

from consilience.extraction.problems import Problem
from consilience.protocol.model import (
    Comparator,
    PublishedResult,
)
from consilience.synthesis.result import (
    Caution,
    ComparatorResult,
    Estimate,
    GridCell,
    JointTest,
    ModeratorAnalysis,
    Provenance,
    PublishedComparison,
    StudyAverage,
    SynthesisResult,
    UnusedRow,
)


def estimate(
    key: str, label: str, family: Any = "intervention", g: float = 0.3, se: float = 0.07, **more: Any
) -> Estimate:
    """Return an estimated quantity with an interval of two standard errors."""
    values: dict[str, Any] = {
        "key": key,
        "label": label,
        "family": family,
        "scale": "g",
        "status": "estimated",
        "k_studies": 12,
        "k_effects": 40,
        "participants": 812,
        "estimate": g,
        "se": se,
        "ci_lower": g - 2.1 * se,
        "ci_upper": g + 2.1 * se,
        "statistic": g / se,
        "df": 10.4,
        "p_value": 0.0042,
        "tau2": 0.041,
        "I2": 48.2,
        "Q": 82.1,
        "Q_df": 39,
        "pi_lower": g - 0.45,
        "pi_upper": g + 0.45,
        "effect_ids": ("e1", "e2"),
    }
    return Estimate(**(values | more))


def missing(
    key: str, label: str, family: Any = "grid", reason: str = "No usable effect.", **more: Any
) -> Estimate:
    values: dict[str, Any] = {"scale": "g"} | more
    return Estimate(key=key, label=label, family=family, status="not_estimable", reason=reason, **values)


def low_df(df: float) -> Caution:
    return Caution("low_df", f"The degrees of freedom are {df}, below 4: the p value cannot be trusted.")


def study_names(n: int, hostile: bool = True) -> list[str]:
    plain = [f"Author {i:03d} {1990 + i % 29}" for i in range(n)]
    return ([*HOSTILE, *plain] if hostile else plain)[:n]


def study_averages(n: int, rng: np.random.Generator, hostile: bool = True) -> tuple[StudyAverage, ...]:
    yi = rng.normal(0.3, 0.3, n)
    sei = rng.uniform(0.1, 0.45, n)
    if n > 9:
        yi[7], sei[7] = 3.1, 0.9
        yi[8], sei[8] = -4.2, 0.8
    weight = 100 / sei**2 / np.sum(1 / sei**2)
    keys = list(INTERVENTIONS)
    return tuple(
        StudyAverage(
            study=name,
            intervention=keys[i % 8],
            k_effects=1 + i % 6,
            participants=None if i == 3 else 30 + 7 * i,
            yi=float(yi[i]),
            sei=float(sei[i]),
            ci_lower=float(yi[i] - 1.96 * sei[i]),
            ci_upper=float(yi[i] + 1.96 * sei[i]),
            weight=float(weight[i]),
            effect_ids=(f"e{i}",),
        )
        for i, name in enumerate(study_names(n, hostile))
    )


def effects(averages: tuple[StudyAverage, ...], rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for s in averages:
        for j in range(s.k_effects):
            rows.append(
                {
                    "effect_id": f"e{len(rows) + 1}",
                    "file": "trials.csv",
                    "row": len(rows) + 2,
                    "study": s.study,
                    "intervention_type": s.intervention,
                    "comparator_kind": "waitlist",
                    "marker": "il6",
                    "marker_label": "Interleukin-6",
                    "outcome_category": "proinflammatory",
                    "direction": "harmful",
                    "weeks_after_treatment": float(rng.choice([0, 0, 0, 4, 13, 26, 52]))
                    if j != 1
                    else np.nan,
                    "n_arm1": 20,
                    "n_arm2": 19,
                    "yi": s.yi + float(rng.normal(0, 0.1)),
                    "vi": s.sei**2,
                    "sei": s.sei,
                    "derivation": "means",
                    "assumptions": "pre-post r = .5 assumed; SD read as printed",
                    "r_used": 0.5,
                    "r_source": "default",
                    "source_location": "https://example.org/paper?table=2",
                }
            )
    return pd.DataFrame(rows)


def grid() -> tuple[GridCell, ...]:
    cells, i = [], 0
    for a in INTERVENTIONS:
        for b in OUTCOMES:
            i += 1
            key, label = f"grid:{a}:{b}", f"{INTERVENTIONS[a]}: {OUTCOMES[b]}"
            if i % 3 == 0:
                e = missing(key, label)
            elif i % 7 == 0:
                e = missing(
                    key, label, reason="Only one study: a pooled effect needs two.", k_studies=1, k_effects=2
                )
            elif i % 11 == 0:
                e = missing(key, label, reason="The studies have no variance left.", k_studies=2, k_effects=2)
            elif i % 5 == 0:
                e = estimate(key, label, "grid", -0.2, 0.3, k_studies=2, df=1.2, cautions=(low_df(1.2),))
            else:
                e = estimate(key, label, "grid", 0.1 + 0.02 * i, 0.12, k_studies=5)
            cells.append(GridCell(a, b, e))
    return tuple(cells)


def moderators() -> tuple[ModeratorAnalysis, ...]:
    out = []
    for subset, name in (("all", "All interventions"), ("cbt", "CBT alone")):
        levels = (
            estimate(f"m:{subset}:group", "Group", "moderator_level", 0.35, 0.08),
            estimate(
                f"m:{subset}:ind",
                "Individual",
                "moderator_level",
                0.22,
                0.11,
                df=3.1,
                cautions=(low_df(3.1),),
            ),
            missing(
                f"m:{subset}:mixed", "Mixed", "moderator_level", "The level stands in one study.", k_studies=1
            ),
        )
        test = JointTest("format", "Format", "estimated", "", "HTZ", 1.42, 1.0, 8.3, 0.266, 20, 66)
        out.append(
            ModeratorAnalysis(
                "format", "Intervention format", "categorical", subset, name, test, levels, None, 7
            )
        )
        slope = estimate(f"m:{subset}:age", "Age", "moderator_slope", 0.004, 0.031, per=10, unit="years")
        test = JointTest("age", "Age", "estimated", "", "HTZ", 0.02, 1.0, 14.2, 0.899, 30, 90)
        out.append(ModeratorAnalysis("age", "Age", "continuous", subset, name, test, (), slope, 3))
        test = JointTest("disease", "Disease state", "not_estimable", "Every level stands in one study.")
        out.append(
            ModeratorAnalysis(
                "disease", "Disease state or reason for treatment", "categorical", subset, name, test
            )
        )
    return tuple(out)


def percent(key: str, label: str, value: float, se: float, **more: Any) -> Estimate:
    return estimate(
        key, label, "percent_change", value, se, scale="percent", pi_lower=None, pi_upper=None, **more
    )


def sensitivity() -> tuple[Estimate, ...]:
    rows = [("rho", r, f"rho = {r}") for r in (0.0, 0.4, 0.8)] + [
        ("pre_post_r", r, f"r = {r}") for r in (0.3, 0.5, 0.9)
    ]
    done = [
        estimate(f"sensitivity:{a}:{b}", c, "sensitivity", 0.28 + 0.02 * i, 0.05)
        for i, (a, b, c) in enumerate(rows)
    ]
    return (
        *done,
        missing(
            "sensitivity:formula:d_ppc_change", "formula = d_ppc_change", "sensitivity", "No change SDs."
        ),
    )


PRISMA = {
    "database_results": 4600,
    "register_results": 21,
    "duplicates": 912,
    "excluded_automatic": 0,
    "excluded_other": 3,
    "records_screened": 3706,
    "records_excluded": 3500,
    "dbr_sought_reports": 206,
    "dbr_notretrieved_reports": 4,
    "dbr_assessed": 202,
    "dbr_excluded": "No control group, 90; No baseline, 50; Not randomised, 6",
    "new_studies": 56,
    "new_reports": 60,
    "total_studies": 62,
    "total_reports": 66,
    "total_studies_ma": 56,
}


def build(
    n_studies: int = 24, *, hostile: bool = True, prisma: dict[str, Any] | None = PRISMA
) -> SynthesisResult:
    """Return a result of ``n_studies`` trials in which every kind of state occurs."""
    rng = np.random.default_rng(7)
    averages = study_averages(n_studies, rng, hostile)
    frame = effects(averages, rng)
    overall = estimate(
        "overall",
        "All interventions, all outcomes",
        "overall",
        0.30,
        0.048,
        k_studies=n_studies,
        k_effects=len(frame),
        participants=4060,
        df=50.9,
        p_value=1e-7,
    )
    cbt = estimate("intervention:cbt", INTERVENTIONS["cbt"], g=0.33)
    dara = Comparator(
        key="dara160",
        label="Darapladib 160 mg",
        marker="crp",
        percent_change=-13.0,
        ci_lower=-28,
        ci_upper=5,
        p_value=0.15,
        n=959,
        weeks=12,
        source="PMID 18436114",
    )
    il6 = percent("percent:crp", "C-reactive protein", -11.2, 4.0)
    return SynthesisResult(
        protocol=protocol(),
        effects=frame,
        percent_effects=frame.head(5).copy(),
        overall=overall,
        interventions=(
            estimate(
                "intervention:behavior",
                INTERVENTIONS["behavior"],
                g=0.12,
                se=0.2,
                k_studies=3,
                df=1.8,
                cautions=(low_df(1.8),),
            ),
            missing(
                "intervention:cognitive",
                INTERVENTIONS["cognitive"],
                "intervention",
                "Only one study: pooling needs two.",
                k_studies=1,
                k_effects=3,
            ),
            cbt,
            *(
                estimate(f"intervention:{k}", INTERVENTIONS[k])
                for k in ("cbt_plus", "supportive", "combined", "other")
            ),
            missing("intervention:psychoeducation", INTERVENTIONS["psychoeducation"], "intervention"),
        ),
        outcomes=tuple(
            estimate(f"outcome:{k}", v, "outcome", 0.05 * i + 0.1, 0.08)
            if i < 5
            else missing(f"outcome:{k}", v, "outcome")
            for i, (k, v) in enumerate(OUTCOMES.items())
        ),
        markers=(
            estimate("marker:il6", "Interleukin-6", "marker"),
            missing("marker:crp", "C-reactive protein", "marker"),
        ),
        grid=grid(),
        moderators=moderators(),
        percent_change=(
            percent("percent:beneficial:all", "Beneficial immune function: all interventions", 14.7, 4.3),
            percent("percent:harmful:all", "Harmful immune function: all interventions", -18.0, 5.1),
            percent(
                "percent:beneficial:cbt",
                "Beneficial immune function: CBT",
                20.0,
                80.0,
                df=2.0,
                cautions=(low_df(2.0),),
            ),
            missing(
                "percent:harmful:cbt",
                "Harmful immune function: CBT",
                "percent_change",
                "Only one study.",
                scale="percent",
                k_studies=1,
            ),
        ),
        persistence=(
            estimate(
                "persistence", "26 weeks or more after treatment", "persistence", 0.21, 0.11, k_studies=7
            ),
        ),
        time_slope=estimate(
            "time_slope",
            "Weeks since treatment",
            "time_slope",
            -0.001,
            0.002,
            per=1,
            unit="weeks",
            curve=tuple((x, 0.3 - 0.001 * x, 0.2 - 0.003 * x, 0.4 + 0.001 * x) for x in (0.0, 12.0, 50.0)),
        ),
        comparators=(
            ComparatorResult(
                dara, il6, "An indirect comparison: the trials differ in people, dose and time."
            ),
        ),
        published=(
            PublishedComparison(
                PublishedResult(
                    analysis="overall",
                    label="All 56 trials",
                    scale="g",
                    estimate=0.30,
                    ci_lower=0.21,
                    ci_upper=0.40,
                    statistic=6.22,
                    df=50.9,
                    p_value="< .001",
                    source="doi 10.1001/jamapsychiatry.2020.0431",
                ),
                overall,
            ),
            PublishedComparison(
                PublishedResult(
                    analysis="percent:harmful:cbt", label="Harmful, CBT", scale="percent", estimate=-33.8
                ),
                missing(
                    "percent:harmful:cbt",
                    "Harmful immune function: CBT",
                    "percent_change",
                    "Only one study.",
                    scale="percent",
                ),
            ),
        ),
        study_averages=averages,
        sensitivity=sensitivity(),
        unused=tuple(
            UnusedRow(
                "trials.csv",
                200 + i,
                name,
                "Interleukin-6",
                "No standard deviation and no test statistic.",
                "Give sd_arm1 and sd_arm2.",
            )
            for i, name in enumerate(study_names(40, hostile))
        ),
        problems=(
            Problem(
                "error",
                "not_a_number",
                "'0.2.5' is not a number.",
                "Correct the cell.",
                "trials.csv",
                12,
                "sd_arm1",
                "0.2.5",
                HOSTILE[0],
            ),
            Problem(
                "warning",
                "t_disagrees",
                "The printed t is 2.12; the means give 1.60.",
                "Check the publication.",
                "trials.csv",
                31,
                "reported_stat",
                "t(58) = 2.12",
                "Author 001",
            ),
        ),
        provenance=Provenance(
            files=("trials.csv",),
            data_sha256="ab" * 32,
            protocol_sha256="cd" * 32,
            versions={"consilience": "0.1.0", "numpy": "2.0.1", "python": "3.11.9"},
            seed=1,
            n_rows=len(frame) + 40,
            settings={"formula": "d_ppc2", "rho": 0.8, "pre_post_r": {"default": 0.5}},
        ),
        notice=(
            "STARTER SET. A handful of trials read from publications; not the reference review's 56 trials."
        ),
        prisma=prisma,
    )


def bare() -> SynthesisResult:
    """Return a result in which nothing could be estimated."""
    from dataclasses import replace

    nothing = missing(
        "overall",
        "All interventions, all outcomes",
        "overall",
        "Only one study has usable numbers.",
        k_studies=1,
    )
    full = build(1, hostile=False, prisma=None)
    return replace(
        full,
        overall=nothing,
        interventions=(),
        outcomes=(),
        markers=(),
        moderators=(),
        percent_change=(),
        persistence=(),
        comparators=(),
        published=(),
        sensitivity=(),
        unused=(),
        problems=(),
        notice="",
        time_slope=missing("time_slope", "Weeks since treatment", "time_slope"),
        grid=tuple(GridCell(a, b, missing(f"grid:{a}:{b}", "")) for a in INTERVENTIONS for b in OUTCOMES),
    )
