"""The wild bootstrap: each replicate is the fit one would get by hand; draws, exact signs and p-values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_engine_properties import trials

from consilience import meta
from consilience.meta.bootstrap.draws import DISTRIBUTIONS, every_sign, rademacher
from consilience.meta.bootstrap.null_model import null_columns, null_residuals
from consilience.meta.bootstrap.wald import p_value
from consilience.meta.contrasts import constraints

MODELS = ("CE", "HE", "CHE")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("adjust", ["CR0", "CR2"])
def test_each_replicate_is_a_refit(model: str, adjust: str) -> None:
    frame = trials(4, J=14)
    fit = meta.meta_regression("yi ~ x + g", frame, working_model=model)
    test = fit.wald_test_cwb("g", reps=40, seed=3, adjust=adjust)
    C, _ = constraints(fit.design, "g")
    e = null_residuals(fit.given, model, C, adjust)
    draws = rademacher(np.random.default_rng(3), (14, 40))
    for r in range(12):
        again = frame.assign(yi=e * draws[fit.clusters.codes, r])
        refit = meta.meta_regression("yi ~ x + g", again, working_model=model, vcov="CR0")
        np.testing.assert_allclose(test.draws[r], refit.wald_test("g", test="Naive-F").statistic, rtol=1e-6)


def test_the_fitted_part_of_the_null_model_changes_nothing() -> None:
    frame = trials(5, J=14)
    fit = meta.meta_regression("yi ~ x + g", frame, working_model="HE")
    C, _ = constraints(fit.design, "g")
    e = null_residuals(fit.given, "HE", C, "CR0")
    whole = frame.assign(yi=frame["yi"] - e + e * 1.0)
    part = frame.assign(yi=e)
    statistics = [
        meta.meta_regression("yi ~ x + g", f, working_model="HE", vcov="CR0")
        .wald_test("g", test="Naive-F")
        .statistic
        for f in (whole, part)
    ]
    np.testing.assert_allclose(*statistics, rtol=1e-8)


def test_null_columns_obey_the_null() -> None:
    rng = np.random.default_rng(0)
    X, C = rng.normal(size=(20, 4)), np.array([[0.0, 1.0, -1.0, 0.0]])
    X0 = null_columns(X, C)
    gamma = np.linalg.lstsq(X, X0, rcond=None)[0]
    np.testing.assert_allclose(C @ gamma, 0, atol=1e-12)
    assert X0.shape == (20, 3)


def test_few_studies_use_every_sign() -> None:
    fit = meta.meta_regression("yi ~ 1", trials(6, J=7), working_model="CE")
    one, two = fit.wald_test_cwb(reps=999, seed=1), fit.wald_test_cwb(reps=999, seed=2)
    assert one.exact
    assert one.reps == 2**7
    assert one.p_value == two.p_value
    # the data themselves and their mirror image are among the draws
    assert one.p_value >= 2 / 2**7
    assert one.p_value * 2**7 == pytest.approx(round(one.p_value * 2**7))


def test_exact_signs_of_equal_studies_are_the_sign_flip_test() -> None:
    rng = np.random.default_rng(8)
    y = rng.normal(0.5, 1, 8)
    frame = pd.DataFrame({"study": np.arange(8), "yi": y, "vi": 0.01})
    p = meta.meta_regression("yi ~ 1", frame, working_model="CE").wald_test_cwb(reps=256).p_value
    flips = every_sign(8) * y[:, None]
    t = np.abs(flips.mean(axis=0)) / np.sqrt(((flips - flips.mean(axis=0)) ** 2).sum(axis=0))
    assert p == np.mean(t >= t[0] * (1 - 1e-9))


def test_seed_repeats_and_order_of_rows_does_not_matter() -> None:
    frame = trials(9)
    fit = meta.meta_regression("yi ~ x", frame)
    again = meta.meta_regression("yi ~ x", frame.sample(frac=1, random_state=0))
    a, b = fit.wald_test_cwb("x", reps=99, seed=5), again.wald_test_cwb("x", reps=99, seed=5)
    np.testing.assert_allclose(a.draws, b.draws, rtol=1e-6)
    assert a.p_value == b.p_value


@pytest.mark.parametrize("name", list(DISTRIBUTIONS))
def test_draws_have_mean_zero_and_variance_one(name: str) -> None:
    draws = DISTRIBUTIONS[name](np.random.default_rng(1), (200, 1000))
    assert abs(draws.mean()) < 0.012
    assert abs(draws.var() - 1) < 0.02


def test_p_value_rules() -> None:
    F = np.array([1.0, 2.0, 3.0, np.nan])
    assert p_value(F, 2.0, False, "default") == pytest.approx(4 / 5)
    assert p_value(F, 2.0, False, "wildmeta") == pytest.approx(1 / 3)
    assert p_value(F[:3], 9.0, False, "default") == pytest.approx(1 / 4)
    assert p_value(F[:3], 9.0, False, "wildmeta") == 0


def test_wrong_choices_are_named() -> None:
    fit = meta.meta_regression("yi ~ x", trials(9))
    with pytest.raises(meta.InputError, match="distribution='coin'"):
        fit.wald_test_cwb(distribution="coin")
    with pytest.raises(meta.InputError, match="p_rule='x'"):
        fit.wald_test_cwb(p_rule="x")
    with pytest.raises(meta.InputError, match="reps=0"):
        fit.wald_test_cwb(reps=0)


@pytest.mark.parametrize("model", MODELS)
def test_resampled_studies_are_refits_with_copies(model: str) -> None:
    frame = trials(11, J=10)
    fit = meta.meta_regression("yi ~ x", frame, working_model=model)
    result = fit.bootstrap_confint(reps=20, seed=2)
    counts = np.random.default_rng(2).multinomial(10, np.full(10, 0.1), size=20)
    for r in range(4):
        copies = [
            frame[frame["study"] == label].assign(study=f"{label}-{c}")
            for label, n in zip(fit.clusters.labels, counts[r])
            for c in range(n)
        ]
        refit = meta.meta_regression("yi ~ x", pd.concat(copies, ignore_index=True), working_model=model)
        np.testing.assert_allclose(result.draws[r], refit.beta, rtol=1e-6)
    assert np.all(result.ci_lower < result.ci_upper)


def test_bootstrap_keeps_its_size_where_studies_are_few() -> None:
    """200 null data sets of 8 studies, every sign: p below .1 in about a tenth of them."""
    rng = np.random.default_rng(12)
    below = []
    for _ in range(200):
        frame = pd.DataFrame({"study": np.repeat(np.arange(8), 2), "vi": 0.1})
        frame["yi"] = np.repeat(rng.normal(size=8), 2) * 0.3 + rng.normal(size=16) * 0.3
        below.append(
            meta.meta_regression("yi ~ 1", frame, working_model="CE").wald_test_cwb(reps=256).p_value < 0.1
        )
    assert abs(np.mean(below) - 0.1) < 3.5 * np.sqrt(0.09 / 200)
