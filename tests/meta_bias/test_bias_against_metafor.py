"""Tests of small-study effects and excess significance against metafor 3.8.1 at full precision."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from consilience.meta.bias.excess_significance import tes
from consilience.meta.bias.failsafe import fsn
from consilience.meta.bias.henmi_copas import hc
from consilience.meta.bias.ranktest import ranktest
from consilience.meta.bias.regtest import regtest
from consilience.meta.bias.trimfill import trimfill
from consilience.meta.univariate.entry import rma

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "bias.json").read_text())


def cases(what):
    found = [c for c in REFERENCE["cases"] if c["what"] == what]
    assert found, f"no reference cases for {what}"
    return found


def data_of(case):
    data = REFERENCE["sets"][case["set"]]
    return np.array(data["yi"]), np.array(data["vi"]), np.array(data["ni"], dtype=float)


def close(ours, theirs, rtol=1e-8, atol=0.0):
    theirs = np.nan if theirs is None else theirs
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=atol
    )


def named(case):
    return "-".join(
        str(case[k])
        for k in case
        if k in ("set", "model", "predictor", "method", "test", "estimator", "side", "type")
    )


@pytest.mark.parametrize("case", cases("regtest"), ids=named)
def test_regression_tests(case):
    yi, vi, ni = data_of(case)
    fit = rma(yi, vi, method=case["method"], test=case["test"])
    r = regtest(fit, ni=ni, model=case["model"], predictor=case["predictor"])
    rtol = 1e-6 if case["method"] == "REML" and case["model"] == "rma" else 1e-8
    close(r.statistic, case["statistic"], rtol, 1e-9)
    close(r.p_value, case["p_value"], 10 * rtol)
    if case["limit"] is not None:
        close(r.limit, case["limit"], rtol, 1e-9)
        close(r.limit_lower, case["limit_lower"], rtol, 1e-9)
        close(r.limit_upper, case["limit_upper"], rtol, 1e-9)
    else:
        assert np.isnan(r.limit)


@pytest.mark.parametrize("case", cases("ranktest"), ids=named)
def test_rank_test(case):
    yi, vi, _ = data_of(case)
    r = ranktest(yi, vi)
    close(r.tau, case["tau"])
    close(r.p_value, case["p_value"])


@pytest.mark.parametrize("case", cases("trimfill"), ids=named)
def test_trim_and_fill(case):
    yi, vi, _ = data_of(case)
    fit = rma(yi, vi, method=case["method"])
    r = trimfill(fit, side=case["side"], estimator=case["estimator"])
    # metafor's own search for tau2 stops at an absolute 1e-5 when it refits inside trimfill
    rtol = 1e-4 if case["method"] == "REML" else 1e-8
    assert (r.side, r.k0) == (case["chosen"], case["k0"])
    close(r.se_k0, case["se_k0"], 1e-8)
    if case["p_k0"] is not None:
        close(r.p_value, case["p_k0"], 1e-8)
    for name in ("estimate", "se", "ci_lower", "ci_upper"):
        close(getattr(r, name), case["beta" if name == "estimate" else name], rtol, 1e-9)
    close(r.tau2, case["tau2"], 10 * rtol, 1e-9)
    fill = case["fill"] if isinstance(case["fill"], list) else [] if case["k0"] == 0 else [case["fill"]]
    close(np.sort(r.filled), np.sort(fill), rtol, 1e-9)


@pytest.mark.parametrize("case", cases("fsn"))
def test_failsafe_n(case):
    yi, vi, _ = data_of(case)
    r = fsn(yi, vi, type=case["type"], alpha=case["alpha"], weighted=case["weighted"])
    assert r.n == case["fsnum"]
    if case["p_value"] is not None:
        close(r.p_value, case["p_value"])
    if case["average"] is not None:
        close(r.average, case["average"])


@pytest.mark.parametrize("case", cases("tes"))
def test_excess_significance(case):
    yi, vi, _ = data_of(case)
    fit = rma(yi, vi, method=case["method"])
    r = tes(fit, test=case["test"], alternative=case["alternative"], tes_alternative=case["tes_alternative"])
    # under heterogeneity metafor integrates over a finite range of true effects; ours is the closed form
    rtol = 1e-4 if case["method"] == "REML" else 1e-8
    assert r.observed == case["O"]
    close(r.expected, case["E"], rtol)
    close(r.power, case["power"], rtol, 1e-6 if case["method"] == "REML" else 0.0)
    close(r.p_value, case["p_value"], 10 * rtol)
    if case["tes_alternative"] == "greater" and case["theta_lim"] is not None and case["method"] == "EE":
        close(r.theta_limit, case["theta_lim"], 1e-3)


@pytest.mark.parametrize("case", cases("hc"), ids=named)
def test_henmi_copas(case):
    yi, vi, _ = data_of(case)
    r = hc(yi, vi)
    close(r.estimate, case["beta"])
    close(r.tau2, case["tau2"], 1e-8, 1e-12)
    close(r.se, case["se"])
    close([r.ci_lower, r.ci_upper], [case["ci_lower"], case["ci_upper"]], 1e-5)
