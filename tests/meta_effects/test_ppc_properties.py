"""What must hold of every pretest-posttest-control effect, whatever the numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from consilience.meta.effects.escalc import escalc
from consilience.meta.effects.ppc import Formula, Variance, own_sd_effect, pooled_effect
from consilience.meta.effects.small_sample import hedges_j

FORMULAS: list[Formula] = ["d_ppc1", "d_ppc2", "d_ppc_change", "d_ppc_post"]
people = st.integers(5, 200)


def random_rows(k: int = 300) -> pd.DataFrame:
    """Trials with all pre- and posttest numbers, drawn with a fixed seed."""
    rng = np.random.default_rng(4)
    out = {"pre_post_r": rng.uniform(-0.9, 0.95, k)}
    for arm in ("arm1", "arm2"):
        out |= {f"baseline_m_{arm}": rng.uniform(-50, 50, k), f"mean_{arm}": rng.uniform(-50, 50, k)}
        out |= {f"baseline_sd_{arm}": rng.uniform(0.1, 20, k), f"sd_{arm}": rng.uniform(0.1, 20, k)}
        out[f"n_{arm}"] = rng.integers(5, 200, k).astype(float)
    return pd.DataFrame(out)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("variance", ["morris2008", "large_sample", "large_sample_no_j"])
def test_sign_shift_and_scale(formula: Formula, variance: Variance) -> None:
    rows = random_rows()
    names = {"arm1": "arm2", "arm2": "arm1"}
    swapped = rows.rename(columns=lambda c: c[:-4] + names.get(c[-4:], c[-4:]))
    moved = rows.copy()
    for column in rows.columns.difference(["pre_post_r", "n_arm1", "n_arm2"]):
        moved[column] = rows[column] * 7.5 + (0 if "sd" in column else 40)
    first, mirror, other = (
        escalc("PPC", d, formula=formula, variance=variance) for d in (rows, swapped, moved)
    )
    assert (first["vi"] > 0).all()
    np.testing.assert_allclose(mirror["yi"], -first["yi"], rtol=1e-9)
    np.testing.assert_allclose(mirror["vi"], first["vi"], rtol=1e-9)
    np.testing.assert_allclose(other[["yi", "vi"]], first[["yi", "vi"]], rtol=1e-9, atol=1e-12)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(d=st.floats(-3, 3), n1=people, n2=people, r=st.floats(-0.9, 0.95))
def test_change_metric_and_raw_metric_are_one_effect(d: float, n1: int, n2: int, r: float) -> None:
    """d_ppc2 = d_ppc_change √(2(1-r)) where pre- and posttest SDs are equal; so are its standard errors."""
    s = np.sqrt(2 * (1 - r))
    raw, change = pooled_effect(d * s, n1, n2, r), pooled_effect(d, n1, n2, 0.5)
    assert float(raw.yi) == pytest.approx(float(change.yi) * s)
    assert float(raw.vi) == pytest.approx(float(change.vi) * s**2)


def test_a_change_sd_gives_the_effect_of_the_means_it_came_from() -> None:
    """Change scores with the SD that pre, post and r imply lead to the effect and variance of the means."""
    means = {"n_arm1": 20, "n_arm2": 25, "pre_post_r": 0.6}
    change = dict(means)
    for arm, pre, post in (("arm1", 10.0, 14.0), ("arm2", 11.0, 12.0)):
        means |= {f"baseline_m_{arm}": pre, f"mean_{arm}": post, f"baseline_sd_{arm}": 3.0, f"sd_{arm}": 3.0}
        change |= {f"mean_change_{arm}": post - pre, f"sd_change_{arm}": 3.0 * np.sqrt(2 * 0.4)}
    out = escalc("PPC", pd.DataFrame([means, change]))
    assert out["derivation"].tolist() == ["means", "change_sd"]
    assert out["yi"][1] == pytest.approx(out["yi"][0], rel=1e-12)
    assert out["vi"][1] == pytest.approx(out["vi"][0], rel=1e-12)


def test_t_f_and_p_of_one_comparison_give_one_effect() -> None:
    t, n = 2.4, 30
    p = float(2 * stats.t.sf(t, 2 * n - 2))
    base = {
        "n_arm1": n,
        "n_arm2": n,
        "reported_stat_of": "change",
        "favours": "arm1",
        "direction": "beneficial",
    }
    texts = [f"t({2 * n - 2}) = {t}", f"F(1, {2 * n - 2}) = {t * t!r}", f"p = {p!r}"]
    out = escalc("PPC", pd.DataFrame([{**base, "reported_stat": text} for text in texts]), r=0.5)
    assert out["derivation"].tolist() == ["t_change", "F", "p"]
    expected = float(hedges_j(2 * n - 2)) * t * np.sqrt(2 / n)
    np.testing.assert_allclose(out["yi"], expected, rtol=1e-9)


def test_unbiased_and_variance_right_in_simulation() -> None:
    """d_ppc2 in 20,000 trials with δ = 0.6: its mean within 4 Monte Carlo SE, and the mean of eq. 25."""
    rng, k, n, r, delta = np.random.default_rng(8), 20_000, 12, 0.6, 0.6
    s2 = 2 * (1 - r)
    sd2 = rng.chisquare(2 * n - 2, k) / (2 * n - 2)
    d = (delta + np.sqrt(s2 * 2 / n) * rng.standard_normal(k)) / np.sqrt(sd2)
    e = pooled_effect(d, n, n, r)
    assert abs(e.yi.mean() - delta) < 4 * e.yi.std() / np.sqrt(k)
    assert e.vi.mean() == pytest.approx(e.yi.var(), rel=0.06)


def test_own_sd_variance_right_in_simulation() -> None:
    """d_ppc1 in 20,000 simulated trials."""
    rng, k, n, r = np.random.default_rng(9), 20_000, 20, 0.5
    d = [
        (mu + np.sqrt(2 * (1 - r) / n) * rng.standard_normal(k)) / np.sqrt(rng.chisquare(n - 1, k) / (n - 1))
        for mu in (0.5, 0.1)
    ]
    e = own_sd_effect(d[0], d[1], n, n, r, r)
    assert abs(e.yi.mean() - 0.4) < 4 * e.yi.std() / np.sqrt(k)
    assert e.vi.mean() == pytest.approx(e.yi.var(), rel=0.06)
