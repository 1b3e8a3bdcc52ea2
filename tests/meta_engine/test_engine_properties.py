"""What must hold whatever the data: unbiasedness, scale, order, brute-force twins, closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_case import data, formula
from scipy import stats

from consilience import meta
from consilience.meta.saddlepoint import Spectrum, tail

MODELS = ("CE", "HE", "CHE")


def trials(seed: int, J: int = 12, moderator: bool = True) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    study = np.repeat([f"s{j}" for j in range(J)], rng.integers(1, 6, J))
    k = len(study)
    frame = pd.DataFrame({"study": study, "vi": rng.uniform(0.02, 0.3, k)})
    frame["x"] = rng.normal(size=k)
    frame["g"] = np.array(["a", "b", "c"])[rng.integers(0, 3, k)]
    frame["yi"] = 0.3 + rng.normal(size=k) * np.sqrt(frame["vi"] + 0.1)
    return frame


def fit(frame: pd.DataFrame, model: str, **options) -> meta.MetaFit:
    return meta.meta_regression("yi ~ 1 + x + g", frame, working_model=model, **options)


def dense(blocks) -> np.ndarray:
    out = np.zeros((blocks.clusters.k, blocks.clusters.k))
    for group, part in zip(blocks.clusters.groups, blocks.parts):
        for rows, block in zip(group.rows, part):
            out[np.ix_(rows, rows)] = block
    return out


@settings(deadline=None, max_examples=15, derandomize=True)
@given(seed=st.integers(0, 10_000), model=st.sampled_from(MODELS))
def test_cr2_is_unbiased_under_the_working_model(seed: int, model: str) -> None:
    result = fit(trials(seed), model)
    unflagged = np.array([not r for r in result.inference.reason])
    expected = (
        result.robust.own + result.robust.L @ result.robust.K @ np.swapaxes(result.robust.L, 1, 2)
    ).sum(0)
    pairs = np.ix_(unflagged, unflagged)
    np.testing.assert_allclose(expected[pairs], result.linear.bread[pairs], rtol=1e-8, atol=1e-12)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(seed=st.integers(0, 10_000), power=st.integers(-8, 8), model=st.sampled_from(MODELS))
def test_units_change_nothing(seed: int, power: int, model: str) -> None:
    frame, s = trials(seed), 10.0**power
    scaled = frame.assign(yi=frame["yi"] * s, vi=frame["vi"] * s**2)
    one, other = fit(frame, model), fit(scaled, model)
    for a, b in ((one.df, other.df), (one.se * s, other.se)):
        np.testing.assert_allclose(a, b, rtol=1e-8)
    np.testing.assert_allclose(one.inference.p_value, other.inference.p_value, rtol=1e-8)
    first, second = one.wald_test("g"), other.wald_test("g")
    np.testing.assert_allclose(
        [first.statistic, first.df_denom, first.p_value], [second.statistic, second.df_denom, second.p_value],
        rtol=1e-8,
    )  # fmt: skip


@settings(deadline=None, max_examples=12, derandomize=True)
@given(seed=st.integers(0, 10_000), model=st.sampled_from(MODELS))
def test_row_order_and_study_names_change_nothing(seed: int, model: str) -> None:
    frame = trials(seed)
    shuffled = frame.sample(frac=1, random_state=seed)
    renamed = shuffled.assign(study=shuffled["study"].map(lambda s: 1000 - int(s[1:])))
    one, other = fit(frame, model), fit(renamed, model)
    np.testing.assert_allclose(one.beta, other.beta, rtol=1e-9)
    np.testing.assert_allclose(one.se, other.se, rtol=1e-8)
    np.testing.assert_allclose(one.df, other.df, rtol=1e-8)


def brute_force(result: meta.MetaFit) -> tuple[np.ndarray, np.ndarray]:
    """CR2 and Satterthwaite df by k x k matrices, straight from the definitions."""
    X, Phi, W, M = result.X, dense(result.linear.target), dense(result.linear.weights), result.linear.bread
    k = len(X)
    residual = np.eye(k) - X @ M @ X.T @ W
    spread = residual @ Phi @ residual.T
    adjusted = np.zeros((k, k))
    for j in range(result.J):
        rows = np.flatnonzero(result.clusters.codes == j)
        D = np.linalg.cholesky(Phi[np.ix_(rows, rows)]).T
        values, vectors = np.linalg.eigh(D @ spread[np.ix_(rows, rows)] @ D.T)
        keep = values > 1e-9 * values.max()
        root = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
        adjusted[np.ix_(rows, rows)] = D.T @ root @ D
    e = result.linear.residuals
    forms = []
    for j in range(result.J):
        rows = result.clusters.codes == j
        forms.append((residual.T[:, rows] @ (adjusted[np.ix_(rows, rows)] @ (W @ X @ M)[rows])).T)
    scores = np.array([f @ result.yi for f in forms])
    assert np.allclose(scores, np.array([f @ e + f @ (result.yi - e) for f in forms]))
    P = np.einsum("iak,kl,jal->aij", forms, Phi, forms)
    df = np.trace(P, axis1=1, axis2=2) ** 2 / (P**2).sum(axis=(1, 2))
    return scores.T @ scores, df


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_blocks_agree_with_full_matrices(seed: int, model: str) -> None:
    result = fit(trials(seed), model)
    vcov, df = brute_force(result)
    kept = np.isfinite(result.df)
    np.testing.assert_allclose(result.vcov[np.ix_(kept, kept)], vcov[np.ix_(kept, kept)], rtol=1e-8)
    np.testing.assert_allclose(result.df[kept], df[kept], rtol=1e-8)


def test_balanced_intercept_has_j_minus_one_df() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"study": np.repeat(np.arange(9), 3), "yi": rng.normal(size=27), "vi": 0.1})
    means = frame.groupby("study")["yi"].mean()
    for model in MODELS:
        result = meta.meta_regression("yi ~ 1", frame, working_model=model)
        np.testing.assert_allclose(result.df, 8, rtol=1e-10)
        np.testing.assert_allclose(result.beta, means.mean(), rtol=1e-12)
        np.testing.assert_allclose(result.se, means.std(ddof=1) / 3, rtol=1e-12)
        np.testing.assert_allclose(result.inference.p_value, stats.ttest_1samp(means, 0).pvalue, rtol=1e-9)


def test_balanced_two_groups_is_the_t_test() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(
        {"study": np.arange(14), "yi": rng.normal(size=14), "vi": 0.2, "x": np.repeat([0.0, 1.0], 7)}
    )
    result = meta.meta_regression("yi ~ x", frame, working_model="CE")
    a, b = frame.loc[frame.x == 0, "yi"], frame.loc[frame.x == 1, "yi"]
    np.testing.assert_allclose(result.inference.statistic[1], stats.ttest_ind(b, a).statistic, rtol=1e-10)
    np.testing.assert_allclose(result.df[1], 12, rtol=1e-10)
    joint = result.wald_test("x")
    np.testing.assert_allclose(joint.statistic, result.inference.statistic[1] ** 2, rtol=1e-10)
    np.testing.assert_allclose(joint.df_denom, 12, rtol=1e-10)


def test_htz_of_one_contrast_is_the_t_test() -> None:
    result = meta.meta_regression(formula("hierdat"), data("hierdat"), cluster="cluster", working_model="HE")
    joint = result.wald_test("x1")
    np.testing.assert_allclose(joint.df_denom, result.df[1], rtol=1e-9)
    np.testing.assert_allclose(joint.p_value, result.inference.p_value[1], rtol=1e-8)


def test_singletons_make_cr2_the_hc2_estimator() -> None:
    frame = data("bangert")
    result = meta.meta_regression(formula("bangert"), frame, cluster="cluster", working_model="CE")
    X, w = result.X, 1 / result.linear.target.diagonal()
    M = np.linalg.inv((X * w[:, None]).T @ X)
    leverage = w * np.einsum("ia,ab,ib->i", X, M, X)
    scores = (X @ M) * (w * result.linear.residuals / np.sqrt(1 - leverage))[:, None]
    np.testing.assert_allclose(result.vcov, scores.T @ scores, rtol=1e-9)


@pytest.mark.parametrize("t2", [0.05, 0.6, 1.3, 4.0, 11.0])
def test_saddlepoint_by_low_rank_equals_saddlepoint_by_eigenvalues(t2: float) -> None:
    rng = np.random.default_rng(3)
    d, L = rng.uniform(0.5, 1.5, 50), rng.normal(size=(50, 2)) * 0.2
    K = -np.eye(2) * 0.3
    P = np.diag(d) + L @ K @ L.T
    low = tail(Spectrum(d / np.trace(P), L, K / np.trace(P)), t2)
    lam = np.linalg.eigvalsh(P / np.trace(P))
    whole = tail(Spectrum(lam, np.zeros((50, 1)), np.zeros((1, 1))), t2)
    np.testing.assert_allclose(low, whole, rtol=1e-9)
    draws = rng.chisquare(1, size=(40_000, 50)) @ lam
    simulated = np.mean(rng.chisquare(1, 40_000) > t2 * draws)
    assert abs(low - simulated) < 4 * np.sqrt(simulated * (1 - simulated) / 40_000) + (
        0.004 if t2 > 1 else 0.02
    )


@pytest.mark.parametrize("model", MODELS)
def test_many_predictions_agree_with_single_ones(model: str) -> None:
    frame = pd.concat([trials(s).assign(study=lambda d, s=s: d["study"] + str(s)) for s in (1, 2, 3)])
    result = fit(frame, model)
    assert len(frame) > 50
    table = result.predict()
    few = result.infer(result.X[:7])
    np.testing.assert_allclose(table["df"].iloc[:7], few.df, rtol=1e-9)
    np.testing.assert_allclose(table["se"].iloc[:7], few.se, rtol=1e-12)


def test_predictions_for_many_studies_stay_small() -> None:
    """Degrees of freedom of every row of a large data set: no table of rows by studies."""
    import tracemalloc

    frame = trials(4, J=4000)
    result = meta.meta_regression("yi ~ x + g", frame, working_model="CE")
    tracemalloc.start()
    result.predict()
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


@pytest.mark.parametrize("s", [1e-8, 1e-4, 1e-3, 1e6])
def test_cr2_of_corrdat_does_not_depend_on_its_units(s: float) -> None:
    """An absolute cut of eigenvalues loses 80 % of this standard error at s = 0.001."""
    frame = data("corrdat")
    scaled = frame.assign(yi=frame["yi"] * s, vi=frame["vi"] * s**2)
    one, other = (
        meta.meta_regression(formula("corrdat"), f, cluster="cluster", working_model="CHE")
        for f in (frame, scaled)
    )
    np.testing.assert_allclose(one.se, other.se / s, rtol=1e-8)
    np.testing.assert_allclose(one.df, other.df, rtol=1e-8)
    np.testing.assert_allclose(one.wald_test().p_value, other.wald_test().p_value, rtol=1e-8)
