"""The PPC formulas against metafor, and against the numbers of published meta-analyses."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from consilience.meta.effects.escalc import escalc
from consilience.meta.effects.ppc import pooled_effect, pooled_sd
from consilience.meta.effects.small_sample import SmallSampleRule

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "escalc_aggregate.json").read_text())
SHARED = Path(__file__).parents[3] / "shared" / "data"
MORRIS = pd.DataFrame(
    {
        "baseline_m_arm1": [30.6, 23.5, 0.5, 53.4, 35.6],
        "mean_arm1": [38.5, 26.8, 0.7, 75.9, 36.0],
        "baseline_sd_arm1": [15.0, 3.1, 0.1, 14.5, 4.7],
        "n_arm1": [20, 50, 9, 10, 14],
        "baseline_m_arm2": [23.1, 24.9, 0.6, 55.7, 34.8],
        "mean_arm2": [19.7, 25.3, 0.6, 60.7, 33.4],
        "baseline_sd_arm2": [13.8, 4.1, 0.2, 17.3, 3.1],
        "n_arm2": [20, 42, 9, 11, 14],
        "pre_post_r": [0.47, 0.64, 0.77, 0.89, 0.44],
    }
)


VALUES = ["Mean", "Std", "Number of patients"]


def shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not part of the repository")
    return path


def test_d_ppc1_is_the_difference_of_beckers_effects() -> None:
    ours = escalc("PPC", MORRIS, formula="d_ppc1", variance="large_sample")
    np.testing.assert_allclose(ours["yi"], REFERENCE["becker"]["yi"], rtol=1e-10)
    np.testing.assert_allclose(ours["vi"], REFERENCE["becker"]["vi"], rtol=1e-10)


def test_d_ppc2_is_hedges_g_of_the_changes_in_pooled_pretest_sds() -> None:
    np.testing.assert_allclose(escalc("PPC", MORRIS)["yi"], REFERENCE["pooled"]["yi"], rtol=1e-10)


def test_equation_25_as_printed() -> None:
    """Every term of Morris's equation 25 written out, on the five studies."""
    e = escalc("PPC", MORRIS)
    n1, n2, rho = MORRIS["n_arm1"], MORRIS["n_arm2"], MORRIS["pre_post_r"]
    d, c = e["yi"], e["J"]
    n = (n1 + n2) / (n1 * n2)
    vi = 2 * c**2 * (1 - rho) * n * (n1 + n2 - 2) / (n1 + n2 - 4) * (1 + d**2 / (2 * (1 - rho) * n)) - d**2
    np.testing.assert_allclose(e["vi"], vi, rtol=1e-12)


def neurofeedback(outcome: str) -> pd.DataFrame:
    """One row a trial and rater, from the long file of a published meta-analysis of neurofeedback."""
    raw = pd.read_csv(shared("bussalb_nfb_adhd", f"values_{outcome}_meta_analysis_cortese.csv"))
    keys = ["Author", "Year", "Score Name", "Raters"]
    wide = raw.pivot_table(
        index=keys, columns=["Group", "Time"], values=["Mean", "Std", "Number of patients"]
    )
    out = pd.DataFrame(index=wide.index)
    for arm, group in (("arm1", "Treatment"), ("arm2", "Control")):
        out[f"baseline_m_{arm}"] = wide["Mean", group, "pre"]
        out[f"baseline_sd_{arm}"] = wide["Std", group, "pre"]
        out[f"mean_{arm}"] = wide["Mean", group, "post"]
        out[f"n_{arm}"] = wide["Number of patients", group, "post"]
    return out.reset_index()


def pooled_by_dersimonian_laird(y: np.ndarray, v: np.ndarray) -> float:
    w = 1 / v
    fixed = (w * y).sum() / w.sum()
    tau2 = max(0.0, ((w * (y - fixed) ** 2).sum() - len(y) + 1) / (w.sum() - (w**2).sum() / w.sum()))
    return float((y / (v + tau2)).sum() / (1 / (v + tau2)).sum())


@pytest.mark.parametrize(
    ("outcome", "rater", "published"),
    [
        ("total", "Parents", -0.32),
        ("hyperactivity", "Parents", -0.24),
        ("total", "Teachers", -0.11),
    ],
)
def test_published_neurofeedback_results(outcome: str, rater: str, published: float) -> None:
    """Bussalb et al. (2019): d_ppc2, J only when df < 10, r = .5; pooled effects as they print them.

    Left out are the outcomes whose data file was revised after the table was printed.
    """
    data = neurofeedback(outcome)
    e = escalc("PPC", data[data["Raters"] == rater], r=0.5, small_sample_apply="df_below", df_limit=10)
    assert (e["not_estimable"] == "").all()
    pooled = pooled_by_dersimonian_laird(e["yi"].to_numpy(), e["vi"].to_numpy())
    assert pooled == pytest.approx(published, abs=0.005)


def test_published_group_interventions_to_full_precision() -> None:
    """d_DD, g_DD and variances of a published data set.

    They are the difference of changes in pooled posttest SDs, sign turned so that positive is
    better, with J = 1 - 3/(4N - 1) and the large-sample variance 2(1-r)(1/n1 + 1/n2) + d²/(2N).
    """
    raw = pd.read_csv(shared("vembye_group_based", "gb_dat_selected.csv"))
    raw = raw.dropna(subset=["m_pre_t", "sd_post_t", "sd_post_c", "ppcor", "d_DD", "vd_DD"])
    n1, n2, r = raw["N_t"], raw["N_c"], raw["ppcor"]
    change = (raw["m_post_t"] - raw["m_pre_t"]) - (raw["m_post_c"] - raw["m_pre_c"])
    d = change / pooled_sd(raw["sd_post_t"], raw["sd_post_c"], n1, n2)
    ours = pooled_effect(d, n1, n2, r, variance="large_sample_no_j", rule=SmallSampleRule(apply="never"))
    theirs = raw["d_DD"].abs()
    same = np.isclose(np.abs(ours.yi), theirs, rtol=1e-9) & np.isclose(ours.vi, raw["vd_DD"], rtol=1e-9)
    assert same.sum() >= 279, "the rest have effects or variances that their authors took from F tests"
    corrected = pooled_effect(
        d * raw["J"], n1, n2, r, variance="large_sample_no_j", rule=SmallSampleRule(apply="never")
    )
    np.testing.assert_allclose(corrected.vi[same], raw["vg_DD"][same], rtol=1e-9)
    table = escalc("PPC", raw, formula="d_ppc_post", variance="large_sample_no_j", small_sample_apply="never")
    np.testing.assert_allclose(table["yi"][same].abs(), theirs[same], rtol=1e-9)
    np.testing.assert_allclose(table["vi"][same], raw["vd_DD"][same], rtol=1e-9)
