"""Agreement with metafor, clubSandwich and robumeta over data sets x models x corrections x tests."""

from __future__ import annotations

import numpy as np
import pytest
from reference_case import cases, che_fixed, close, data, formula, numbers, robu_fit

from consilience import meta

NAMES = list(cases())
ROBU = [(n, k) for n in NAMES for k in cases()[n] if k.startswith("robu_")]
TYPES = ("CR0", "CR1", "CR1p", "CR1S", "CR2", "CR3")
TESTS = ("HTZ", "HTA", "HTB", "EDF", "EDT", "Naive-F", "Naive-Fp", "chi-sq")
P_VALUES = {"Satterthwaite": "p_satt", "z": "p_z", "naive-t": "p_t", "naive-tp": "p_tp"}


@pytest.mark.parametrize(("name", "key"), ROBU)
def test_robu_is_robumeta(name: str, key: str) -> None:
    _, model, form, small = key.split("_")
    fit, theirs = robu_fit(name, model, form, small == "small"), cases()[name][key]
    close(fit.tau2, theirs["tau2"], atol=1e-14)
    if theirs["omega2"] is not None:
        close(fit.omega2, theirs["omega2"], atol=1e-14)
    if model == "CORR":
        close(fit.I2, theirs["I2"], atol=1e-10)
    table = fit.coef_table()
    for ours, key_r in (
        ("estimate", "beta"),
        ("se", "se"),
        ("p_value", "p"),
        ("ci_lower", "lo"),
        ("ci_upper", "hi"),
    ):
        # robumeta forms p as 2 (1 - F(t)), good to about 1e-15 absolute
        close(table[ours], theirs[key_r], atol=1e-14)
    close(table["df"], np.resize(numbers(theirs["df"]), len(table)))


def robust_cases() -> list[tuple[str, str, str]]:
    out = []
    for name in NAMES:
        for key, case in cases()[name].items():
            robust = case if key == "che_fixed" else case.get("robust") if key.startswith("robu_") else None
            out += [(name, key, t) for t in TYPES if robust and t in robust]
    return out


def fit_of(name: str, key: str) -> tuple[meta.MetaFit, dict]:
    if key == "che_fixed":
        return che_fixed(name), cases()[name][key]
    _, model, form, _ = key.split("_")
    return robu_fit(name, model, form), cases()[name][key]["robust"]


@pytest.mark.parametrize(("name", "key", "vcov"), robust_cases())
def test_robust_inference_is_clubsandwich(name: str, key: str, vcov: str) -> None:
    fit, robust = fit_of(name, key)
    theirs = robust[vcov]
    fit = fit.with_vcov(vcov)
    close(fit.beta, robust["beta"])
    close(fit.vcov, theirs["vcov"], rtol=1e-7, atol=1e-9 * float(np.abs(fit.vcov).max()))
    close(fit.se, theirs["se"])
    close(fit.df, theirs["df"])
    for test, key_r in P_VALUES.items():
        close(fit.coef_table(test=test)["p_value"], theirs[key_r])
    # clubSandwich stops its root search at about 1e-4; ours is checked against eigenvalues elsewhere
    close(fit.coef_table(test="saddlepoint")["p_value"], theirs["p_saddle"], rtol=2e-2)
    for test in TESTS:
        if test in theirs:
            same_wald(fit.wald_test(test=test), theirs[test])


def same_wald(ours: meta.WaldTest, theirs: list) -> None:
    if theirs[2] != "inf" and float(theirs[2]) <= 0:
        assert np.isnan(ours.p_value)
        assert "too few studies" in ours.reason
        return
    close([ours.statistic, ours.df_num, ours.df_denom, ours.p_value], theirs, rtol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_che_with_given_components_is_metafor(name: str) -> None:
    fit, theirs = che_fixed(name), cases()[name]["che_fixed"]
    close(fit.loglik, theirs["loglik"], rtol=1e-10, atol=1e-9)
    close(che_fixed(name, estimator="ML").loglik, theirs["loglik_ml"], rtol=1e-10, atol=1e-9)
    close(fit.heterogeneity().Q, theirs["QE"])
    close(
        fit.linear.bread, theirs["model_vcov"], rtol=1e-7, atol=1e-9 * float(np.abs(fit.linear.bread).max())
    )


@pytest.mark.parametrize(
    ("name", "method"), [(n, m) for n in NAMES for m in ("REML", "ML") if f"che_{m}" in cases()[n]]
)
def test_che_estimates_are_metafors_or_better(name: str, method: str) -> None:
    theirs = cases()[name][f"che_{method}"]
    fit = meta.meta_regression(
        formula(name), data(name), cluster="cluster", working_model="CHE", rho=0.6, estimator=method
    )
    assert fit.converged
    assert fit.loglik is not None
    assert fit.loglik >= theirs["loglik"] - 1e-9
    # metafor's optimisers stop at about 1e-7 of the variances
    close([fit.tau2, fit.omega2], theirs["sigma2"], rtol=2e-5, atol=2e-8)
    close(fit.beta, theirs["beta"], rtol=1e-5, atol=1e-7)
    close(fit.se, theirs["se"], rtol=1e-5)
    close(fit.df, theirs["df"], rtol=1e-5)


BY_CATEGORY = [(n, k) for n in NAMES for k in cases()[n] if k.startswith("category_")]


@pytest.mark.parametrize(("name", "key"), BY_CATEGORY)
def test_category_models_are_metafors_or_better(name: str, key: str) -> None:
    theirs, frame = cases()[name][key], data(name)
    frame["cat"] = frame["x2" if name == "assink" else "x1"].astype(str)
    model = {"SCE": "SCE", "SCEplus": "SCE+", "CMVE": "CMVE"}[key.removeprefix("category_")]
    fit = meta.meta_regression(
        "yi ~ 0 + cat", frame, cluster="cluster", working_model=model, rho=0.6, subgroup="cat"
    )
    assert fit.converged
    assert fit.loglik is not None
    # with one effect per study and category metafor splits a variance in two; the likelihood is the same
    assert fit.loglik >= theirs["loglik"] - 1e-8
    if fit.loglik < theirs["loglik"] + 1e-6:
        close(fit.se, theirs["se"], rtol=2e-5)
        close(fit.df, theirs["df"], rtol=2e-5)
