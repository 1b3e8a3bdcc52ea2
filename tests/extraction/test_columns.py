"""The list of columns is one: names, aliases and the page that explains them agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.extraction.columns import COLUMNS
from consilience.extraction.headers import canonical, map_headers

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trial_table.md"


def test_names_and_aliases_lead_to_one_column_each() -> None:
    names = [c.name for c in COLUMNS]
    assert len(set(names)) == len(names)
    for column in COLUMNS:
        assert canonical(column.name) == column.name
        for alias in column.aliases:
            assert canonical(alias) is not None
            assert canonical(alias) == column.name or alias in names, (alias, column.name)


def test_every_column_is_explained_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [c.name for c in COLUMNS if f"| `{c.name}` | {c.description} |" not in page] == []


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("m_baseline_arm1", "baseline_m_arm1"),
        ("sd_baseline_arm2", "baseline_sd_arm2"),
        ("N_c", "n_arm2"),
        ("n_c", "n_arm2"),
        ("pre_mean_intervention", "baseline_m_arm1"),
        ("percent_women", "percent_female"),
        ("female_percent", "percent_female"),
        (".g_se", "precalc_g_se"),
        ("STUDY ", "study"),
    ],
)
def test_common_spellings(written: str, name: str) -> None:
    assert canonical(written) == name


def test_computed_columns_are_not_mistaken() -> None:
    assert canonical("g") is None
    headers = map_headers(["study", ".g", "precalc_g", "", "study"])
    assert [(h.name, h.known) for h in headers] == [
        ("study", True), (".g", False), ("precalc_g", True), ("column_4", False), ("study_2", False),
    ]  # fmt: skip
