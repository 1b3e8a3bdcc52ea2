"""Mantel-Haenszel and Peto pooling against metafor, and against what a single table must give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import optimize

from consilience.meta.errors import InputError
from consilience.meta.univariate import rma_mh, rma_peto

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "rma_more.json").read_text())


def counts_of(name):
    if name == "nielweise":
        rates = {key: np.array(values, dtype=float) for key, values in REFERENCE["rates"].items()}
        return {"ai": rates["x1i"], "n1i": rates["t1i"], "ci": rates["x2i"], "n2i": rates["t2i"]}
    t = {key: np.array(values, dtype=float) for key, values in REFERENCE["tables"][name].items()}
    return {"ai": t["tpos"], "n1i": t["tpos"] + t["tneg"], "ci": t["cpos"], "n2i": t["cpos"] + t["cneg"]}


def number(value):
    return np.nan if value in ([], {}, None, "NA") else float(value)


def check(ours, case):
    for mine, theirs in (("estimate", "beta"), ("se", "se"), ("p_value", "p_value"), ("ci_lower", "ci_lower"),
                         ("ci_upper", "ci_upper"), ("Q", "QE"), ("Q_p", "QE_p"), ("I2", "I2"), ("H2", "H2"),
                         ("k_yi", "k_yi"), ("k", "k")):  # fmt: skip
        expected = number(case[theirs])
        assert getattr(ours, mine) == pytest.approx(expected, rel=1e-9, abs=1e-11), mine


@pytest.mark.parametrize(
    "case", REFERENCE["mantel_haenszel"], ids=lambda c: f"{c['data']}-{c['measure']}-{c['correct']}"
)
def test_mantel_haenszel_agrees_with_metafor(case):
    ours = rma_mh(case["measure"], **counts_of(case["data"]), correct=case["correct"])
    check(ours, case)
    if case["measure"] in ("OR", "IRR"):
        assert pytest.approx(case["MH"], rel=1e-9) == ours.MH
        assert ours.MH_p == pytest.approx(case["MH_p"], rel=1e-8)
    if case["measure"] == "OR":
        assert ours.odds.breslow_day == pytest.approx(case["BD"], rel=1e-8)
        assert ours.odds.tarone == pytest.approx(case["TA"], rel=1e-8)
        assert ours.odds.tarone_p == pytest.approx(case["TA_p"], rel=1e-8)


@pytest.mark.parametrize("case", REFERENCE["peto"], ids=lambda c: c["data"])
def test_peto_agrees_with_metafor(case):
    check(rma_peto(**counts_of(case["data"])), case)


@pytest.mark.parametrize(
    ("measure", "value"),
    [("OR", np.log(12 * 70 / (30 * 38))), ("RR", np.log(0.3 / 0.3 * 12 / 40 / (30 / 100)))],
)
def test_one_table_gives_its_own_ratio(measure, value):
    if measure == "OR":
        ours = rma_mh("OR", ai=[12], n1i=[50], ci=[30], n2i=[100])
    else:
        ours = rma_mh("RR", ai=[12], n1i=[40], ci=[30], n2i=[100])
    assert ours.estimate == pytest.approx(value, abs=1e-12)


def test_expected_events_fit_margins_and_odds_ratio():
    from consilience.meta.univariate.homogeneity import expected_events
    from consilience.meta.univariate.tables_2x2 import Counts

    t = Counts(np.array([5.0]), np.array([20.0]), np.array([9.0]), np.array([31.0]))
    for ratio in (0.01, 0.5, 1.0, 3.0, 200.0):
        e = float(expected_events(t, ratio)[0])
        root = optimize.brentq(
            lambda x, r=ratio: x * (31 - 14 + x) - r * (20 - x) * (14 - x), 0.0, 14.0, xtol=1e-14
        )
        assert e == pytest.approx(root, rel=1e-10)


def test_swapping_arms_turns_the_sign():
    t = counts_of("bcg")
    swapped = {"ai": t["ci"], "n1i": t["n2i"], "ci": t["ai"], "n2i": t["n1i"]}
    for measure in ("OR", "RR", "RD"):
        one, other = rma_mh(measure, **t), rma_mh(measure, **swapped)
        assert one.estimate == pytest.approx(-other.estimate, rel=1e-12)
        assert one.se == pytest.approx(other.se, rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ai": [12, -1]}, r"ai\[1\] is -1"),
        ({"ai": [12, 60]}, "cannot exceed people"),
        ({"ai": [12]}, "different lengths"),
        ({"ai": ["x", 2]}, "not a number"),
        ({"ai": [0, 0], "ci": [0, 0]}, "no event"),
    ],
)
def test_unusable_counts_are_refused_by_name(changes, words):
    good = {"ai": [12, 3], "n1i": [50, 50], "ci": [30, 4], "n2i": [100, 50]}
    with pytest.raises(InputError, match=words):
        rma_mh("OR", **{**good, **changes})


def test_unknown_measure_and_no_events_for_peto():
    with pytest.raises(InputError, match="measure='XX'"):
        rma_mh("XX", ai=[1], n1i=[5], ci=[2], n2i=[5])
    with pytest.raises(InputError, match="does not exist"):
        rma_peto(ai=[0], n1i=[5], ci=[0], n2i=[5])
