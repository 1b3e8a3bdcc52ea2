"""What a multilevel fit offers beyond estimates: intervals, tests, predictions, words, warnings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mv_reference import cases, close, data_of, estimated, fit_of, fit_with
from test_rma_mv_grounds import trials

from consilience import meta
from consilience.meta import rma_mv

PROFILES = json.loads((Path(__file__).parents[1] / "reference" / "mv_profile.json").read_text())
GRIDS = [
    ("district", "konstantopoulos_REML", "sigma2[district]"),
    ("school", "konstantopoulos_REML", "sigma2[district/school]"),
    ("rho", "berkey_UN_REML", "rho[AL,PD]"),
    ("tau2", "berkey_UN_REML", "tau2[AL]"),
    ("ishak", "ishak_UN", "tau2[1]"),
]


@pytest.mark.parametrize(("key", "name", "component"), GRIDS)
def test_profile_is_metafors(key: str, name: str, component: str) -> None:
    theirs = PROFILES[key]
    close(fit_of(name).profile(component, theirs["value"])["loglik"], theirs["loglik"], rtol=1e-7)


def test_profile_intervals() -> None:
    table = fit_of("konstantopoulos_REML").confint_components().set_index("component")
    # the metafor project's page on Konstantopoulos (2011) prints these limits
    assert table.loc["sigma2[district]", ["ci_lower", "ci_upper"]].round(4).tolist() == [0.0222, 0.2072]
    assert table.loc["sigma2[district/school]", ["ci_lower", "ci_upper"]].round(4).tolist() == [
        0.0163,
        0.0628,
    ]
    fit = fit_of("konstantopoulos_REML")
    for component, row in table.iterrows():
        ends = fit.profile(str(component), row[["ci_lower", "ci_upper"]].to_numpy(float))["loglik"]
        np.testing.assert_allclose(2 * (fit.loglik - ends), 3.841458820694124, rtol=1e-6)


def test_profile_intervals_tell_boundaries() -> None:
    table = fit_of("berkey_UN_REML").confint_components(["rho[AL,PD]"]).iloc[0]
    assert table["ci_upper"] == 1.0
    assert bool(table["at_upper_bound"])
    zero = fit_of("begg_nested").confint_components(["sigma2[study]"]).iloc[0]
    assert (zero["estimate"], zero["ci_lower"], bool(zero["at_lower_bound"])) == (0.0, 0.0, True)
    with pytest.raises(meta.InputError, match="'rho' was not estimated here"):
        fit_of("hasselblad_network").confint_components(["rho"])


@pytest.mark.parametrize("name", list(cases()))
def test_information_criteria(name: str) -> None:
    ours, theirs = fit_of(name).criteria(), cases()[name]
    rtol = 1e-8 if estimated(name) else 1e-10
    close([ours.AIC, ours.BIC, ours.AICc], [theirs[n] for n in ("AIC", "BIC", "AICc")], rtol=rtol, atol=1e-8)


def test_likelihood_ratio() -> None:
    full, reduced = fit_of("berkey_UN_ML"), fit_of("berkey_DIAG_ML")
    test = full.anova(reduced)
    expected = 2 * (cases()["berkey_UN_ML"]["loglik"] - cases()["berkey_DIAG_ML"]["loglik"])
    assert test.statistic == pytest.approx(expected, rel=1e-6)
    assert (test.df, test.conservative) == (1, True)
    moderators = fit_of("berkey_year").anova(full)
    assert (moderators.df, moderators.conservative) == (2, False)
    for other, message in (
        (fit_of("berkey_UN_REML"), "by REML, the other by ML"),
        (fit_of("assink_ML"), "different effects"),
        (fit_of("berkey_year"), "simpler one"),
    ):
        with pytest.raises(meta.InputError, match=message):
            full.anova(other)
    with pytest.raises(meta.InputError, match="different moderators"):
        fit_of("assink_mods").anova(fit_of("assink_REML"))


@pytest.mark.parametrize("name", ["konstantopoulos_REML", "konstantopoulos_crossed", "berkey_fixed"])
def test_random_effects_are_metafors(name: str) -> None:
    theirs = cases()[name]["ranef"]
    for ours, r in zip(
        fit_of(name).ranef().values(), theirs.values() if isinstance(theirs, dict) else theirs
    ):
        rtol, atol = (1e-5, 1e-7) if estimated(name) else (1e-9, 1e-12)
        pairs = sorted(zip(ours["estimate"], ours["se"]))
        expected = sorted(zip(r["intrcpt"], r["se"]))
        np.testing.assert_allclose(pairs, expected, rtol=rtol, atol=atol)


def test_random_effects_of_a_dense_twin() -> None:
    fit = rma_mv("yi ~ 1 + x", trials(4), random=["outcome | study", "lab"], struct="HCS")
    sigma = fit.found.model.sigma(fit.found.maximum.theta).to_dense()
    W, X = np.linalg.inv(sigma), fit.X
    M = np.linalg.inv(X.T @ W @ X)
    P = W - W @ X @ M @ X.T @ W
    for number, (name, table) in enumerate(fit.ranef().items()):
        term = fit.found.model.terms[number]
        T = fit.found.model.matrices(fit.found.maximum.theta)[number]
        for row in table.to_dict("records"):
            level = term.labels.index(row.get("level", ""))
            group = term.groups.index(row["group"])
            s = np.where(term.outer == group, T[term.inner, level], 0.0)
            assert row["estimate"] == pytest.approx(s @ P @ fit.yi, rel=1e-8, abs=1e-10), name
            assert row["se"] == pytest.approx(np.sqrt(T[level, level] - s @ P @ s), rel=1e-7, abs=1e-9)


def test_prediction_is_metafors() -> None:
    ours = fit_of("konstantopoulos_REML").predict()[
        ["estimate", "se", "ci_lower", "ci_upper", "pi_lower", "pi_upper"]
    ]
    close(ours, cases()["konstantopoulos_REML"]["predict"], rtol=1e-6)


def test_prediction_of_a_level() -> None:
    fit = fit_of("berkey_fixed")
    new = {"al": [1.0], "pd": [0.0]}
    assert np.isnan(fit.predict(new)["pi_lower"].item())
    row = fit.predict(new, at="AL").iloc[0]
    half = 1.959963984540054 * np.sqrt(row["se"] ** 2 + 0.03)
    assert row["pi_upper"] - row["estimate"] == pytest.approx(half, rel=1e-12)
    with pytest.raises(meta.InputError, match=r"at='XX' is not a level.*AL, PD"):
        fit.predict(new, at="XX")


def test_shares_of_variance_by_hand() -> None:
    fit = fit_of("konstantopoulos_fixed")
    w = 1 / fit.vi
    typical = (fit.k - 1) / (w.sum() - (w**2).sum() / w.sum())
    h = fit.heterogeneity()
    assert h.I2_levels["district"] == pytest.approx(100 * 0.05 / (0.07 + typical), rel=1e-12)
    assert pytest.approx(100 * 0.07 / (0.07 + typical), rel=1e-12) == h.I2
    assert (fit.tau2, fit.omega2) == pytest.approx((0.05, 0.02))


def test_leave_one_study_out_refits_the_same_model() -> None:
    fit = fit_of("konstantopoulos_REML")
    table = fit.leave_one_out()
    frame = data_of("konstantopoulos_REML")
    rest = rma_mv("yi ~ 1", frame[frame["district"] != 71], random="district/school")
    row = table[table["left_out"] == 71].iloc[0]
    np.testing.assert_allclose([row["estimate"], row["se"]], [rest.beta[0], rest.se[0]], rtol=1e-7)


def test_words_and_code() -> None:
    fit = fit_of("assink_mods").with_vcov("CR2")
    assert "variance between the groups of study" in fit.explain()
    assert "random = ~ 1 | study/esid" in fit.r_code()
    assert 'vcov = "CR2"' in fit.r_code()
    assert "sigma2[study/esid] = " in fit.summary()
    assert fit.to_dict()["components"] == fit.parts.variances
    un = fit_of("berkey_UN_REML")
    assert 'random = ~ outcome|trial, struct = "UN"' in un.r_code()
    assert "covary within trial (UN)" in un.explain()


def test_covariance_and_test_are_chosen_together() -> None:
    fit = fit_of("konstantopoulos_REML")
    robust = fit.with_vcov("CR2")
    assert (fit.spec.test, robust.spec.test, robust.with_vcov("model").spec.test) == (
        "z",
        "Satterthwaite",
        "z",
    )
    assert np.isinf(fit.df[0])
    assert 1 < robust.df[0] < 10
    assert robust.wald_test().test == "HTZ"


def codes(fit: Any) -> dict[str, str | None]:
    return {w.code: w.term for w in fit.warnings}


def test_zero_is_exact_and_told() -> None:
    fit = fit_of("begg_nested")
    assert fit.components["sigma2[study]"] == 0.0
    assert codes(fit)["boundary"] == "sigma2[study]"
    assert "boundary" not in codes(fit_with("begg_nested", sigma2=[0.0, None]))


def test_one_effect_per_study_cannot_tell_two_levels_apart() -> None:
    frame = trials(1).drop_duplicates("study")
    fit = rma_mv("yi ~ 1", frame, random="study/effect")
    assert codes(fit)["not_identified"] == "sigma2[study/effect]"
    alone = rma_mv("yi ~ 1", frame, random="study")
    assert fit.loglik == pytest.approx(alone.loglik, rel=1e-12)
    uni = meta.rma(frame, method="REML")
    assert alone.components["sigma2[study]"] == pytest.approx(uni.tau2, rel=1e-6)
    assert alone.se[0] == pytest.approx(float(uni.se[0]), rel=1e-6)


def test_outcomes_that_never_meet_have_no_correlation() -> None:
    frame = trials(2).assign(outcome=lambda f: np.where(f["study"] % 2, "a", "b"))
    fit = rma_mv("yi ~ 1", frame, random="outcome | study", struct="UN")
    assert codes(fit)["not_identified"] == "rho[a,b]"


def test_no_random_part_is_the_equal_effects_model() -> None:
    frame = trials(3)
    fit = rma_mv("yi ~ 1", frame)
    assert fit.beta[0] == pytest.approx(float((frame["yi"] / frame["vi"]).sum() / (1 / frame["vi"]).sum()))
    assert len(frame) == fit.J


BAD: list[tuple[dict[str, Any], str]] = [
    ({"random": "studdy"}, "no column 'studdy'.*Did you mean 'study'"),
    ({"random": ["study", "study"]}, "'study' more than once"),
    ({"random": 3}, "random=3; write terms"),
    ({"random": ["study", "lab"], "vcov": "CR2"}, "needs two independent clusters"),
    ({"random": "outcome | study/lab"}, "one grouping column"),
    ({"random": "outcome | study", "struct": "XY"}, "struct='XY' is not known"),
    ({"random": "outcome | study", "struct": []}, "struct has 0 entries"),
    ({"random": "outcome | study", "struct": "CAR"}, "needs numbers in 'outcome'"),
    ({"random": ["a | study", "b | study", "c | study"]}, "no column 'a'"),
    ({"random": "study", "method": "DL"}, "method='DL' is not known; use REML or ML"),
    ({"random": "study", "level": 95}, "level=95 must lie"),
    ({"random": "study", "sigma2": -1.0}, "must be 0 or above"),
    ({"random": "study", "sigma2": [0.1, 0.2]}, "sigma2 needs 1 values"),
    ({"random": "study", "sigma2": {"lab": 0.1}}, "there is no component 'lab'"),
    ({"random": "study", "tau2": 0.1}, "no such component"),
    ({"random": "outcome | study", "rho": 2.0}, "between -1 and 1"),
    ({"random": "study", "test": "Satterthwaite"}, "use z or t"),
    ({"random": "study", "cluster": "study", "vcov": "model"}, "leave one of them out"),
    ({"random": "study", "cluster": "effect"}, "join effects of different clusters"),
    ({"random": ["study", "lab"], "cluster": "study"}, "join effects of different clusters"),
    ({"random": "study", "vcov": "CR9"}, "vcov='CR9' is not known"),
    ({"random": "study", "V": np.eye(3)}, "V has shape"),
    ({"random": "study", "V": [np.eye(2)]}, "The blocks of V cover 2 effects"),
    ({"random": "study", "V": [np.ones((2, 3))]}, "square matrix"),
    ({"random": "study", "V": "variance"}, "V='variance'.*no such column"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[b[1] for b in BAD])
def test_bad_input_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(meta.InputError, match=message):
        rma_mv("yi ~ 1", trials(0), **options)


def test_bad_values_are_named() -> None:
    frame = trials(0)
    with pytest.raises(meta.InputError, match=r"V in row 2 is -1.0.*above 0"):
        rma_mv("yi ~ 1", frame.assign(vi=[0.1, 0.1, -1.0, *[0.1] * (len(frame) - 3)]), random="study")
    with pytest.raises(meta.InputError, match="random: 'lab' in row 1 is missing"):
        rma_mv("yi ~ 1", frame.assign(lab=[1.0, None, *[2.0] * (len(frame) - 2)]), random="lab")
    same = pd.DataFrame({"yi": [0.1, 0.2, 0.4], "study": [1, 1, 2]})
    with pytest.raises(meta.InputError, match="V is not positive definite in cluster 1"):
        rma_mv("yi ~ 1", same, V=np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]), random="study")
