"""Trial tables that others made, in their own formats."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from consilience.extraction import check_consistency, read_trials

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
METAPSY = [("metapsy_depression_inpatients", 143, 34), ("metapsy_ptsd_psyctr", 131, 102)]
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the public trial tables are not here")


@needs_data
@pytest.mark.parametrize(("folder", "rows", "studies"), METAPSY)
def test_metapsy_tables(folder: str, rows: int, studies: int) -> None:
    path = DATA / folder / "data.csv"
    table = read_trials(path)
    assert (len(table), table.frame["study"].nunique(), len(table.errors)) == (rows, studies, 0)
    raw = pd.read_csv(path, sep=";", decimal=",", encoding="latin-1", na_values="NA")
    for name in ("mean_arm1", "sd_arm2", "n_arm1", "event_arm1", "mean_age"):
        pd.testing.assert_series_equal(table.frame[name], raw[name].astype("float64"), check_names=False)
    old = "baseline_sd_arm2" if "baseline_sd_arm2" in raw else "sd_baseline_arm2"
    pd.testing.assert_series_equal(
        table.frame["baseline_sd_arm2"], raw[old].astype("float64"), check_names=False
    )


@needs_data
def test_a_shared_table_with_other_names() -> None:
    path = DATA / "vembye_group_based" / "gb_dat_selected.csv"
    table = read_trials(path)
    raw = pd.read_csv(path)
    assert (len(table), table.frame["study"].nunique(), len(table.errors)) == (349, 49, 0)
    names = {
        "n_arm1": "N_t",
        "n_arm2": "N_c",
        "baseline_m_arm1": "m_pre_t",
        "sd_arm2": "sd_post_c",
        "pre_post_r": "ppcor",
    }
    for ours, theirs in names.items():
        pd.testing.assert_series_equal(table.frame[ours], raw[theirs].astype("float64"), check_names=False)
    women = (100 - raw["male_pct"]).astype("float64")
    pd.testing.assert_series_equal(table.frame["percent_female"], women, check_names=False)


@needs_data
@pytest.mark.parametrize(("path", "most"), [("metapsy_depression_inpatients/data.csv", 15),
                                            ("metapsy_ptsd_psyctr/data.csv", 10),
                                            ("vembye_group_based/gb_dat_selected.csv", 15)])  # fmt: skip
def test_checks_stay_quiet_on_most_published_rows(path: str, most: int) -> None:
    assert 1 <= len(check_consistency(read_trials(DATA / path))) <= most
