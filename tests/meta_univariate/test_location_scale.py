"""Location-scale models: against metafor, numeric derivatives, and the models they contain."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from consilience.meta.errors import InputError
from consilience.meta.univariate import rma
from consilience.meta.univariate.basis import factorise
from consilience.meta.univariate.model import one
from consilience.meta.univariate.scale_likelihood import ScaleModel, evaluate

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "rma_more.json").read_text())
DATA = pd.DataFrame(REFERENCE["bangert"]).astype(float)


def fit_of(case):
    if case.get("scale") == "ni100":
        frame = DATA.assign(ni100=DATA.ni / 100)
        return rma(frame, scale="~ ni100", method=case["method"], test=case["test"])
    return rma("yi ~ imag", DATA, scale="~ imag", method=case["method"], test=case["test"], link=case["link"])


@pytest.mark.parametrize(
    "case", REFERENCE["location_scale"],
    ids=lambda c: "-".join((c["method"], c["link"], c["test"], c.get("scale", "imag"))),
)  # fmt: skip
def test_location_scale_agrees_with_metafor(case):
    fit = fit_of(case)
    assert fit.converged
    assert fit.loglik >= case["loglik"] - 1e-8
    if case["se_alpha"][0] in (None, "NA"):
        return  # metafor's search ended far below the maximum (loglik lower by more than 5) without an SE
    # metafor maximises and differentiates numerically; with the identity link it stops 7e-8 short in loglik
    estimates, errors = (5e-7, 2e-6) if case["link"] == "log" else (5e-3, 5e-4)
    np.testing.assert_allclose(fit.beta, np.atleast_1d(case["beta"]), rtol=estimates, atol=estimates / 100)
    np.testing.assert_allclose(fit.location.se, np.atleast_1d(case["se"]), rtol=errors)
    np.testing.assert_allclose(fit.alpha, case["alpha"], rtol=max(estimates / 10, 2e-6))
    np.testing.assert_allclose(fit.scale.se, case["se_alpha"], rtol=2 * errors)
    assert fit.loglik == pytest.approx(case["loglik"], rel=1e-8)
    assert fit.QS.statistic == pytest.approx(case["QS"], rel=10 * errors)


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("log_link", [True, False])
def test_derivatives_equal_numeric_ones(restricted, log_link):
    X = np.column_stack([np.ones(len(DATA)), DATA.imag])
    Z = factorise(np.column_stack([np.ones(len(DATA)), DATA.ni / 100]))[0].Q
    model = ScaleModel(one(DATA.yi.to_numpy(), DATA.vi.to_numpy(), factorise(X)[0]), Z, log_link, restricted)
    alpha = Z.T @ (np.full(len(DATA), -3.0) if log_link else 0.05 + 0.01 * DATA.ni.to_numpy() / 100)
    here = evaluate(model, alpha)
    step = 1e-5 * (1 if log_link else 0.05)
    for j in range(2):
        e = np.eye(2)[j] * step
        up, down = evaluate(model, alpha + e), evaluate(model, alpha - e)
        assert (up.loglik - down.loglik) / (2 * step) == pytest.approx(here.score[j], rel=1e-6, abs=1e-7)
        np.testing.assert_allclose(
            (down.score - up.score) / (2 * step), here.observed[j], rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_an_intercept_only_scale_is_the_ordinary_model(method):
    plain = rma("yi ~ imag", DATA, method=method)
    for link, to in (("log", np.log), ("identity", lambda x: x)):
        fit = rma("yi ~ imag", DATA, scale="~ 1", method=method, link=link)
        assert fit.alpha[0] == pytest.approx(to(plain.tau2), rel=1e-7)
        np.testing.assert_allclose(fit.beta, plain.beta, rtol=1e-8)
        assert fit.loglik == pytest.approx(plain.loglik, rel=1e-12)
        if link == "identity":
            assert fit.scale.se[0] == pytest.approx(1 / np.sqrt(evaluate_observed(plain, method)), rel=1e-6)


def evaluate_observed(plain, method):
    model = ScaleModel(one(plain.yi, plain.vi, plain.basis), np.ones((plain.k, 1)), False, method == "REML")
    return evaluate(model, np.array([plain.tau2])).observed[0, 0]


def test_two_groups_apart_give_two_heterogeneities():
    # with separate means and separate tau2 (ML), the model falls apart into one fit per group
    rng = np.random.default_rng(5)
    g = np.repeat([0.0, 1.0], 30)
    vi = rng.uniform(0.02, 0.1, 60)
    yi = 0.3 * g + rng.normal(0, np.sqrt(np.where(g == 1, 0.5, 0.05) + vi))
    fit = rma(yi, vi, mods=g, scale=g, method="ML")
    for value in (0.0, 1.0):
        alone = rma(yi[g == value], vi[g == value], method="ML")
        assert fit.tau2[g == value][0] == pytest.approx(alone.tau2, rel=1e-7)


def test_maximum_equals_a_brute_force_search():
    fit = rma("yi ~ imag", DATA.assign(ni100=DATA.ni / 100), scale="~ ni100", method="REML")
    X, n = np.column_stack([np.ones(len(DATA)), DATA.imag]), DATA.ni.to_numpy() / 100

    def minus(alpha):
        V = np.diag(DATA.vi + np.exp(alpha[0] + alpha[1] * n))
        W = np.linalg.inv(V)
        S = X.T @ W @ X
        r = DATA.yi - X @ np.linalg.solve(S, X.T @ W @ DATA.yi)
        return 0.5 * (np.linalg.slogdet(V)[1] + np.linalg.slogdet(S)[1] + r @ W @ r)

    best = optimize.minimize(
        minus, [-3.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13}
    )
    np.testing.assert_allclose(fit.alpha, best.x, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("s", [1e-8, 1e-3, 1e4, 1e8])
def test_units_change_only_the_intercept_of_the_log_scale(s):
    one_fit = rma("yi ~ imag", DATA, scale="~ imag")
    other = rma("yi ~ imag", DATA.assign(yi=DATA.yi * s, vi=DATA.vi * s * s), scale="~ imag")
    assert other.converged
    assert other.alpha[1] == pytest.approx(one_fit.alpha[1], rel=1e-7)
    assert other.alpha[0] == pytest.approx(one_fit.alpha[0] + 2 * np.log(s), rel=1e-8)
    assert other.QS.p_value == pytest.approx(one_fit.QS.p_value, rel=1e-6)


def test_vanishing_heterogeneity_is_told():
    vi = np.full(20, 0.04)
    yi = np.tile([0.1, 0.12], 10)
    fit = rma(yi, vi, scale=np.tile([0.0, 1.0], 10))
    assert not fit.converged
    assert fit.warnings[0].code in ("boundary", "not_converged")


@pytest.mark.parametrize(
    ("more", "words"),
    [({"method": "DL"}, "method='DL'"), ({"link": "logit"}, "link='logit'"),
     ({"test": "knha"}, "test='knha'"),
     ({"tau2": 0.1}, "exclude each other"), ({"weights": "vi"}, "exclude each other")],
)  # fmt: skip
def test_what_does_not_go_with_a_scale_is_refused(more, words):
    with pytest.raises(InputError, match=words):
        rma(DATA, scale="~ imag", **more)


def test_tables_and_text():
    fit = rma("yi ~ imag", DATA, scale="~ imag")
    table = fit.coef_table()
    assert list(table.part) == ["location", "location", "scale", "scale"]
    assert fit.to_dict()["QS"]["p_value"] == pytest.approx(table.p_value[3], rel=1e-9)
    assert "Location-scale model" in fit.summary()
