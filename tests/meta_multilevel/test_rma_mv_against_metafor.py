"""Agreement with metafor and clubSandwich over data sets x structures x methods."""

from __future__ import annotations

import numpy as np
import pytest
from mv_reference import cases, close, estimated, fit_of, numbers

NAMES = list(cases())
COEFFICIENTS = [n for n in NAMES if "beta" in cases()[n]]
ROBUST = [n for n in NAMES if cases()[n].get("robust")]


def given(name: str, stem: str) -> np.ndarray:
    """metafor's components of one kind; it writes 0 for kinds that a model lacks."""
    values = numbers(cases()[name][stem])
    present = any(part.split("[")[0] == stem for part in fit_of(name).components)
    return values if present else np.empty(0)


@pytest.mark.parametrize("name", NAMES)
def test_likelihood_and_criteria(name: str) -> None:
    fit, theirs = fit_of(name), cases()[name]
    assert fit.converged
    # metafor's search may stop short of the top, ours may not
    assert fit.loglik is not None
    assert fit.loglik >= theirs["loglik"] - 1e-9
    close(fit.loglik, theirs["loglik"], atol=1e-9 if estimated(name) else 0, rtol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_components(name: str) -> None:
    fit = fit_of(name)
    theirs = np.concatenate([given(name, stem) for stem in ("sigma2", "tau2", "gamma2", "rho", "phi")])
    ours = np.array(list(fit.components.values()))
    np.testing.assert_allclose(ours, theirs, rtol=8e-6 if estimated(name) else 1e-12, atol=1e-7)


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_coefficients(name: str) -> None:
    fit, theirs = fit_of(name), cases()[name]
    rtol, atol = (5e-6, 2e-7) if estimated(name) else (1e-10, 1e-12)
    close(fit.beta, theirs["beta"], rtol=rtol, atol=atol)
    close(fit.se, theirs["se"], rtol=rtol)
    close(fit.vcov, theirs["vcov"], rtol=1e-5 if estimated(name) else 1e-9, atol=1e-9)
    close(fit.coef_table()["p_value"], theirs["p_value"], rtol=2e-5 if estimated(name) else 1e-8, atol=1e-12)
    close(fit.coef_table()["ci_lower"], theirs["ci_lower"], rtol=1e-5 if estimated(name) else 1e-9, atol=atol)


@pytest.mark.parametrize("name", NAMES)
def test_homogeneity(name: str) -> None:
    h = fit_of(name).heterogeneity()
    close([h.Q, h.Q_p], [cases()[name]["QE"], cases()[name]["QE_p"]], rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("name", [n for n in COEFFICIENTS if "Intercept" in fit_of(n).terms])
def test_joint_test_of_moderators(name: str) -> None:
    fit, theirs = fit_of(name), cases()[name]
    test = fit.wald_test()
    factor = test.df_num if np.isinf(test.df_denom) else 1
    close(test.statistic * factor, theirs["QM"], rtol=5e-6 if estimated(name) else 1e-9)
    close(test.p_value, theirs["QM_p"], rtol=5e-5 if estimated(name) else 1e-8, atol=1e-14)


@pytest.mark.parametrize("name", ROBUST)
@pytest.mark.parametrize("vcov", ["CR0", "CR2"])
def test_robust_errors_are_clubsandwich(name: str, vcov: str) -> None:
    fit, theirs = fit_of(name).with_vcov(vcov), cases()[name]["robust"][vcov]
    rtol = 1e-5 if estimated(name) else 1e-8
    close(fit.se, theirs["se"], rtol=rtol)
    close(fit.df, theirs["df"], rtol=rtol)
    close(fit.coef_table()["p_value"], theirs["p"], rtol=10 * rtol, atol=1e-12)
