"""Permutation tests: exact ones against metafor and a plain loop, sampled ones against the exact."""

from __future__ import annotations

import json
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from consilience.meta.univariate import rma

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "rma_more.json").read_text())
YI, VI, ABLAT = (np.asarray(REFERENCE["bcg"][name], dtype=float) for name in ("yi", "vi", "ablat"))


@pytest.mark.parametrize(
    "case", REFERENCE["permutation"], ids=lambda c: "-".join((c["method"], c["test"], c["mods"]))
)
def test_exact_permutation_agrees_with_metafor(case):
    k, mods = (7, None) if case["mods"] == "none" else (6, ABLAT[:6])
    fit = rma(YI[:k], VI[:k], mods=mods, method=case["method"], test=case["test"])
    found = fit.permutation_test(exact=True)
    assert found.exact
    np.testing.assert_allclose(found.table.p_value, case["p_value"], rtol=1e-10)
    if "QM_p" in case:
        assert found.QM_p == pytest.approx(case["QM_p"], rel=1e-10)


def test_sign_flips_equal_a_plain_loop():
    fit = rma(YI[:6], VI[:6], method="DL")
    loop = [
        abs(rma(YI[:6] * np.array(s), VI[:6], method="DL").statistic[0]) for s in product([-1, 1], repeat=6)
    ]
    share = np.mean(np.array(loop) >= abs(fit.statistic[0]) * (1 - 1e-9))
    assert fit.permutation_test().table.p_value[0] == pytest.approx(share)


def test_orders_equal_a_plain_loop_also_with_repeated_rows():
    x = np.array([0.0, 0, 1, 1, 1])
    fit = rma(YI[:5], VI[:5], mods=x, method="REML")
    found = fit.permutation_test()
    assert found.arrangements == 10
    loop = [rma(YI[list(o)], VI[list(o)], mods=x).statistic for o in permutations(range(5))]
    share = np.mean(np.abs(loop) >= np.abs(fit.statistic) * (1 - 1e-9), axis=0)
    np.testing.assert_allclose(found.table.p_value, share, rtol=1e-12)


def test_sampled_permutations_are_seeded_and_near_the_exact():
    fit = rma(YI[:7], VI[:7], mods=ABLAT[:7], method="DL")
    exact = fit.permutation_test(exact=True).table.p_value.to_numpy()
    one, two = (fit.permutation_test(exact=False, iterations=4000, seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.statistics, two.statistics)
    error = 4 * np.sqrt(exact * (1 - exact) / 4000) + 1 / 4001
    assert np.all(np.abs(one.table.p_value.to_numpy() - exact) < error)


def test_sampled_p_is_never_zero():
    fit = rma(np.full(20, 1.0) + 0.01 * np.arange(20), np.full(20, 0.01), method="EE")
    found = fit.permutation_test(exact=False, iterations=200)
    assert found.table.p_value[0] == pytest.approx(1 / 201)
