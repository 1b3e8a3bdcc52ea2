"""The command line as a person meets it: help, errors, exit codes, and a twin for each verb."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import consilience
from consilience.cli import app

PROGRAM = Path(sys.executable).with_name("consilience")

LIBRARY_TWINS = {
    "synthesize": "synthesize",
    "demo": "load_example",
    "simulate": "simulate_trials",
    "dedupe": "find_duplicates",
    "protocol": "load_protocol",
    "import": "import_files",
}
"""Each verb, and the public function that does the same from Python."""


def run(*words: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the program as a person would, in a terminal 100 columns wide."""
    env = {**os.environ, "COLUMNS": "100", "TERM": "dumb"}
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False, env=env, **options)  # type: ignore[call-overload]


def verbs() -> list[tuple[str, ...]]:
    """Every verb of the program, and every verb of its groups."""
    group = typer.main.get_command(app)
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found.append((name,))
        found += [(name, inner) for inner in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("words", verbs(), ids=" ".join)
def test_every_verb_has_help_with_an_example(words: tuple[str, ...]) -> None:
    done = run(*words, "--help")
    assert done.returncode == 0, done.stderr
    assert f"consilience {words[0]}" in done.stdout
    is_group = len(words) == 1 and any(other[0] == words[0] for other in verbs() if len(other) == 2)
    assert is_group or "Example" in done.stdout


@pytest.mark.parametrize("verb", sorted({words[0] for words in verbs()}))
def test_every_verb_has_a_library_twin(verb: str) -> None:
    assert LIBRARY_TWINS[verb] in consilience.__all__
    assert callable(getattr(consilience, LIBRARY_TWINS[verb]))


def test_version() -> None:
    assert run("--version").stdout == f"consilience {consilience.__version__}\n"


def test_without_a_verb_the_help_is_shown() -> None:
    assert "synthesize" in run().stdout


def test_an_unknown_verb_is_a_usage_error() -> None:
    done = run("synthesise")
    assert done.returncode == 2
    assert "synthesise" in done.stderr


def test_a_missing_file_is_told_kindly_and_nothing_is_written(tmp_path: Path) -> None:
    done = run("synthesize", tmp_path / "no[bold]such.csv", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "no[bold]such.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_protocol_is_told_kindly(tmp_path: Path) -> None:
    table = tmp_path / "trials.csv"
    table.write_text("study\nA\n", encoding="utf-8")
    done = run("synthesize", table, "--protocol", "psychosocial-imune", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "psychosocial-immune" in done.stderr
    assert not (tmp_path / "out").exists()


def test_demo_writes_a_report_and_says_where(tmp_path: Path) -> None:
    out = tmp_path / "report"
    done = run("demo", "--out", out)
    assert done.returncode == 0, done.stderr
    assert {"results.json", "effects.csv", "report.html"} <= {path.name for path in out.iterdir()}
    assert (out / "report.html").resolve().as_uri() in done.stdout.replace("\n", "")
    assert re.search(r"Overall effect: g = -?\d\.\d\d, 95% CI \[", done.stdout)
    assert done.stderr == "", "progress is for people who watch, not for logs"


def test_simulate_then_synthesize_with_json(tmp_path: Path) -> None:
    table, out = tmp_path / "synthetic.csv", tmp_path / "out"
    assert run("simulate", "--out", table, "--studies", "12", "--participants", "900").returncode == 0
    done = run("synthesize", table, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["overall"]["k_studies"] == 12
    assert "synthetic" in said["notice"].lower()
    assert all(Path(path).is_file() for path in said["files"])


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    done = run("simulate", "--out", tmp_path / "t.csv", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_fault_of_the_program_says_so() -> None:
    code = (
        "import consilience.cli as c, consilience.extraction, sys\n"
        "consilience.extraction.load_example = lambda: 1 / 0\n"
        "sys.argv = ['consilience', 'demo']\n"
        "c.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "fault of the program, not of your data" in done.stderr


def test_an_interruption_ends_cleanly(tmp_path: Path) -> None:
    code = (
        "import consilience.cli as c, consilience.workflow.synthesize as w, os, signal, sys\n"
        "real = w.run_synthesis\n"
        "def interrupted(command, progress=None):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return real(command, progress)\n"
        "w.run_synthesis = interrupted\n"
        f"sys.argv = ['consilience', 'demo', '--out', {str(tmp_path / 'out')!r}]\n"
        "c.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode in (128 + signal.SIGINT, -signal.SIGINT)
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
