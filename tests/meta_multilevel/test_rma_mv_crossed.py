"""Large crossed models: Woodbury's identity against whole matrices."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from consilience import meta
from consilience.meta import rma_mv
from consilience.meta.multilevel.blocking import joined
from consilience.meta.multilevel.covariance import MultilevelCovariance
from consilience.meta.multilevel.results import MultilevelFit
from consilience.meta.multilevel.search import Problem, search


def crossed_trials(J: int, labs: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    study = np.repeat(np.arange(J), rng.integers(1, 6, J))
    k = len(study)
    lab, vi = rng.integers(0, labs, k), rng.uniform(0.02, 0.2, k)
    true = rng.normal(0, 0.3, J)[study] + rng.normal(0, 0.25, labs)[lab] + rng.normal(0, 0.2, k)
    x = rng.normal(size=k)
    yi = 0.3 + 0.1 * x + true + rng.normal(size=k) * np.sqrt(vi)
    outcome = rng.choice(["a", "b"], k)
    return pd.DataFrame({"yi": yi, "vi": vi, "study": study, "es": np.arange(k), "lab": lab, "x": x,
                         "outcome": outcome, "year": rng.integers(0, 9, k)})  # fmt: skip


RANDOM = {
    "nested": ["study/es", "lab"],
    "two crossed": ["lab", "study", "year"],
    "structured": ["outcome | study", "lab"],
}


@cache
def fit_of(kind: str, method: str = "REML") -> MultilevelFit:
    return rma_mv("yi ~ 1 + x", crossed_trials(100, 12), random=RANDOM[kind], struct="HCS", method=method)


def whole(fit: MultilevelFit) -> Problem:
    """The same problem as one block."""
    model, k = fit.problem.model, fit.k
    clusters = joined([(t.outer, t.groups) for t in model.terms], k)
    V = model.V.on(clusters, np.arange(k))
    return Problem(fit.yi, fit.X, MultilevelCovariance(V, model.terms), fit.problem.restricted)


@pytest.mark.parametrize("kind", RANDOM)
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_likelihood_and_score_are_those_of_the_whole(kind: str, method: str) -> None:
    fit = fit_of(kind, method)
    assert fit.problem.model.crossing
    dense = whole(fit)
    for factor in (1.0, 0.4, 2.0):
        phi = fit.found.maximum.theta * np.where(fit.found.maximum.theta > 0, factor**0.5, factor)
        ours, theirs = fit.problem.at(phi), dense.at(phi)
        assert ours.loglik == pytest.approx(theirs.loglik, rel=1e-12)
        np.testing.assert_allclose(ours.score, theirs.score, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("kind", RANDOM)
def test_maximum_is_that_of_the_whole(kind: str) -> None:
    fit = fit_of(kind)
    found = search(whole(fit), {})
    assert fit.converged
    np.testing.assert_allclose(fit.found.maximum.theta, found.maximum.theta, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("kind", RANDOM)
def test_everything_after_the_fit_is_that_of_the_whole(kind: str) -> None:
    fit, theta = fit_of(kind), fit_of(kind).found.maximum.theta
    dense = whole(fit)
    sigma = dense.model.sigma(theta).to_dense()
    W, X = np.linalg.inv(sigma), fit.X
    M = np.linalg.inv(X.T @ W @ X)
    P = W - W @ X @ M @ X.T @ W
    np.testing.assert_allclose(fit.vcov, M, rtol=1e-9)
    np.testing.assert_allclose(fit.beta, M @ X.T @ W @ fit.yi, rtol=1e-9)
    np.testing.assert_allclose(fit.residuals()["se"], np.sqrt(np.diag(sigma @ P @ sigma)), rtol=1e-8)
    for number, (name, table) in enumerate(fit.ranef().items()):
        term, T = fit.found.model.terms[number], fit.found.model.matrices(theta)[number]
        for row in table.iloc[:: max(len(table) // 10, 1)].to_dict("records"):
            level, group = term.labels.index(row.get("level", "")), term.groups.index(row["group"])
            s = np.where(term.outer == group, T[term.inner, level], 0.0)
            assert row["estimate"] == pytest.approx(s @ P @ fit.yi, rel=1e-7, abs=1e-10), name
            assert row["se"] == pytest.approx(np.sqrt(T[level, level] - s @ P @ s), rel=1e-6, abs=1e-9)


def test_zero_is_exact_here_too() -> None:
    frame = crossed_trials(100, 12).assign(lab=lambda f: np.arange(len(f)) % 12)
    fit = rma_mv("yi ~ 1 + C(lab)", frame, random=["study/es", "lab"])
    assert fit.components["sigma2[lab]"] == 0.0
    assert fit.converged


def test_many_effects_need_no_whole_matrix() -> None:
    fit = rma_mv("yi ~ 1", crossed_trials(4000, 60), random=["study/es", "lab"])
    assert fit.converged
    assert fit.k > 10_000
    assert sum(part.nbytes for part in fit.problem.model.V.parts) < 100 * fit.k
    truth = {"sigma2[study]": 0.09, "sigma2[study/es]": 0.04, "sigma2[lab]": 0.0625}
    for name, value in truth.items():
        assert fit.components[name] == pytest.approx(value, rel=0.6)


def test_robust_errors_need_clusters() -> None:
    with pytest.raises(meta.InputError, match=r"needs independent clusters.*use vcov='model'"):
        fit_of("nested").with_vcov("CR2")
    with pytest.raises(meta.InputError, match="name a cluster that holds them"):
        rma_mv("yi ~ 1", crossed_trials(100, 12), random=RANDOM["nested"], cluster="study")


def test_profile_intervals_of_a_crossed_term() -> None:
    table = fit_of("nested").confint_components(["sigma2[lab]"]).iloc[0]
    ends = fit_of("nested").profile("sigma2[lab]", table[["ci_lower", "ci_upper"]].to_numpy(float))["loglik"]
    np.testing.assert_allclose(2 * (fit_of("nested").loglik - ends), 3.841458820694124, rtol=1e-5)
