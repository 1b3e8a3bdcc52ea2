"""`consilience protocol draft` writes a file that the other verbs accept."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from consilience.cli import app

ROWS = {
    "study": ["A", "B", "C"],
    "condition_arm1": ["CBT", "CBT", "yoga"],
    "instrument": ["PSS", "PSS", "PSS"],
    "baseline_m_arm1": [20, 21, 22], "baseline_sd_arm1": [5, 5, 6],
    "mean_arm1": [15, 16, 18], "sd_arm1": [5, 5, 6], "n_arm1": [30, 25, 40],
    "baseline_m_arm2": [20, 20, 22], "baseline_sd_arm2": [5, 6, 6],
    "mean_arm2": [19, 19, 21], "sd_arm2": [5, 5, 6], "n_arm2": [30, 25, 41],
}  # fmt: skip


def test_draft_check_and_synthesize(tmp_path: Path) -> None:
    table, protocol = tmp_path / "trials.csv", tmp_path / "mine.yaml"
    pd.DataFrame(ROWS).to_csv(table, index=False)
    run = CliRunner().invoke
    assert run(app, ["protocol", "draft", str(table), str(protocol)]).exit_code == 0
    assert run(app, ["protocol", "check", str(protocol)]).exit_code == 0
    again = run(app, ["protocol", "draft", str(table), str(protocol)])
    assert again.exit_code != 0
    assert "label: CBT" in protocol.read_text(encoding="utf-8")
