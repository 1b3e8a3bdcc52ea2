"""A single fit and a row of a batch are two programs for the same formulas: they must agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.meta.univariate.basis import constant, factorise
from consilience.meta.univariate.single import Single, trace_p_one, traces_one
from consilience.meta.univariate.tau2 import METHODS, estimate_one, estimate_tau2, is_fixed
from consilience.meta.univariate.weighted import Batch, inverse_variance, trace_p, traces


def data_set(seed: int, p: int, k: int = 14):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 0.5, k)
    X = np.column_stack([np.ones(k), *rng.normal(size=(p - 1, k))])
    y = rng.normal(0.2, np.sqrt(v + rng.choice([0.0, 0.05, 1.0])))
    return y, v, factorise(X)[0]


@pytest.mark.parametrize("method", [m for m in METHODS if not is_fixed(m) and m != "GENQ"])
@settings(deadline=None, max_examples=15, derandomize=True)
@given(seed=st.integers(0, 10_000), p=st.integers(1, 4))
def test_tau2_is_the_same_alone_and_in_a_batch(method, seed, p):
    y, v, basis = data_set(seed, p)
    alone = estimate_one(method, Single(y, v, basis))
    batched = estimate_tau2(method, Batch(np.stack([y, y]), np.stack([v, v]), basis))
    assert alone.converged
    assert batched.converged.all()
    assert alone.boundary == batched.boundary[0]
    np.testing.assert_allclose(alone.tau2, batched.value, rtol=1e-9, atol=1e-12 * np.median(v))


@pytest.mark.parametrize("p", [1, 2, 3])
def test_sums_of_a_fit_are_the_same_alone_and_in_a_batch(p):
    y, v, basis = data_set(3, p)
    single, batch = Single(y, v, basis), Batch(y[None, :], v[None, :], basis)
    fit, rows = single.at(0.2), inverse_variance(batch, np.array([0.2]))
    for name in ("weights", "coef", "inverse", "resid", "rss", "logdet"):
        np.testing.assert_allclose(getattr(fit, name), getattr(rows, name)[0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(trace_p_one(fit, basis), trace_p(rows, basis)[0], rtol=1e-12)
    np.testing.assert_allclose(traces_one(fit, basis), [t[0] for t in traces(rows, basis)], rtol=1e-12)


def test_the_basis_of_an_intercept_is_what_the_factorisation_gives():
    made, factored = constant(7), factorise(np.ones((7, 1)))[0]
    for name in ("Q", "R", "cross", "back"):
        np.testing.assert_allclose(getattr(made, name), getattr(factored, name), rtol=1e-14)
