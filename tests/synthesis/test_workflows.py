"""What lands on disk: all files at once, nothing foreign replaced, nothing half-written."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from consilience.errors import InputError
from consilience.extraction.example import load_example
from consilience.synthesis.run import synthesize
from consilience.synthesis.simulate import simulate_trials
from consilience.synthesis.spreadsheet import to_csv_text
from consilience.workflow.output_folder import new_folder
from consilience.workflow.prisma_counts import read_prisma
from consilience.workflow.simulate import SimulateCommand, run_simulation
from consilience.workflow.synthesize import SynthesizeCommand, run_synthesis, write_tables

PROTOCOL = "psychosocial-immune"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work") / "results"
    run_synthesis(SynthesizeCommand(load_example(), PROTOCOL, folder))
    return folder


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_all_files_are_there_and_nothing_beside_them(out: Path) -> None:
    assert names(out) == {"results.json", "effects.csv", "percent_effects.csv", "report.html", "figures"}
    assert names(out.parent) == {"results"}


def test_effects_on_disk_are_those_that_were_pooled(out: Path) -> None:
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    effects = pd.read_csv(out / "effects.csv")
    assert results["overall"]["effect_ids"] == effects["effect_id"].tolist()
    assert results["schema_version"] == "1.0"
    assert effects[["yi", "vi", "derivation"]].notna().all().all()


def test_an_earlier_output_is_replaced_whole(out: Path) -> None:
    before = (out / "results.json").read_bytes()
    (out / "figures" / "left_over.txt").write_text("old")
    outcome = run_synthesis(SynthesizeCommand(load_example(), PROTOCOL, out))
    assert (out / "results.json").read_bytes() == before
    assert not (out / "figures" / "left_over.txt").exists()
    assert out / "report.html" in outcome.files
    assert names(out.parent) == {"results"}


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("precious")
    with pytest.raises(InputError, match=r"already holds other files \(thesis.docx\)"):
        run_synthesis(SynthesizeCommand(load_example(), PROTOCOL, tmp_path))
    assert names(tmp_path) == {"thesis.docx"}


def test_a_foreign_results_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('{"program": "another"}')
    with pytest.raises(InputError, match="results"):
        run_synthesis(SynthesizeCommand(load_example(), PROTOCOL, tmp_path))


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="is a file"):
        run_synthesis(SynthesizeCommand(load_example(), PROTOCOL, tmp_path / "out"))


def break_midway(draft: Path) -> None:
    (draft / "results.json").write_text("half")
    raise RuntimeError("midway")


def test_a_failure_leaves_the_earlier_output_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "results"
    with new_folder(target) as draft:
        (draft / "results.json").write_text('{"program": "consilience"}')
    with pytest.raises(RuntimeError, match="midway"), new_folder(target) as draft:
        break_midway(draft)
    assert json.loads((target / "results.json").read_text()) == {"program": "consilience"}
    assert names(tmp_path) == {"results"}


def test_a_table_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(InputError, match="empty"):
        run_synthesis(SynthesizeCommand(tmp_path / "empty.csv", PROTOCOL, tmp_path / "out"))
    assert names(tmp_path) == {"empty.csv"}


def test_formulas_in_names_do_not_run_in_a_spreadsheet(tmp_path: Path) -> None:
    table = simulate_trials(n_studies=4, participants=200, seed=1)
    table["study"] = table["study"].str.replace("Synthetic", "=HYPERLINK")
    write_tables(synthesize(table), tmp_path)
    studies = pd.read_csv(tmp_path / "effects.csv")["study"]
    assert studies.str.startswith("'=HYPERLINK").all()


def test_negative_numbers_stay_numbers_in_csv() -> None:
    text = to_csv_text(pd.DataFrame({"yi": [-0.125, 0.1 + 0.2], "note": ["-x", None]}))
    assert text == "yi,note\n-0.125,'-x\n0.30000000000000004,\n"


def test_prisma_counts_are_read_by_the_templates_keys(tmp_path: Path) -> None:
    path = tmp_path / "PRISMA.csv"
    path.write_text(
        'data,box,n\nNA,prevstud,NA\ndatabase_results,box2,"4,621"\n'
        'dbr_excluded,box9,"No control, 90; Other, 6"\n'
        "total_studies_ma,box10,56\nnew_studies,box10,NA\n"
    )
    assert read_prisma(path) == {
        "database_results": 4621, "dbr_excluded": "No control, 90; Other, 6", "total_studies_ma": 56,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no PRISMA count"),
        ("data,n\nduplicates,many\n", "line 2: duplicates is 'many'"),
        ("data,n\nduplicates,-3\n", "line 2: duplicates is '-3'"),
    ],
)
def test_wrong_prisma_counts_are_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "PRISMA.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        read_prisma(path)


def test_a_missing_prisma_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        read_prisma(tmp_path / "nowhere.csv")


def test_a_simulated_file_is_the_simulated_table(tmp_path: Path) -> None:
    outcome = run_simulation(
        SimulateCommand(tmp_path / "new" / "trials.csv", n_studies=5, participants=200, seed=2)
    )
    written = pd.read_csv(outcome.file)
    drawn = simulate_trials(n_studies=5, participants=200, seed=2)
    assert len(written) == outcome.n_rows == len(drawn)
    assert written["mean_arm1"].tolist() == pytest.approx(
        drawn["mean_arm1"].tolist(), nan_ok=True, rel=0, abs=0
    )
    assert names(tmp_path / "new") == {"trials.csv"}


def test_a_folder_in_place_of_a_simulated_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        run_simulation(SimulateCommand(tmp_path))
