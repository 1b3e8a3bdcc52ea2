"""Real sets of trials: published pooled results, and whole runs without a crash."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from consilience.protocol.model import (
    AnalysisPlan,
    Directions,
    Eligibility,
    Marker,
    Moderator,
    PoolingPlan,
    Protocol,
    Question,
    SensitivityPlan,
    Term,
)
from consilience.synthesis.result import SynthesisResult
from consilience.synthesis.run import synthesize

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"


def data(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the set {name} is not on this machine; it belongs to others and is not shipped")
    return path


def protocol(markers: dict[str, str], working_model: str = "CE") -> Protocol:
    """A small protocol of one intervention whose markers each are a category of their own."""
    return Protocol(
        name="test", title="Test", version="1",
        question=Question(population="p", intervention="i", comparator="c", outcome="o", design="d"),
        eligibility=Eligibility(include=("all",)),
        directions=Directions(positive="better", negative="worse", beneficial="good", harmful="bad"),
        interventions=(Term(key="treatment", label="Treatment"),),
        outcome_categories=tuple(Term(key=key, label=key) for key in markers),
        markers=tuple(Marker(key=k, label=v, category=k, direction="beneficial") for k, v in markers.items()),
        moderators=(Moderator(key="age", label="Age", kind="continuous", column="mean_age"),),
        analysis=AnalysisPlan(
            pooling=PoolingPlan(working_model=working_model, rho=0.8),
            sensitivity=SensitivityPlan(
                rho=(0.6,), pre_post_r=(), formula=(), variance=(), working_model=("CE",)
            ),
        ),
    )  # fmt: skip


CONSTRUCTS = {"Mental health outcome": "mental", "Reintegrational outcome": "reintegration"}


@pytest.fixture(scope="module")
def group_based() -> SynthesisResult:
    """Its 349 effects, given as published (standardised, corrected for clustering)."""
    source = pd.read_csv(data("vembye_group_based/gb_dat_selected.csv"))
    table = pd.DataFrame(
        {
            "study": source["studyid"].astype(int).astype(str),
            "intervention_type": "treatment",
            "marker": source["outcome_construct"].map(CONSTRUCTS),
            "precalc_g": source["gt_pop"], "precalc_g_se": np.sqrt(source["vgt_pop"]),
            "precalc_g_oriented": True,
            "n_arm1": source["N_t"], "n_arm2": source["N_c"], "mean_age": source["age_mean"],
            "instrument": source["test_name"], "notes": source["esid"].astype(str),
            "effect_id": "es" + source["esid"].astype(str), "time": source["esid"].astype(str),
        }
    )  # fmt: skip
    words = {"mental": "Mental health", "reintegration": "Reintegration"}
    return synthesize(table, protocol(words, working_model="CHE"))


def test_the_published_effect_on_reintegration_comes_out(group_based: SynthesisResult) -> None:
    """Published: 0.195 [0.122, 0.268] by CHE, rho .8, REML, with cluster-robust inference."""
    found = {e.key: e for e in group_based.outcomes}["outcome:reintegration"]
    printed = [round(value, 3) for value in (found.estimate, found.ci_lower, found.ci_upper)]
    assert printed == [0.195, 0.122, 0.268]


def test_all_effects_of_the_group_based_set_are_used(group_based: SynthesisResult) -> None:
    assert len(group_based.effects) == 349
    assert not group_based.unused
    assert group_based.moderators[0].slope.status == "estimated"


@pytest.mark.parametrize("name", ["metapsy_ptsd_psyctr", "metapsy_depression_inpatients"])
def test_a_metapsy_database_runs_whole(name: str) -> None:
    path = data(f"{name}/data.csv")
    result = synthesize(path, protocol({"symptoms": "Symptoms"}))
    assert len(result.effects) + len(result.unused) == result.provenance.n_rows
    assert all(u.reason for u in result.unused)
