"""What ``rma`` must satisfy whatever the data: units, order, brute force, closed forms, edges, errors."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from consilience.meta.errors import InputError
from consilience.meta.univariate import METHODS, rma

ESTIMATED = [m for m in METHODS if m not in ("EE", "FE", "GENQ")]


def sample(seed, k=12, tau2=0.1, p=2):
    rng = np.random.default_rng(seed)
    vi = rng.uniform(0.02, 0.3, k)
    X = rng.normal(size=(k, p - 1))
    yi = 0.2 + X.sum(axis=1) * 0.3 + rng.normal(0, np.sqrt(vi + tau2))
    return yi, vi, X


@pytest.mark.parametrize("method", ESTIMATED)
@pytest.mark.parametrize("s", [1e-8, 1e-4, 1e4, 1e8])
def test_units_change_nothing_but_units(method, s):
    yi, vi, X = sample(3)
    one = rma(yi, vi, mods=X, method=method, test="knha")
    other = rma(yi * s, vi * s**2, mods=X * 1e3, method=method, test="knha")
    assert other.converged
    assert other.tau2 == pytest.approx(one.tau2 * s**2, rel=1e-9)
    np.testing.assert_allclose(other.statistic, one.statistic, rtol=1e-9)
    np.testing.assert_allclose(other.p_value, one.p_value, rtol=1e-9)
    np.testing.assert_allclose(
        [other.I2, other.H2, other.R2, other.QM], [one.I2, one.H2, one.R2, one.QM], rtol=1e-8
    )
    ours = other.confint().loc["tau2"] / s**2
    np.testing.assert_allclose(ours, one.confint().loc["tau2"], rtol=1e-8)
    np.testing.assert_allclose(
        other.confint(type="PL").loc["I2"], one.confint(type="PL").loc["I2"], rtol=1e-7
    )


@settings(deadline=None, max_examples=30, derandomize=True)
@given(seed=st.integers(0, 10_000), method=st.sampled_from(ESTIMATED))
def test_order_of_studies_changes_nothing(seed, method):
    yi, vi, X = sample(seed)
    order = np.random.default_rng(seed).permutation(yi.size)
    one, other = rma(yi, vi, mods=X, method=method), rma(yi[order], vi[order], mods=X[order], method=method)
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-9, abs=1e-13)
    np.testing.assert_allclose(other.beta, one.beta, rtol=1e-8, atol=1e-12)


def minus_loglik(tau2, yi, vi, X, restricted):
    V = np.diag(vi + tau2)
    W = np.linalg.inv(V)
    S = X.T @ W @ X
    r = yi - X @ np.linalg.solve(S, X.T @ W @ yi)
    value = np.linalg.slogdet(V)[1] + r @ W @ r
    return 0.5 * (value + (np.linalg.slogdet(S)[1] if restricted else 0.0))


@settings(deadline=None, max_examples=40, derandomize=True)
@given(seed=st.integers(0, 10_000), restricted=st.booleans(), tau2=st.sampled_from([0.0, 0.02, 0.3, 20.0]))
def test_likelihood_estimates_are_global_maxima(seed, restricted, tau2):
    yi, vi, X = sample(seed, k=9, tau2=tau2)
    fit = rma(yi, vi, mods=X, method="REML" if restricted else "ML")
    design = np.column_stack([np.ones(9), X])
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e4, 400)])
    values = [minus_loglik(t, yi, vi, design, restricted) for t in grid]
    best = int(np.argmin(values))
    at_fit = minus_loglik(fit.tau2, yi, vi, design, restricted)
    assert at_fit <= values[best] + 1e-9
    if 0 < best < len(grid) - 1:
        found = optimize.minimize_scalar(
            minus_loglik, bounds=(grid[best - 1], grid[best + 1]), args=(yi, vi, design, restricted),
            method="bounded", options={"xatol": 1e-12},
        )  # fmt: skip
        assert fit.tau2 == pytest.approx(found.x, rel=1e-4, abs=1e-7)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.0, 0.05, 1.0, 1e6]))
def test_paule_mandel_solves_its_equation_and_intervals_theirs(seed, spread):
    yi, vi, X = sample(seed, k=10, tau2=spread)
    fit = rma(yi, vi, mods=X, method="PM")

    def q(tau2):
        return rma(yi, vi, mods=X, tau2=tau2).estimates.coefficients, rss(tau2)

    def rss(tau2):
        w = 1 / (vi + tau2)
        design = np.column_stack([np.ones(10), X])
        b = np.linalg.solve(design.T @ (design * w[:, None]), design.T @ (w * yi))
        return float((w * (yi - design @ b) ** 2).sum())

    assert rss(fit.tau2) == pytest.approx(8.0, rel=1e-8) if fit.tau2 > 0 else rss(0.0) <= 8.0
    lower, upper = fit.confint().loc["tau2", ["ci_lower", "ci_upper"]]
    if lower > 0:
        assert stats.chi2.sf(rss(lower), 8) == pytest.approx(0.025, rel=1e-7)
    if upper > 0:
        assert stats.chi2.cdf(rss(upper), 8) == pytest.approx(0.025, rel=1e-7)


def test_profile_likelihood_limits_lie_on_the_level():
    yi, vi, X = sample(11, tau2=0.3)
    fit = rma(yi, vi, mods=X)
    lower, upper = fit.confint(type="PL").loc["tau2", ["ci_lower", "ci_upper"]]
    design = np.column_stack([np.ones(12), X])
    top = minus_loglik(fit.tau2, yi, vi, design, True)
    for limit in (lower, upper):
        assert minus_loglik(limit, yi, vi, design, True) - top == pytest.approx(
            stats.chi2.ppf(0.95, 1) / 2, rel=1e-8
        )


@pytest.mark.parametrize("method", ["DL", "HE", "REML", "EB", "PM", "SJ"])
def test_equal_variances_have_one_closed_form(method):
    yi, vi = np.array([0.1, 0.9, 0.4, 0.6, -0.3]), np.full(5, 0.05)
    s2, tau2 = float(np.var(yi, ddof=1)), rma(yi, vi, method=method).tau2
    start = float(np.var(yi))
    expected = start * ((4 * s2) / (0.05 + start)) / 4 if method == "SJ" else s2 - 0.05
    assert tau2 == pytest.approx(expected, rel=1e-10)
    if method != "SJ":
        fit = rma(yi, vi, method=method, test="knha")
        t = stats.ttest_1samp(yi, 0.0)
        assert fit.statistic[0] == pytest.approx(t.statistic, rel=1e-10)
        assert fit.p_value[0] == pytest.approx(t.pvalue, rel=1e-9)


@pytest.mark.parametrize("method", [m for m in ESTIMATED if m != "SJ"])
def test_homogeneous_effects_give_exactly_zero(method):
    fit = rma([0.30, 0.31, 0.29, 0.30], [0.04, 0.05, 0.03, 0.06], method=method)
    assert fit.tau2 == 0.0
    assert fit.converged
    assert [w.code for w in fit.warnings] == ["boundary"]
    assert fit.beta[0] == rma([0.30, 0.31, 0.29, 0.30], [0.04, 0.05, 0.03, 0.06], method="EE").beta[0]
    np.testing.assert_array_equal(
        fit.confint().loc["I2", ["estimate", "ci_lower", "ci_upper"]], [0.0, 0.0, 0.0]
    )


def test_identical_effects():
    fit = rma([0.3] * 4, [0.04, 0.05, 0.03, 0.06], test="knha", method="REML")
    assert pytest.approx(0.0, abs=1e-20) == fit.QE
    assert fit.tau2 == 0.0


def test_published_numbers_of_the_vaccine_trials():
    # Viechtbauer (2010), J. Stat. Softw. 36(3): log risk ratios of 13 BCG trials
    a = np.array([4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27])
    n1 = a + np.array([119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886])
    c = np.array([11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29])
    n2 = c + np.array([128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825])
    ablat = np.array([44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33])
    yi, vi = np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    fit = rma(yi, vi)
    assert [round(float(x), 4) for x in (fit.beta[0], fit.tau2, fit.se[0], fit.QE)] == [
        -0.7145,
        0.3132,
        0.1798,
        152.2330,
    ]
    assert round(fit.I2, 2) == 92.22
    assert fit.confint().loc["tau2"].round(4).tolist() == [0.3132, 0.1197, 1.1115]
    year = np.array([1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976])
    both = rma(yi, vi, mods=np.column_stack([ablat, year]))
    assert round(both.tau2, 4) == 0.1108
    # printed at the default tolerance of the search, which shows in the fourth decimal
    np.testing.assert_allclose(both.beta, [-3.5455, -0.0280, 0.0019], atol=2e-4)
    assert pytest.approx(12.2043, abs=3e-4) == both.QM
    assert round(both.R2, 2) == 64.63


def test_one_study():
    fit = rma([0.4], [0.04])
    assert (fit.tau2, fit.k, fit.se[0]) == (0.0, 1, pytest.approx(0.2))
    assert [w.code for w in fit.warnings] == ["not_identified"]
    assert np.isnan(rma([0.4], [0.04], test="knha").p_value[0])
    with pytest.raises(InputError, match="nothing to judge tau2 by"):
        fit.confint()


def test_two_studies_have_every_estimate():
    for method in ESTIMATED:
        fit = rma([0.1, 1.2], [0.04, 0.05], method=method)
        assert fit.tau2 > 0
        assert fit.converged


def test_a_huge_ratio_of_variances_is_told():
    assert "variance_ratio" in [w.code for w in rma([0.1, 0.2, 0.3], [1e-9, 0.1, 0.2]).warnings]


def test_far_moderators_stay_exact():
    # a year of publication in nanoseconds since an era: normal equations in X would lose every digit
    yi, vi, X = sample(5, k=20)
    near = rma(yi, vi, mods=X)
    far = rma(yi, vi, mods=X * 1e9 + 1e12)
    assert far.statistic[1] == pytest.approx(near.statistic[1], rel=1e-9)
    assert far.tau2 == pytest.approx(near.tau2, rel=1e-8)


def test_blanks_are_left_out_and_counted():
    frame = pd.DataFrame({"yi": [0.1, None, 0.3, 0.5], "vi": [0.1, 0.1, None, 0.2], "x": [1.0, 2, 3, 4]})
    fit = rma(pd.concat([frame, frame.assign(x=[5.0, 6, 7, None])]))
    assert (fit.k, fit.k_given) == (4, 8)
    assert fit.warnings[0].message.startswith("4 of 8 studies")
    with_mods = rma("yi ~ x", pd.concat([frame, frame.assign(x=[5.0, 6, 7, None])]))
    assert with_mods.rows.tolist() == [0, 3, 4]


def test_formula_array_and_frame_agree():
    yi, vi, X = sample(8)
    frame = pd.DataFrame({"yi": yi, "vi": vi, "x": X[:, 0], "g": list("abcabcabcabc")})
    fits = [rma("yi ~ x", frame), rma(frame, mods="~ x"), rma(yi, vi, mods=X),
            rma(yi, sei=np.sqrt(vi), mods=frame[["x"]]),
            rma("yi ~ 1 + x", data=frame, vi="vi"), rma("yi ~ I(x * 1)", frame)]  # fmt: skip
    for fit in fits[1:]:
        np.testing.assert_allclose(fit.beta, fits[0].beta, rtol=1e-12)
    group = rma("yi ~ g + x", frame)
    assert group.terms[0] == "Intercept"
    assert group.wald_test("g").df_num == 2
    new = group.predict(pd.DataFrame({"g": ["b"], "x": [0.5]}))
    j = next(i for i, t in enumerate(group.terms) if "b" in t and t != "Intercept")
    expected = group.beta[0] + group.beta[j] + 0.5 * group.beta[group.terms.index("x")]
    assert new.estimate.iloc[0] == pytest.approx(expected, rel=1e-12)


def test_a_repeated_moderator_is_left_out_by_name():
    yi, vi, X = sample(8)
    fit = rma(yi, vi, mods=np.column_stack([X, 2 * X]))
    assert fit.terms == ("Intercept", "x1")
    assert [(w.code, w.term) for w in fit.warnings] == [("rank_deficient", "x2")]


def test_predictions_follow_new_values_and_transform():
    yi, vi, X = sample(8)
    fit = rma(yi, vi, mods=X, test="t")
    new = fit.predict([[0.0], [1.0]], transform=np.exp)
    assert new.estimate.iloc[1] == pytest.approx(float(np.exp(fit.beta.sum())), rel=1e-12)
    wide, riley = fit.predict([[0.0]]), fit.predict([[0.0]], interval="riley")
    assert riley.pi_upper.iloc[0] > wide.pi_upper.iloc[0]
    assert (wide.pi_lower < wide.ci_lower).all()


def test_robust_inference_of_singletons_is_hc2_like_brute_force():
    yi, vi, X = sample(9, k=15)
    fit = rma(yi, vi, mods=X)
    robust = fit.robust(np.arange(15), vcov="CR0")
    W, D = np.diag(1 / (vi + fit.tau2)), np.column_stack([np.ones(15), X])
    bread = np.linalg.inv(D.T @ W @ D)
    e = np.diag((yi - D @ fit.beta) ** 2)
    np.testing.assert_allclose(robust.vcov, bread @ D.T @ W @ e @ W @ D @ bread, rtol=1e-10)
    assert (fit.robust(np.repeat(np.arange(5), 3)).df > 0).all()
    assert fit.robust(np.arange(15)).wald_test().df_num == 1
    with pytest.raises(InputError, match="cluster has 3 values"):
        fit.robust([1, 2, 3])


def test_result_is_plain_data():
    yi, vi, X = sample(9)
    fit = rma(yi, vi, mods=X, method="DL")
    text = json.loads(json.dumps(fit.to_dict()))
    assert text["coefficients"][1]["estimate"] == fit.beta[1]
    assert text["coefficients"][0]["df"] is None
    assert "Random-effects model of 12 studies (DL" in fit.summary()
    assert fit.to_frame().equals(fit.coef_table())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rma([0.1, 0.2], [0.1, 0.0]), r"vi\[1\] is 0\. Variances must be above zero"),
        (lambda: rma([0.1, 0.2], [0.1, -0.3]), r"vi\[1\] is -0\.3"),
        (lambda: rma([0.1, np.inf], [0.1, 0.3]), r"yi\[1\] is inf"),
        (lambda: rma([0.1, "high"], [0.1, 0.3]), r"yi\[1\] is 'high', which is not a number"),
        (lambda: rma([0.1, 0.2, 0.3], [0.1, 0.2]), "vi has 2 values but yi has 3"),
        (lambda: rma([np.nan], [0.1]), "no study with both"),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], method="XYZ"), "method='XYZ'"),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], test="w"), "test='w'"),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], level=0), "level=0"),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], tau2=-1), "tau2=-1"),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], weights=[1, 0]), r"weights\[1\] is 0"),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], method="GENQ"), "needs weights="),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], mods=[[1, 2], [2, 5]]), "3 coefficients cannot be estimated"),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], mods="~ x"), "no data frame was given"),
        (lambda: rma({"yi": [0.1], "vi": [0.1], "format": [1]}, mods="~ formt"), "format"),
        (lambda: rma(pd.DataFrame({"y": [0.1], "vi": [0.1]})), "yi='yi' is not a column"),
        (lambda: rma([0.1, 0.2], [0.1, 0.2], slab=["a"]), "slab has 1 labels"),
        (lambda: rma([0.1, 0.2, 0.4], [0.1, 0.2, 0.1]).predict(interval="odd"), "interval='odd'"),
        (lambda: rma([0.1, 0.2, 0.4], [0.1, 0.2, 0.1]).confint(type="XX"), "type='XX'"),
        (lambda: rma([0.1, 0.2, 0.4], [0.1, 0.2, 0.1]).wald_test("x"), "terms names 'x'"),
        (lambda: rma([0.1, 0.2, 0.4], [0.1, 0.2, 0.1]).residuals("odd"), "kind='odd'"),
    ],
)  # fmt: skip
def test_unusable_input_is_refused_by_name(call, words):
    with pytest.raises(InputError, match=words):
        call()
