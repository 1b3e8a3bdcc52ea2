"""Small-study effects and worst-case selection among dependent effects."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from consilience import meta


def trials(seed=2, J=25, mean=0.4, slope=0.0, tau=0.2):
    rng = np.random.default_rng(seed)
    rows = []
    for j in range(J):
        n1, n2 = rng.integers(12, 120, 2)
        u = tau * rng.standard_normal()
        for _ in range(rng.integers(1, 5)):
            v0 = 1 / n1 + 1 / n2
            y = mean + slope * np.sqrt(v0) + u + np.sqrt(v0) * rng.standard_normal()
            rows.append((f"s{j}", y, v0 + y**2 / (2 * (n1 + n2)), n1, n2))
    return pd.DataFrame(rows, columns=["study", "yi", "vi", "n1", "n2"])


@pytest.mark.parametrize("model", ["CE", "HE", "CHE"])
def test_egger_is_a_meta_regression_on_precision(model):
    es = trials(slope=1.5)
    r = meta.egger_dependent(es, working_model=model, predictor="arms", n1="n1", n2="n2")
    x = np.sqrt(1 / es["n1"] + 1 / es["n2"])
    fit = meta.meta_regression("yi ~ 1 + x", es.assign(x=x), working_model=model)
    row = fit.coef_table().iloc[1]
    np.testing.assert_allclose(
        [r.slope, r.se, r.df, r.p_value], row[["estimate", "se", "df", "p_value"]].astype(float), rtol=1e-10
    )
    assert r.J == 25
    assert "CR2" in r.explain()


def test_the_wild_bootstrap_joins_in_and_is_seeded():
    es = trials(slope=6.0)
    a, b = (meta.egger_dependent(es, working_model="CE", bootstrap=199, seed=5) for _ in range(2))
    assert a.bootstrap_p == b.bootstrap_p
    assert 0 < a.bootstrap_p < 0.05
    assert "wild bootstrap" in a.explain()


def test_pet_peese_with_robust_errors():
    es = trials(mean=0.6)
    pet = meta.pet_peese_dependent(es, method="PET", n1="n1", n2="n2")
    x = np.sqrt(1 / es["n1"] + 1 / es["n2"])
    fit = meta.meta_regression("yi ~ 1 + x", es.assign(x=x))
    np.testing.assert_allclose(
        [pet.estimate, pet.se, pet.df], [fit.beta[0], fit.se[0], fit.df[0]], rtol=1e-10
    )
    peese = meta.pet_peese_dependent(es, n1="n1", n2="n2")
    assert peese.chosen == ("PEESE" if pet.pet_one_sided_p < 0.05 else "PET")
    assert not any("fewer than" in c for c in peese.cautions)


def test_one_effect_per_study_with_moment_weights_is_close_to_rma():
    es = trials(J=40).drop_duplicates("study")
    r = meta.egger_dependent(es, working_model="CHE", predictor="sei")
    plain = meta.regtest(es["yi"].to_numpy(), es["vi"].to_numpy())
    assert r.slope == pytest.approx(plain.slope, rel=1e-6)
    assert r.limit == pytest.approx(plain.limit, rel=1e-6)


def test_type_one_error_of_the_safe_predictor():
    """No small-study effect: the share of p < .05 stays near .05 though g is in its own variance."""
    p = [
        meta.egger_dependent(
            trials(seed, J=20, mean=0.8), working_model="CE", predictor="arms", n1="n1", n2="n2"
        ).p_value
        for seed in range(60)
    ]
    assert stats.binomtest(int(np.sum(np.array(p) < 0.05)), len(p), 0.05).pvalue > 0.01


def test_equal_precision_is_refused_in_words():
    with pytest.raises(meta.InputError, match="the same for all effects"):
        meta.egger_dependent({"yi": [0.1, 0.2, 0.3], "vi": [0.1] * 3, "study": ["a", "b", "c"]})


def test_worst_case_fixed_is_its_definition():
    y, v = np.array([0.6, 0.5, 0.35, 0.1, -0.05, 0.2]), np.array([0.02, 0.03, 0.02, 0.04, 0.05, 0.03])
    r = meta.worst_case(y, v, model="fixed", etas=(3.0,))
    a = 2 * stats.norm.sf(np.abs(y) / np.sqrt(v)) < 0.05
    w = np.where(a, 1, 3) / v
    assert r.corrected[0].estimate == pytest.approx(np.sum(w * y) / w.sum(), rel=1e-12)
    assert r.corrected[0].se == pytest.approx(np.sqrt(np.sum(w**2 * v)) / w.sum(), rel=1e-12)
    assert r.worst is not None
    assert r.worst.estimate == pytest.approx(np.sum((y / v)[~a]) / np.sum(1 / v[~a]), rel=1e-12)
    assert math.isinf(r.s_value)
    some = meta.worst_case(y, v, model="fixed", q=0.15)
    at = meta.worst_case(y, v, model="fixed", etas=(some.s_value, some.s_value_ci))
    assert at.corrected[0].estimate == pytest.approx(0.15, rel=1e-9)
    assert at.corrected[1].ci_lower == pytest.approx(0.15, rel=1e-6)
    assert some.s_value_ci < some.s_value


def test_worst_case_in_a_limit_is_the_non_affirmative_mean():
    es = trials(mean=0.3)
    r = meta.worst_case(es, cluster="study", etas=(1e6,))
    assert r.worst is not None
    assert r.corrected[0].estimate == pytest.approx(r.worst.estimate, abs=1e-5)
    mirrored = meta.worst_case(es.assign(yi=-es["yi"]), cluster="study", etas=(1e6,))
    assert mirrored.favored == "negative"
    assert mirrored.s_value == pytest.approx(r.s_value)
    assert mirrored.naive.estimate == pytest.approx(-r.naive.estimate)


def test_worst_case_robust_is_a_weighted_mean_with_cluster_errors():
    es = trials(mean=0.3)
    r = meta.worst_case(es, cluster="study", etas=(4.0,), q=0.1)
    tau2 = meta.rma(es).tau2
    y, v = es["yi"].to_numpy(), es["vi"].to_numpy()
    a = (2 * stats.norm.sf(np.abs(y) / np.sqrt(v)) < 0.05) & (y > 0)
    w = np.where(a, 1, 4) / (v + tau2)
    mean = np.sum(w * y) / w.sum()
    assert r.corrected[0].estimate == pytest.approx(mean, rel=1e-9)
    scores = pd.Series(w * (y - mean)).groupby(es["study"].to_numpy()).sum().to_numpy()
    plain = np.sqrt(np.sum(scores**2)) / w.sum()
    assert r.corrected[0].se == pytest.approx(plain, rel=0.1)
    assert r.corrected[0].se > plain
    assert len(r.to_frame()) == 3


def test_what_the_worst_case_cannot_say():
    v = np.full(6, 0.01)
    every = meta.worst_case(np.linspace(0.5, 1, 6), v)
    assert every.worst is None
    assert "none shows" in every.cautions[0]
    none = meta.worst_case(np.linspace(-0.05, 0.1, 6), v)
    assert "No result is affirmative" in none.cautions[-1]
    assert "no preference is needed" in none.explain()
    assert none.to_dict()["k_affirmative"] == 0


WORST = json.loads((Path(__file__).parents[1] / "reference" / "bias_worst_case.json").read_text())


@pytest.mark.parametrize("case", WORST["cases"], ids=lambda c: f"{c['set']}-{c['eta']}")
def test_the_corrected_mean_is_robumetas_with_these_weights(case):
    """robumeta aims its small-sample correction at another working covariance: errors agree nearly."""
    data = WORST["sets"][case["set"]]
    fit = meta.rma(np.array(data["yi"]), np.array(data["vi"]), tau2=case["tau2"])
    r = meta.worst_case(fit, cluster=np.array(data["cluster"]), etas=(case["eta"],), favored="positive")
    assert r.corrected[0].estimate == pytest.approx(case["estimate"], rel=1e-8)
    assert r.corrected[0].se == pytest.approx(case["se"], rel=0.06)
