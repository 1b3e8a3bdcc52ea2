"""Drafting a protocol from a table: every word known, no word twice, and the table analysable at once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import consilience
from consilience.errors import InputError
from consilience.extraction import code_trials, draft_protocol, read_trials
from consilience.protocol import dump_protocol, parse_protocol

DATA = Path(__file__).parents[3] / "shared" / "data"
WORD = st.text("aB1-_/+% ά(é", min_size=1, max_size=8).filter(lambda word: any(c.isalnum() for c in word))
WORDS = st.lists(WORD, min_size=1, max_size=12)


def frame(interventions: list[str], markers: list[str]) -> pd.DataFrame:
    size = max(len(interventions), len(markers))
    return pd.DataFrame(
        {
            "study": [f"Study {i}" for i in range(size)],
            "condition_arm1": [interventions[i % len(interventions)] for i in range(size)],
            "instrument": [markers[i % len(markers)] for i in range(size)],
        }
    )


@settings(deadline=None, max_examples=40)
@given(interventions=WORDS, markers=WORDS)
def test_a_draft_is_a_valid_protocol_that_knows_every_word(
    interventions: list[str], markers: list[str]
) -> None:
    table = read_trials(frame(["CBT", *interventions], ["BDI", *markers]))
    draft = draft_protocol(table)
    assert parse_protocol(dump_protocol(draft)) == draft
    coded = code_trials(table, draft)
    known = coded.frame["marker_text"].notna()
    assert coded.frame.loc[known, "marker"].notna().all()
    assert not [p for p in coded.problems if p.code in ("unknown_marker", "unknown_intervention")]


def test_a_rows_own_direction_and_category_are_taken() -> None:
    rows = frame(["CBT"], ["CD4", "PSS"]).assign(
        direction=["beneficial", "harmful"], outcome_category=["Immune", "Stress"]
    )
    draft = draft_protocol(read_trials(rows), direction="harmful")
    assert [(m.label, m.direction, m.category) for m in draft.markers] == [
        ("CD4", "beneficial", "immune"),
        ("PSS", "harmful", "stress"),
    ]


def test_a_table_without_interventions_is_told_what_to_fill_in() -> None:
    rows = pd.DataFrame({"study": ["A"], "instrument": ["BDI"]})
    with pytest.raises(InputError, match="'intervention_type' or 'condition_arm1'"):
        draft_protocol(read_trials(rows))


@pytest.mark.parametrize(
    ("file", "studies"),
    [
        ("metapsy_ptsd_psyctr/data.csv", 102),
        ("metapsy_depression_inpatients/data.csv", 34),
        ("vembye_group_based/gb_dat_selected.csv", 43),
    ],
)
def test_real_tables_are_analysed_by_their_own_draft(file: str, studies: int) -> None:
    if not (DATA / file).exists():
        pytest.skip(f"{file} is not here")
    table = read_trials(DATA / file)
    result = consilience.synthesize(table, draft_protocol(table))
    assert result.overall.k_studies == studies
    assert result.overall.k_effects + len(result.unused) == table.n_rows_read
