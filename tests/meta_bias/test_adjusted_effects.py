"""PET, PEESE, WAAP, limit meta-analysis, p-curve, p-uniform and funnel data: twins, closed forms, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from consilience import meta
from consilience.meta.bias.p_curve import noncentrality
from consilience.meta.bias.p_uniform import statistic


def sample(seed=1, k=30, mean=0.2, tau=0.1, slope=0.0):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.005, 0.2, k)
    return mean + slope * np.sqrt(v) + np.sqrt(v + tau**2) * rng.standard_normal(k), v


def least_squares(y, v, X):
    W = np.diag(1 / v)
    inverse = np.linalg.inv(X.T @ W @ X)
    b = inverse @ X.T @ W @ y
    df = len(y) - X.shape[1]
    s2 = (y - X @ b) @ W @ (y - X @ b) / df
    return b, np.sqrt(s2 * np.diag(inverse)), df


@pytest.mark.parametrize(("method", "power"), [("pet", 1), ("peese", 2)])
def test_pet_and_peese_are_weighted_least_squares(method, power):
    y, v = sample(slope=1.0)
    r = getattr(meta, method)(y, v)
    b, se, df = least_squares(y, v, np.column_stack([np.ones(y.size), v ** (power / 2)]))
    np.testing.assert_allclose([r.estimate, r.se, r.slope], [b[0], se[0], b[1]], rtol=1e-10)
    half = stats.t.ppf(0.975, df) * se[0]
    np.testing.assert_allclose([r.ci_lower, r.ci_upper], [b[0] - half, b[0] + half], rtol=1e-10)
    np.testing.assert_allclose(r.p_value, 2 * stats.t.sf(abs(b[0] / se[0]), df), rtol=1e-10)


def test_pet_peese_chooses_by_pet():
    strong, weak = sample(mean=0.8), sample(mean=0.0, slope=1.5, tau=0.0)
    assert meta.pet_peese(*strong).chosen == "PEESE"
    assert meta.pet_peese(*strong).estimate == meta.peese(*strong).estimate
    assert meta.pet_peese(*weak).chosen == "PET"
    mirrored = meta.pet_peese(-strong[0], strong[1])
    assert mirrored.chosen == "PEESE"
    assert mirrored.estimate == pytest.approx(-meta.peese(*strong).estimate)


def test_waap_takes_the_powered_studies():
    y, v = sample(mean=0.9)
    r = meta.waap_wls(y, v)
    wls = np.sum(y / v) / np.sum(1 / v)
    use = np.sqrt(v) <= abs(wls) / 2.8
    b, se, _ = least_squares(y[use], v[use], np.ones((use.sum(), 1)))
    assert (r.chosen, r.k_adequate) == ("WAAP", use.sum())
    np.testing.assert_allclose([r.wls, r.estimate, r.se], [wls, b[0], se[0]], rtol=1e-10)
    none = meta.waap_wls(0.01 * y, v)
    assert none.chosen == "WLS"
    assert "Fewer than two" in none.cautions[0]


def test_limit_meta_is_its_definition():
    y, v = sample(slope=1.0, tau=0.2)
    r = meta.limit_meta(y, v, method="DL")
    tau2 = meta.rma(y, v, method="DL").tau2
    s = np.sqrt(v + tau2)
    X = np.column_stack([np.ones(y.size), s])
    inverse = np.linalg.inv((X / s[:, None] ** 2).T @ X)
    b = inverse @ (X.T @ (y / s**2))
    row = np.array([1, np.sqrt(tau2)])
    np.testing.assert_allclose([r.beta, r.alpha, r.estimate], [b[0], b[1], row @ b], rtol=1e-8)
    np.testing.assert_allclose(r.se, np.sqrt(row @ inverse @ row), rtol=1e-8)
    np.testing.assert_allclose(r.shrunken, b[0] + np.sqrt(tau2) / s * (y - b[0]), rtol=1e-8)
    np.testing.assert_allclose(r.Q, r.Q_small + r.Q_rest, rtol=1e-10)
    egger = meta.regtest(y, v, model="lm")
    np.testing.assert_allclose(r.Q_small / (r.Q_rest / (y.size - 2)), egger.statistic**2, rtol=1e-8)


def test_p_curve_tests_are_their_definition():
    y, v = sample(mean=0.5, k=40)
    r = meta.p_curve(y, v)
    z = np.abs(y) / np.sqrt(v)
    p = 2 * stats.norm.sf(z)
    use, half = p < 0.05, p < 0.025
    np.testing.assert_allclose(
        r.right_skew.z, stats.norm.ppf(p[use] / 0.05).sum() / np.sqrt(use.sum()), rtol=1e-9
    )
    np.testing.assert_allclose(
        r.right_skew_half.z, stats.norm.ppf(p[half] / 0.025).sum() / np.sqrt(half.sum()), rtol=1e-9
    )
    np.testing.assert_allclose(r.binomial_p, stats.binom.sf(half.sum() - 1, use.sum(), 0.5), rtol=1e-9)
    ncp = noncentrality(1 / 3)
    assert stats.norm.sf(1.959964 - ncp) + stats.norm.cdf(-1.959964 - ncp) == pytest.approx(1 / 3, abs=1e-6)


def significant_only(rng, effect, k):
    y, v = [], []
    while len(y) < k:
        var = rng.uniform(0.01, 0.08)
        value = effect + np.sqrt(var) * rng.standard_normal()
        if value > 1.96 * np.sqrt(var):
            y.append(value), v.append(var)
    return np.array(y), np.array(v)


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_p_methods_recover_the_effect_behind_significant_results(effect):
    rng = np.random.default_rng(4)
    runs = [significant_only(rng, effect, 60) for _ in range(25)]
    uniform = [meta.p_uniform(*r) for r in runs]
    curve = [meta.p_curve(*r) for r in runs]
    assert np.median([r.estimate for r in uniform]) == pytest.approx(effect, abs=0.06)
    assert np.median([r.effect for r in curve]) == pytest.approx(effect, abs=0.08)
    assert np.mean([r.ci_lower <= effect <= r.ci_upper for r in uniform]) >= 0.8
    evidence = np.mean([r.evidence for r in curve])
    assert evidence > 0.9 if effect else evidence < 0.3


def test_p_uniform_is_symmetrical_and_solves_its_equation():
    y, v = significant_only(np.random.default_rng(1), 0.3, 20)
    r, left = meta.p_uniform(y, v), meta.p_uniform(-y, v, side="left")
    assert statistic(y, np.sqrt(v), stats.norm.ppf(0.975), r.estimate) == pytest.approx(20, rel=1e-9)
    np.testing.assert_allclose(
        [left.estimate, left.ci_lower, left.ci_upper], [-r.estimate, -r.ci_upper, -r.ci_lower], rtol=1e-9
    )
    np.testing.assert_allclose(left.p_value, r.p_value, rtol=1e-9)


def test_nothing_significant_is_said_not_raised():
    y, v = np.array([0.01, -0.02, 0.03]), np.full(3, 0.04)
    curve, uniform, excess = meta.p_curve(y, v), meta.p_uniform(y, v), meta.tes(y, v)
    assert "empty" in curve.cautions[0]
    assert "No result is significant" in uniform.explain()
    assert any("no excess" in c for c in excess.cautions)
    assert meta.regtest(y, v).cautions[-1].startswith("The predictor sei is the same")
    assert np.isnan(meta.ranktest(y, v).p_value)
    assert curve.to_dict()["power"] is None


def test_funnel_data_draws_what_it_says():
    y, v = sample()
    n = np.full(y.size, 40)
    r = meta.funnel_data(y, v, n1=n, n2=n, predictor="arms")
    np.testing.assert_allclose(r.points["precision"], np.sqrt(2 / 40), rtol=1e-12)
    f = meta.funnel_data(y, v)
    np.testing.assert_allclose(f.contours["p0.05"], 1.959964 * f.contours["sei"], rtol=1e-6)
    np.testing.assert_allclose((f.limits["lower"] + f.limits["upper"]) / 2, f.center, rtol=1e-12)
    inside = f.points["p_value"] < 0.05
    assert (inside == (np.abs(f.points["yi"]) > 1.959964 * f.points["sei"])).all()


def test_standardised_differences_are_warned_of_their_own_variance():
    n = np.array([10, 15, 20, 40, 80.0])
    g = np.array([1.2, 1.0, 0.7, 0.5, 0.4])
    v = 2 / n + g**2 / (4 * n)
    told = meta.regtest(g, v, n1=n, n2=n)
    assert any("standardised mean" in c for c in told.cautions)
    safe = meta.regtest(g, v, n1=n, n2=n, predictor="arms")
    assert not any("standardised mean" in c for c in safe.cautions)


def test_trim_and_fill_of_a_symmetrical_funnel_fills_nothing():
    v = np.repeat([0.01, 0.04, 0.09, 0.16], 2)
    y = 0.3 + np.array([1, -1] * 4) * np.repeat([0.01, 0.1, 0.2, 0.3], 2)
    r = meta.trimfill(y, v, method="EE")
    assert r.k0 == 0
    assert r.estimate == pytest.approx(r.observed)


@settings(max_examples=25)
@given(st.integers(5, 25), st.integers(0, 10_000), st.sampled_from(["L0", "R0", "Q0"]))
def test_trim_and_fill_mirrors(k, seed, estimator):
    y, v = sample(seed, k)
    a = meta.trimfill(y, v, side="left", estimator=estimator, method="DL")
    b = meta.trimfill(-y, v, side="right", estimator=estimator, method="DL")
    assert a.k0 == b.k0
    np.testing.assert_allclose(b.estimate, -a.estimate, rtol=1e-9, atol=1e-12)


def test_general_failsafe_n_is_reached_and_not_before():
    y, v = sample(mean=0.5, tau=0.3)
    exact = meta.fsn(y, v, type="General", exact=True)
    typical = 1 / np.mean(1 / v)

    def p(n):
        return meta.rma(np.append(y, np.zeros(n)), np.append(v, np.full(n, typical))).p_value[0]

    assert p(exact.n) >= 0.05 > p(exact.n - 1)
    quick = meta.fsn(y, v, type="General")
    fit = meta.rma(y, v)
    w, each = 1 / (v + fit.tau2), 1 / (typical + fit.tau2)
    z = [abs(w @ y) / np.sqrt(w.sum() + n * each) for n in (quick.n, quick.n - 1)]
    assert z[0] <= 1.959964 < z[1] + 1e-6
    equal = meta.fsn(y, v, type="General", method="EE")
    assert equal.n == meta.fsn(y, v, type="Rosenberg").n


def test_exact_excess_distribution_by_enumeration():
    y, v = sample(k=8, mean=0.4)
    r = meta.tes(y, v, test="exact")
    bits = (np.arange(2**8)[:, None] >> np.arange(8)) & 1
    mass = np.prod(np.where(bits == 1, r.power, 1 - r.power), axis=1)
    np.testing.assert_allclose(r.p_value, mass[bits.sum(axis=1) >= r.observed].sum(), rtol=1e-10)


def test_henmi_copas_covers_under_heterogeneity():
    rng = np.random.default_rng(9)
    hits = []
    for _ in range(60):
        v = rng.uniform(0.02, 0.2, 12)
        r = meta.hc(0.2 + np.sqrt(v + 0.05) * rng.standard_normal(12), v)
        hits.append(r.ci_lower <= 0.2 <= r.ci_upper)
    assert np.mean(hits) > 0.86
    same = meta.hc(np.array([0.2, 0.21, 0.19, 0.2]), np.array([0.1, 0.2, 0.1, 0.3]))
    assert same.tau2 == 0
    assert same.critical > special.ndtri(0.95)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: meta.regtest([0.1, 0.2], [0.1, 0.2], predictor="se"), "predictor='se'"),
        (lambda: meta.regtest([0.1, 0.2], [0.1, 0.2], predictor="ni"), "sample sizes"),
        (lambda: meta.regtest([0.1, 0.2], [0.1, 0.2], ni=[3]), "ni has 1"),
        (lambda: meta.trimfill([0.1, 0.2, 0.3], [0.1] * 3, side="up"), "side='up'"),
        (lambda: meta.fsn([0.1, 0.2], [0.1] * 2, type="Orwin", target=-1), "target=-1"),
        (lambda: meta.tes([0.1, 0.2], [0.1] * 2, test="x"), "test='x'"),
        (lambda: meta.limit_meta([0.1, 0.2, 0.3], [0.1] * 3), "differ in precision"),
        (lambda: meta.hc([0.1, 0.2, 0.3], [0.1, -1, 0.2]), "vi"),
        (lambda: meta.worst_case([0.1, 0.2], [0.1] * 2, etas=(0.5,)), "etas"),
        (lambda: meta.funnel_data([0.1, 0.2], [0.1] * 2, predictor="ni"), "grows"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(meta.InputError, match=message):
        call()
