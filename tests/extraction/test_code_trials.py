"""Putting a table into a protocol's words."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from consilience.extraction import TrialTable, code_trials, read_trials
from consilience.protocol.load import load_protocol

GOOD: dict[str, Any] = {"intervention_type": "CBT", "marker": "CRP", "n_arm1": 20, "n_arm2": 20}


def coded(*rows: dict[str, Any], protocol: str = "psychosocial-immune") -> TrialTable:
    filled = [GOOD | {"study": f"S{i}"} | row for i, row in enumerate(rows)]
    return code_trials(
        read_trials(pd.DataFrame([*filled, GOOD | {"study": "last"}])), load_protocol(protocol)
    )


@pytest.mark.parametrize(
    ("text", "key", "category", "direction"),
    [
        ("Interleukin-6 (pg/mL)", "il_6", "proinflammatory", "harmful"),
        ("hs-CRP", "crp", "proinflammatory", "harmful"),
        ("TNF-α", "tnf_alpha", "proinflammatory", "harmful"),
        ("CD4+ T cells", "cd4_count", "cell_counts", "beneficial"),
    ],
)
def test_a_marker_brings_its_category_and_direction(
    text: str, key: str, category: str, direction: str
) -> None:
    row = coded({"marker": text}).frame.iloc[0]
    assert row[["marker", "marker_text", "outcome_category", "direction", "direction_source"]].tolist() == [
        key, text, category, direction, "marker",
    ]  # fmt: skip
    assert row["intervention_type"] == "cbt"


def test_an_unknown_marker_goes_with_the_nearest_and_the_way_to_add_it() -> None:
    table = coded({"marker": "IL-66"})
    (problem,) = table.errors
    assert (problem.code, problem.row, problem.value) == ("unknown_marker", 2, "IL-66")
    assert "Did you mean 'il_6'" in problem.message
    assert "add it to the protocol" in problem.remedy
    assert [(u.row, u.outcome) for u in table.unused] == [(2, "IL-66")]
    assert table.n_rows_read == len(table) + len(table.unused)


def test_a_row_may_place_an_unknown_marker_itself() -> None:
    table = coded(
        {"marker": "gut permeability", "outcome_category": "other immune outcomes", "direction": "harmful"}
    )
    row = table.frame.iloc[0]
    assert pd.isna(row["marker"])
    assert row["marker_label"] == "gut permeability"
    assert row[["outcome_category", "direction", "direction_source"]].tolist() == [
        "other_immune",
        "harmful",
        "row",
    ]
    assert [p.code for p in table.warnings if p.row == 2] == ["unknown_marker"]


def test_a_row_without_marker_needs_category_and_direction() -> None:
    assert [p.code for p in coded({"marker": ""}).errors] == ["no_marker"]
    whole = coded({"marker": "", "outcome_category": "viral_load", "direction": "harmful"})
    assert not whole.errors


def test_a_direction_against_the_markers_asks_for_its_reason() -> None:
    silent = coded({"direction": "beneficial"})
    assert silent.frame["direction"].iloc[0] == "beneficial"
    assert [p.code for p in silent.warnings] == ["direction_without_reason"]
    explained = coded({"direction": "beneficial", "direction_reason": "read as recovery"})
    assert not explained.warnings


def test_unknown_categories_and_interventions_keep_rows_out() -> None:
    table = coded({"outcome_category": "hormones"}, {"intervention_type": "homeopathy"})
    assert [(p.code, p.row) for p in table.errors] == [("unknown_category", 2), ("unknown_intervention", 3)]


def test_a_blank_intervention_is_looked_for_in_the_arms_name() -> None:
    table = coded(
        {"intervention_type": "", "condition_arm1": "CBT"}, {"intervention_type": "", "condition_arm1": "XYZ"}
    )
    assert table.frame["intervention_type"].iloc[0] == "cbt"
    assert pd.isna(table.frame["intervention_type"].iloc[1])
    assert [(p.code, p.row) for p in table.warnings] == [("no_intervention_type", 3)]


def test_an_unknown_moderator_level_leaves_the_cell_empty_and_the_row_in() -> None:
    table = coded({"format": "by carrier pigeon"}, {"format": "Group"})
    assert pd.isna(table.frame["format"].iloc[0])
    assert table.frame["format"].iloc[1] == "group"
    assert table.frame["format_text"].iloc[0] == "by carrier pigeon"
    assert [(p.code, p.row, p.column) for p in table.warnings] == [("unknown_level", 2, "format")]


def test_another_protocol_is_data_only() -> None:
    table = coded({"intervention_type": "Swedish", "marker": "STAI"}, protocol="massage-therapy")
    assert table.frame["study"].tolist() == ["S0"]
    assert [u.study for u in table.unused] == ["last"]
