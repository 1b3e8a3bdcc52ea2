"""Large results: what is drawn and tabulated is capped, said so, and nothing is lost from the files."""

from __future__ import annotations

import pandas as pd
import pytest

from consilience.meta import escalc
from consilience.meta.effects.derive.candidate import Candidate
from consilience.meta.effects.derive.chosen import Chosen
from consilience.report import data_sections
from consilience.report.data_sections import effects_section, problem_section, unused_section
from consilience.report.derivations import WORDS, in_words
from consilience.report.document import Fold, Paragraph, Section
from consilience.report.figures import forest_pages, persistence
from consilience.report.figures.forest_pages import forest_figures, not_drawn
from consilience.report.figures.persistence import persistence_figure
from consilience.synthesis.result import SynthesisResult


def words_of(blocks: object) -> str:
    assert isinstance(blocks, tuple)
    texts = [b.text for b in blocks if isinstance(b, Paragraph)]
    return " ".join(texts + [words_of(b.blocks) for b in blocks if isinstance(b, Fold)])


def rows_of(section: Section, name: str) -> int:
    folds = [b for b in section.blocks if isinstance(b, Fold)]
    tables = [t for fold in folds for t in fold.blocks if t.kind == "table"]
    return sum(len(t.rows) for t in tables if t.name.startswith(name))


def test_the_forest_draws_the_heaviest_and_tabulates_all(
    sample: SynthesisResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not_drawn(sample) == ""
    monkeypatch.setattr(forest_pages, "DRAWN", 5)
    (figure,) = forest_figures(sample)
    weights = sorted((s.weight for s in sample.study_averages), reverse=True)
    assert len(figure.table) == len(sample.study_averages) > 5
    assert {s.weight for s in forest_pages.drawn_studies(sample)} == set(weights[:5])
    assert f"Of {len(weights)} studies the 5 with most weight are drawn" in figure.caption


def test_bubbles_are_capped_to_the_most_precise(
    sample: SynthesisResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = persistence.timed_effects(sample)
    monkeypatch.setattr(persistence, "DRAWN", 4)
    kept = persistence.most_precise(frame)
    assert len(kept) == 4
    assert kept["sei"].max() <= frame.drop(kept.index)["sei"].min()
    figure = persistence_figure(sample)
    assert figure is not None
    assert len(figure.table) == len(frame)
    assert "The 4 most precise" in figure.caption


@pytest.mark.parametrize(
    ("build", "name", "file"),
    [
        (effects_section, "effects-", "effects.csv"),
        (unused_section, "unused-rows", "results.json"),
        (problem_section, "problems-found", "results.json"),
    ],
)
def test_long_tables_are_cut_and_say_where_all_stands(
    sample: SynthesisResult, monkeypatch: pytest.MonkeyPatch, build: object, name: str, file: str
) -> None:
    assert callable(build)
    whole = build(sample)
    assert "This page shows" not in words_of(whole.blocks)
    assert rows_of(whole, name) > 1
    monkeypatch.setattr(data_sections, "MOST", 1)
    cut = build(sample)
    assert rows_of(cut, name) == 1
    assert "This page shows the first 1 of" in words_of(cut.blocks)
    assert file in words_of(cut.blocks)


def test_every_path_of_derivation_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: set[str] = set()
    offer = Chosen.offer

    def listen(self: Chosen, candidate: Candidate) -> None:
        codes.update([candidate.code] if isinstance(candidate.code, str) else candidate.code)
        offer(self, candidate)

    monkeypatch.setattr(Chosen, "offer", listen)
    arms = {"n_arm1": [20, 20, 20], "n_arm2": [20, 20, 20]}
    for arm in ("arm1", "arm2"):
        arms |= {
            f"mean_{arm}": [5.0, None, None], f"sd_{arm}": [1.0, None, None],
            f"baseline_m_{arm}": [4.0, None, None], f"baseline_sd_{arm}": [1.0, 1.0, None],
            f"mean_change_{arm}": [None, 1.0, 1.0], f"sd_change_{arm}": [None, 1.0, None],
            f"ci_change_{arm}": [None, None, "0.5;1.5"],
        }  # fmt: skip
    for formula in ("d_ppc2", "d_ppc_post", "d_ppc_change"):
        escalc(
            "PPC", pd.DataFrame({"study": list("abc"), **arms}), r=0.5, formula=formula, allow_p_bounds=True
        )
    assert {"means", "change_sd", "change_ci", "t_change", "p_bound_posttest", "precalc"} <= codes
    assert codes <= WORDS.keys()
    assert len(set(WORDS.values())) == len(WORDS)


def test_a_code_without_words_stands_as_it_is() -> None:
    assert in_words("a_new_path") == "a_new_path"
