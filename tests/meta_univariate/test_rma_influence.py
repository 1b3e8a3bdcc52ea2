"""Deletion diagnostics, leave-one-out, cumulative fits: against metafor and against plain refits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from consilience.meta.errors import InputError
from consilience.meta.univariate import rma

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "rma_more.json").read_text())
STATISTICS = ["estimate", "se", "statistic", "p_value", "ci_lower", "ci_upper"]
STATISTICS += ["QE", "QE_p", "tau2", "I2", "H2"]
BCG = {name: np.asarray(values, dtype=float) for name, values in REFERENCE["bcg"].items()}


def bcg_fit(case):
    mods = BCG["ablat"] if case.get("mods") == "ablat" else None
    return rma(BCG["yi"], BCG["vi"], mods=mods, method=case["method"], test=case["test"])


def name_of(case):
    return "-".join(str(case.get(key)) for key in ("method", "test", "mods"))


def floats(values):
    return np.array([np.nan if v is None or v == "NA" else v for v in values], dtype=float)


@pytest.mark.parametrize("case", REFERENCE["diagnostics"], ids=name_of)
def test_deletion_diagnostics_agree_with_metafor(case):
    table = bcg_fit(case).influence()
    for ours, theirs in (("rstudent", "rstudent"), ("dffits", "dffits"), ("cooks_distance", "cook"),
                         ("covratio", "covratio"), ("tau2_deleted", "tau2"), ("QE_deleted", "QE"),
                         ("hat", "hat"), ("weight", "weight")):  # fmt: skip
        np.testing.assert_allclose(table[ours], floats(case[theirs]), rtol=2e-6, atol=1e-9, err_msg=ours)
    dfbetas = table[[c for c in table if c.startswith("dfbetas")]]
    np.testing.assert_allclose(dfbetas, np.array(case["dfbs"]), rtol=2e-6, atol=1e-9)


@pytest.mark.parametrize("case", REFERENCE["diagnostics"], ids=name_of)
def test_residuals_agree_with_metafor(case):
    fit = bcg_fit(case)
    raw, deleted = fit.residuals(), fit.residuals("deleted")
    for ours, theirs in ((raw.residual, "raw_resid"), (raw.se, "raw_se"), (raw.z, "raw_z"),
                         (deleted.residual, "del_resid"), (deleted.se, "del_se")):  # fmt: skip
        np.testing.assert_allclose(ours, floats(case[theirs]), rtol=2e-6, atol=1e-9, err_msg=theirs)


@pytest.mark.parametrize("kind", ["leave_one_out", "cumulative"])
@pytest.mark.parametrize("case", REFERENCE["leave_one_out"], ids=name_of)
def test_refits_on_subsets_agree_with_metafor(case, kind):
    case = next(c for c in REFERENCE[kind] if name_of(c) == name_of(case))
    fit = bcg_fit(case)
    table = fit.leave_one_out() if kind == "leave_one_out" else fit.cumulative(BCG["year"])
    # the first cumulative fit has one study, on which the two programs print different conventions
    first = 1 if kind == "cumulative" else 0
    for name in STATISTICS:
        theirs = floats(case[name])[first:]
        if theirs.size:  # an equal-effects model prints no tau2
            np.testing.assert_allclose(table[name][first:], theirs, rtol=5e-6, atol=1e-8, err_msg=name)


@pytest.mark.parametrize("method", ["EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM"])
def test_leave_one_out_equals_plain_refits(method):
    frame = pd.DataFrame(BCG)
    table = rma("yi ~ ablat", frame, method=method, test="knha").leave_one_out()
    for i in range(len(frame)):
        plain = rma("yi ~ ablat", frame.drop(index=i), method=method, test="knha")
        ours = table[table.left_out == str(i + 1)]
        np.testing.assert_allclose(ours.estimate, plain.beta, rtol=1e-9)
        np.testing.assert_allclose(ours.se, plain.se, rtol=1e-9)
        np.testing.assert_allclose(ours.tau2, plain.tau2, rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(ours.I2, plain.I2, rtol=1e-8, atol=1e-9)


def test_a_level_in_one_study_is_missing_without_it():
    mods = np.array([1.0, 0, 0, 0, 0, 0])
    table = rma(BCG["yi"][:6], BCG["vi"][:6], mods=mods, method="DL").leave_one_out()
    assert table[table.left_out == "1"].estimate.isna().all()
    assert table[table.left_out != "1"].estimate.notna().all()


def test_gosh_of_all_subsets_contains_the_full_fit_and_every_pair():
    fit = rma(BCG["yi"][:6], BCG["vi"][:6], method="DL")
    table = fit.gosh()
    assert len(table) == 2**6 - 6 - 1
    full = table[table.k == 6].iloc[0]
    assert full["Intercept"] == pytest.approx(float(fit.beta[0]), rel=1e-12)
    assert full["tau2"] == pytest.approx(fit.tau2, rel=1e-12)


def test_sampled_gosh_is_seeded_and_sees_every_size():
    fit = rma(BCG["yi"], BCG["vi"], method="EE")
    one, two, other = fit.gosh(subsets_max=300), fit.gosh(subsets_max=300), fit.gosh(subsets_max=300, seed=2)
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(other)
    assert set(one.k) == set(range(2, 14))


def test_order_of_the_wrong_length_is_refused():
    with pytest.raises(InputError, match="order has 2 values"):
        rma(BCG["yi"], BCG["vi"]).cumulative([1, 2])
