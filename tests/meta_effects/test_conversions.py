"""Conversions: printed values of their sources, closed forms they must collapse to, and round trips."""

import numpy as np
import pandas as pd
import pytest

from consilience.meta.effects import between_families as bf
from consilience.meta.effects.escalc import escalc
from consilience.meta.effects.lognormal import log_from_raw, raw_from_log
from consilience.meta.effects.percent_change import percent_change
from consilience.meta.effects.quartiles import mean_sd_from_quartiles, mean_sd_from_range
from consilience.meta.effects.small_sample import SmallSampleRule, hedges_j
from consilience.meta.effects.spread import (
    change_sd_from_p,
    change_sd_from_r,
    r_from_change_sd,
    sd_from_ci,
    sd_from_se,
)
from consilience.meta.errors import InputError


def test_hedges_table_of_j() -> None:
    """Values of c(m) as tabled by Hedges (1981), table 1."""
    np.testing.assert_allclose(
        hedges_j([2, 3, 5, 10, 20, 50]), [0.5642, 0.7236, 0.8408, 0.9228, 0.9619, 0.9849], atol=1e-4
    )
    np.testing.assert_allclose(hedges_j([30, 80]), hedges_j([30, 80], "approximate"), atol=5e-5)


def test_quartiles_and_range_find_the_normal_sample_they_came_from() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(40, 8, (4000, 51))
    low, mid, high = np.quantile(x, [0.25, 0.5, 0.75], axis=1)
    by_quartiles = mean_sd_from_quartiles(low, mid, high, 51)
    by_range = mean_sd_from_range(x.min(axis=1), mid, x.max(axis=1), 51)
    for estimate in (by_quartiles, by_range):
        assert estimate.mean.mean() == pytest.approx(40, abs=0.1)
        assert estimate.sd.mean() == pytest.approx(8, rel=0.03)


def test_spread_round_trips() -> None:
    n, sd = np.array([8.0, 30.0]), np.array([2.0, 5.0])
    np.testing.assert_allclose(sd_from_se(sd / np.sqrt(n), n), sd)
    from scipy import stats

    half = stats.t.ppf(0.95, n - 1) * sd / np.sqrt(n)
    np.testing.assert_allclose(sd_from_ci(1 - half, 1 + half, n, level=0.9), sd)
    p = 2 * stats.t.sf(1.5 / (sd / np.sqrt(n)), n - 1)
    np.testing.assert_allclose(change_sd_from_p(1.5, p, n), sd, rtol=1e-8)
    np.testing.assert_allclose(r_from_change_sd(3, 4, change_sd_from_r(3, 4, 0.37)), 0.37)


def test_lognormal_round_trip_and_simulation() -> None:
    there = log_from_raw(10.0, 5.0)
    back = raw_from_log(there.mean, there.sd)
    np.testing.assert_allclose([back.mean, back.sd], [10.0, 5.0])
    log10 = raw_from_log(there.mean / np.log(10), there.sd / np.log(10), base=10)
    np.testing.assert_allclose([log10.mean, log10.sd], [10.0, 5.0])
    x = np.exp(np.random.default_rng(2).normal(there.mean, there.sd, 200_000))
    assert x.mean() == pytest.approx(10, rel=0.01)
    assert x.std() == pytest.approx(5, rel=0.02)


@pytest.mark.parametrize("latent", ["logistic", "normal"])
def test_families_round_trip(latent: bf.Latent) -> None:
    there = bf.d_to_log_or(0.4, 0.03, latent=latent)
    back = bf.log_or_to_d(there.yi, there.vi, latent=latent)
    np.testing.assert_allclose([back.yi, back.vi], [0.4, 0.03])
    r = bf.d_to_r(0.4, 0.03, 60, 60)
    d = bf.r_to_d(r.yi, r.vi)
    np.testing.assert_allclose([d.yi, d.vi], [0.4, 0.03])
    z = bf.r_to_z(r.yi, r.vi)
    np.testing.assert_allclose([bf.z_to_r(z.yi, z.vi).yi, bf.z_to_r(z.yi, z.vi).vi], [r.yi, r.vi])
    rr = bf.log_or_to_log_rr(0.7, 0.1, 0.3)
    o = bf.log_rr_to_log_or(rr.yi, rr.vi, 0.3)
    np.testing.assert_allclose([o.yi, o.vi], [0.7, 0.1])


def arm_rows(**changes: float | str) -> pd.DataFrame:
    row: dict[str, float | str] = {"pre_post_r": 0.6}
    for arm, pre, post in (("arm1", 5.0, 4.0), ("arm2", 5.5, 5.4)):
        row |= {f"baseline_m_{arm}": pre, f"mean_{arm}": post, f"n_{arm}": 400.0}
        row |= {f"baseline_sd_{arm}": 1.5, f"sd_{arm}": 1.2}
    return pd.DataFrame([row | changes])


def test_percent_change_in_simulation() -> None:
    """Delta-method variances against 20,000 simulated pairs of means."""
    rng, k, n = np.random.default_rng(6), 20_000, 400
    cov = np.array([[1.5**2, 0.6 * 1.5 * 1.2], [0.6 * 1.5 * 1.2, 1.2**2]]) / n
    first, second = (rng.multivariate_normal(m, cov, k) for m in ([5.0, 4.0], [5.5, 5.4]))
    percent = 100 * (first[:, 1] / first[:, 0] - second[:, 1] / second[:, 0])
    log_ratio = np.log(first[:, 1] / first[:, 0]) - np.log(second[:, 1] / second[:, 0])
    out = percent_change(arm_rows()).iloc[0]
    assert out["percent"] == pytest.approx(-20 + 100 * 0.1 / 5.5)
    assert out["percent_vi"] == pytest.approx(percent.var(), rel=0.05)
    assert out["log_ratio_vi"] == pytest.approx(log_ratio.var(), rel=0.05)


@pytest.mark.parametrize(
    ("changes", "percent", "log_ratio"),
    [
        ({"baseline_m_arm1": -1.0}, "zero or negative", "zero or negative"),
        ({"mean_arm1": -1.0}, "", "zero or negative"),
        ({"log_scale": "true"}, "logarithms", ""),
        ({"n_arm1": np.nan}, "not all stated", "not all stated"),
        ({"pre_post_r": 1.5}, "correlation", "correlation"),
    ],
)
def test_percent_change_says_why_not(changes: dict, percent: str, log_ratio: str) -> None:
    out = percent_change(arm_rows(**changes)).iloc[0]
    for name, reason in (("percent", percent), ("log_ratio", log_ratio)):
        assert np.isnan(out[name]) == bool(reason)
        assert (reason in out[f"{name}_not_estimable"]) if reason else out[f"{name}_not_estimable"] == ""


def test_log10_means_are_turned_to_natural_logs() -> None:
    natural, ten = (percent_change(arm_rows(log_scale=word)).iloc[0] for word in ("true", "log10"))
    assert natural["log_ratio"] == pytest.approx(-1 + 0.1)
    assert ten["log_ratio"] == pytest.approx(np.log(10) * natural["log_ratio"])
    assert ten["log_ratio_vi"] == pytest.approx(np.log(10) ** 2 * natural["log_ratio_vi"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: escalc("SDM", m1i=[1.0]), "Did you mean .*SMD"),
        (lambda: escalc("SMD", m1i=[1.0]), "are missing"),
        (lambda: escalc("SMD", m1i=[1.0, 2.0], sd1i=[1.0]), "differ in length"),
        (lambda: escalc("COR", ri=[1.2], ni=[10]), r"ri, row 0, is 1\.2"),
        (lambda: escalc("MD", m1i=[1], sd1i=[-1], n1i=[5], m2i=[1], sd2i=[1], n2i=[5]), "cannot be negative"),
        (lambda: escalc("OR", ai=[1], bi=[-1], ci=[1], di=[2]), "cannot be negative"),
        (lambda: escalc("COR", ri=[0.2], ni=[10], vtype="XX"), "vtype is 'XX'"),
        (lambda: escalc("OR", ai=[1], bi=[1], ci=[1], di=[2], to="some"), "to is 'some'"),
        (lambda: escalc("PPC"), "data is missing"),
        (lambda: escalc("PPC", arm_rows(), r=1.0), "strictly between"),
        (lambda: escalc("PPC", arm_rows(), r=[0.1, 0.2]), "one for each row"),
        (lambda: escalc("PPC", arm_rows(), formula="d"), "formula is 'd'"),
        (lambda: escalc("PPC", arm_rows(), variance="v"), "variance is 'v'"),
        (lambda: escalc("PPC", arm_rows(), small_sample_apply="df_below"), "needs df_limit"),
        (lambda: escalc("PPC", arm_rows(sd_from="sdd")), "SD, SE, CI, IQR or range"),
        (lambda: escalc("PPC", [1, 2]), "data is a list"),
        (lambda: bf.log_or_to_log_rr(0.1, 0.1, 1.2), "baseline_risk"),
        (lambda: SmallSampleRule("nearly"), "small_sample is"),  # type: ignore[arg-type]
    ],
)
def test_wrong_arguments_are_named(call, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_polars_in_polars_out() -> None:
    polars = pytest.importorskip("polars")
    out = escalc("PPC", polars.from_pandas(arm_rows()))
    assert isinstance(out, polars.DataFrame)
    assert out["yi"][0] == pytest.approx(escalc("PPC", arm_rows())["yi"][0])


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("SE", [0.3, 0.24]),
        ("CI", ["4.4;5.6", "3.5 to 4.5"]),
        ("IQR", ["4;6", "3.2;4.8"]),
        ("range", ["1;9", "1;7"]),
    ],
)
def test_other_spreads_become_sds(kind: str, cells: list) -> None:
    data = arm_rows(sd_from=kind).astype({"baseline_sd_arm1": object, "sd_arm1": object})
    for arm in ("arm1", "arm2"):
        data[f"baseline_sd_{arm}"], data[f"sd_{arm}"] = [cells[0]], [cells[1]]
        data[f"n_{arm}"] = 25.0
    out = escalc("PPC", data).iloc[0]
    assert out["derivation"] == "means"
    assert ("SD from" in out["assumptions"]) or ("estimated from median" in out["assumptions"])
    assert 0.01 < out["vi"] < 0.2
