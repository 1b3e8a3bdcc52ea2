"""Grounds other than R: a dense twin, numerical derivatives, closed forms, invariances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mv_reference import cases, covariance, data_of, fit_of, fit_with

from consilience import meta
from consilience.meta import rma_mv
from consilience.meta.multilevel.random_terms import factored
from consilience.meta.multilevel.search import Problem

MODELS: list[tuple[Any, str]] = [
    ("study/effect", "CS"),
    (["study/effect", "lab"], "CS"),
    ("study/outcome/effect", "CS"),
    *((["outcome | study", "lab"], s) for s in ("UN", "CS", "HCS", "DIAG", "ID", "AR", "HAR")),
    ("time | study", "CAR"),
    (["outcome | study", "time | lab"], ["HCS", "CAR"]),
]


def trials(seed: int, J: int = 15) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    study = np.repeat(np.arange(J), rng.integers(1, 5, J))
    k = len(study)
    frame = pd.DataFrame(
        {
            "study": study,
            "effect": np.arange(k),
            "lab": rng.integers(0, 4, k),
            "outcome": rng.choice(["a", "b", "c"], k),
            "time": rng.choice([0.5, 1.0, 2.0, 4.0], k),
            "x": rng.normal(size=k),
            "vi": rng.uniform(0.02, 0.2, k),
        }
    )
    true = rng.normal(0, 0.4, J)[study] + rng.normal(0, 0.3, k) + rng.normal(0, 0.2, 4)[frame["lab"]]
    frame["yi"] = 0.3 + 0.2 * frame["x"] + true + rng.normal(size=k) * np.sqrt(frame["vi"])
    return frame


def problem_of(random: Any, struct: Any, restricted: bool = True) -> Problem:
    options = {"random": random, "struct": struct, "sigma2": None, "method": "REML" if restricted else "ML"}
    return rma_mv("yi ~ 1 + x", trials(3), **options).problem


def inside(problem: Problem) -> np.ndarray:
    """A point away from every boundary."""
    values = {"variance": 0.11, "sd": 0.35, "correlation": 0.3, "factor": 0.2}
    kinds = [p.kind for p in problem.model.parameters]
    return np.array([values[kind] * (1 + 0.1 * i) for i, kind in enumerate(kinds)])


def dense_loglik(problem: Problem, phi: np.ndarray) -> float:
    """The likelihood from whole matrices, entry by entry."""
    k, p = problem.X.shape
    sigma = problem.model.V.to_dense()
    for term, at in zip(problem.model.terms, problem.model.slices):
        T = term.shape.matrix(phi[at])
        for i in range(k):
            for j in range(k):
                if term.outer[i] == term.outer[j]:
                    sigma[i, j] += T[term.inner[i], term.inner[j]]
    W, X, y = np.linalg.inv(sigma), problem.X, problem.y
    A = X.T @ W @ X
    e = y - X @ np.linalg.solve(A, X.T @ W @ y)
    out = -0.5 * (k * np.log(2 * np.pi) + np.linalg.slogdet(sigma)[1] + e @ W @ e)
    if problem.restricted:
        extra = np.linalg.slogdet(X.T @ X)[1] - np.linalg.slogdet(A)[1]
        out += 0.5 * (p * np.log(2 * np.pi) + extra)
    return float(out)


@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize(("random", "struct"), MODELS, ids=str)
def test_likelihood_and_derivatives_of_a_dense_twin(random: Any, struct: Any, restricted: bool) -> None:
    problem = problem_of(random, struct, restricted)
    phi = inside(problem)
    at, q = problem.at(phi), len(phi)
    assert at.loglik == pytest.approx(dense_loglik(problem, phi), rel=1e-11)
    h = 1e-5
    for a in range(q):
        step = h * np.eye(q)[a]
        up, down = problem.at(phi + step), problem.at(phi - step)
        assert at.score[a] == pytest.approx((up.loglik - down.loglik) / (2 * h), rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(-at.observed[a], (up.score - down.score) / (2 * h), rtol=1e-6, atol=1e-5)


def test_derivatives_of_a_factor() -> None:
    problem = problem_of("outcome | study", "UN")
    model = problem.model
    problem = Problem(problem.y, problem.X, type(model)(model.V, (factored(model.terms[0]),)), True)
    phi, h = inside(problem), 1e-5
    at = problem.at(phi)
    for a in range(len(phi)):
        step = h * np.eye(len(phi))[a]
        up, down = problem.at(phi + step), problem.at(phi - step)
        assert at.score[a] == pytest.approx((up.loglik - down.loglik) / (2 * h), rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(-at.observed[a], (up.score - down.score) / (2 * h), rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize(("random", "struct"), MODELS, ids=str)
def test_nothing_nearby_is_likelier(random: Any, struct: Any) -> None:
    fit = rma_mv("yi ~ 1 + x", trials(3), random=random, struct=struct)
    problem = Problem(fit.problem.y, fit.problem.X, fit.found.model, True)
    best, rng = fit.found.maximum.theta, np.random.default_rng(0)
    lower = [p.lower for p in problem.model.parameters]
    upper = [p.upper for p in problem.model.parameters]
    for _ in range(60):
        size = 10.0 ** rng.uniform(-5, -0.5)
        near = np.clip(best + size * rng.normal(size=len(best)), lower, upper)
        assert problem.at(near).loglik <= fit.found.maximum.loglik + 1e-9
    assert fit.converged


def test_balanced_design_in_closed_form() -> None:
    """Equal variances and sizes: the REML estimates are those of the analysis of variance."""
    rng = np.random.default_rng(5)
    J, n, v = 12, 4, 0.05
    y = rng.normal(0, 0.5, (J, 1)) + rng.normal(0, 0.4, (J, n))
    frame = pd.DataFrame(
        {"yi": y.ravel(), "vi": v, "study": np.repeat(np.arange(J), n), "es": np.arange(J * n)}
    )
    within = ((y - y.mean(axis=1, keepdims=True)) ** 2).sum() / (J * (n - 1))
    between = n * y.mean(axis=1).var(ddof=1)
    fit = rma_mv("yi ~ 1", frame, random="study/es")
    expected = [(between - within) / n, within - v]
    np.testing.assert_allclose(list(fit.components.values()), expected, rtol=1e-9)
    assert fit.beta[0] == pytest.approx(y.mean(), rel=1e-12)
    assert fit.se[0] == pytest.approx(np.sqrt(between / (J * n)), rel=1e-9)
    # with equal studies CR2 is the standard error of the mean of study means, on J - 1 df
    robust = rma_mv("yi ~ 1", frame, random="study/es", cluster="study")
    assert robust.se[0] == pytest.approx(y.mean(axis=1).std(ddof=1) / np.sqrt(J), rel=1e-9)
    assert robust.df[0] == pytest.approx(J - 1, rel=1e-9)


def test_three_levels_are_the_che_working_model() -> None:
    frame = data_of("assink_REML")
    fit = rma_mv("yi ~ 1 + year", frame, V=covariance("assink_REML"), random="study/esid", cluster="study")
    che = meta.meta_regression("yi ~ 1 + year", frame, rho=0.6, working_model="CHE")
    np.testing.assert_allclose([fit.tau2, fit.omega2], [che.tau2, che.omega2], rtol=1e-7)
    np.testing.assert_allclose(fit.vcov, che.vcov, rtol=1e-6)
    np.testing.assert_allclose(fit.df, che.df, rtol=1e-6)


def test_compound_symmetry_is_two_nested_variances() -> None:
    nested, cs = fit_of("konstantopoulos_REML"), fit_of("konstantopoulos_cs")
    one, two = nested.components.values()
    np.testing.assert_allclose(list(cs.components.values()), [one + two, one / (one + two)], rtol=1e-8)
    assert nested.loglik == pytest.approx(cs.loglik, rel=1e-12)


def test_two_levels_unstructured_are_heteroscedastic_symmetry() -> None:
    un, hcs = fit_of("berkey_UN_REML"), fit_of("berkey_HCS_REML")
    np.testing.assert_allclose(list(un.components.values()), list(hcs.components.values()), rtol=1e-8)


def test_konstantopoulos_published() -> None:
    """Konstantopoulos (2011): 0.185 (0.085), variances 0.065 between districts and 0.033 between schools."""
    fit = fit_of("konstantopoulos_REML")
    assert [round(v, 3) for v in (fit.beta[0], fit.se[0], *fit.components.values())] == [
        0.185,
        0.085,
        0.065,
        0.033,
    ]


@given(exponent=st.integers(-8, 8), seed=st.integers(0, 50))
@settings(max_examples=12, deadline=None)
def test_units_change_nothing(exponent: int, seed: int) -> None:
    s, frame = 10.0**exponent, trials(seed)
    scaled = frame.assign(yi=frame["yi"] * s, vi=frame["vi"] * s**2)
    options = {"random": "study/effect", "cluster": "study"}
    one, two = (rma_mv("yi ~ 1 + x", f, **options) for f in (frame, scaled))
    for attribute in ("statistic", "df", "p_value"):
        np.testing.assert_allclose(
            getattr(one.inference, attribute), getattr(two.inference, attribute), rtol=1e-6
        )
    ratio = np.array(list(two.components.values())) / s**2
    np.testing.assert_allclose(ratio, list(one.components.values()), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("name", ["berkey_UN_REML", "ishak_HAR", "ishak_UN", "ishak_CAR"])
def test_units_change_nothing_in_structures(name: str, scale: float) -> None:
    frame, V = data_of(name), covariance(name)
    fit = fit_with(name, data=frame.assign(yi=frame["yi"] * scale), V=V.scaled(scale**2))
    one, two = fit_of(name).parts, fit.parts
    np.testing.assert_allclose(list(two.correlations.values()), list(one.correlations.values()), rtol=1e-5)
    ratio = np.array(list(two.variances.values())) / scale**2
    np.testing.assert_allclose(ratio, list(one.variances.values()), rtol=1e-5)


@pytest.mark.parametrize("name", ["assink_mods", "berkey_UN_REML", "ishak_UN", "konstantopoulos_crossed"])
def test_order_of_rows_and_names_change_nothing(name: str) -> None:
    frame = data_of(name)
    order = np.random.default_rng(0).permutation(len(frame))
    V = covariance(name)
    other = "vi" if isinstance(V, str) else V.to_dense()[np.ix_(order, order)]
    fit = fit_with(name, data=frame.iloc[order].reset_index(drop=True), V=other)
    ours, theirs = list(fit.components.values()), list(fit_of(name).components.values())
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(fit.se, fit_of(name).se, rtol=1e-7)


def test_every_way_to_give_v_is_the_same() -> None:
    frame = data_of("assink_REML").sort_values("study", kind="stable").reset_index(drop=True)
    V = meta.vcalc("vi", "study", data=frame, obs="esid", rho=0.6)
    dense = V.to_dense()
    bounds = np.flatnonzero(np.diff(frame["study"])) + 1
    pieces = [dense[np.ix_(r, r)] for r in np.split(np.arange(len(frame)), bounds)]
    fits = [rma_mv("yi ~ 1", frame, V=given, random="study/esid") for given in (V, dense, pieces)]
    for fit in fits[1:]:
        np.testing.assert_allclose(fit.vcov, fits[0].vcov, rtol=1e-10)
        assert fit.loglik == pytest.approx(fits[0].loglik, rel=1e-12)
    plain = [
        rma_mv("yi ~ 1", frame, V=given, random="study/esid") for given in ("vi", frame["vi"].to_numpy())
    ]
    assert plain[0].loglik == plain[1].loglik


def test_rows_left_out_take_their_covariances_with_them() -> None:
    frame = data_of("assink_REML")
    frame.loc[[3, 40, 41], "year"] = np.nan
    V = meta.vcalc("vi", "study", data=frame, obs="esid", rho=0.6)
    fit = rma_mv("yi ~ 1 + year", frame, V=V, random="study/esid")
    rest = frame.drop(index=[3, 40, 41])
    again = rma_mv(
        "yi ~ 1 + year",
        rest,
        V=meta.vcalc("vi", "study", data=rest, obs="esid", rho=0.6),
        random="study/esid",
    )
    assert [d.index for d in fit.dropped] == [3, 40, 41]
    assert fit.loglik == pytest.approx(again.loglik, rel=1e-12)


def test_a_cluster_above_the_random_effects() -> None:
    frame = trials(7).assign(team=lambda f: f["study"] // 2)
    fine = rma_mv("yi ~ 1 + x", frame, random="study/effect", cluster="study")
    coarse = rma_mv("yi ~ 1 + x", frame, random="study/effect", cluster="team")
    assert len(set(frame["team"])) == coarse.J
    np.testing.assert_allclose(fine.beta, coarse.beta, rtol=1e-8)
    by_hand = coarse.with_vcov("CR0")
    scores = coarse.clusters.sums(coarse.linear.WX * coarse.linear.residuals[:, None]) @ coarse.linear.bread
    np.testing.assert_allclose(by_hand.vcov, scores.T @ scores, rtol=1e-10)


def test_every_case_is_used() -> None:
    assert len(cases()) >= 40
