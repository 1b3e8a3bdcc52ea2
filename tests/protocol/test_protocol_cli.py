from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from consilience.cli.protocol import app
from consilience.errors import InputError
from consilience.protocol import bundled_text, copy_protocol, load_protocol, parse_protocol

run = CliRunner().invoke


def test_list():
    shown = run(app, ["list"])
    assert shown.exit_code == 0
    assert "psychosocial-immune" in shown.output
    assert "massage-therapy" in shown.output


def test_show():
    shown = run(app, ["show", "psychosocial-immune"]).output
    for words in ("Question", "Cognitive behavior therapy (CBT)", "d_ppc2", "Darapladib 40 mg, IL-6: -7.8 %"):
        assert words in shown


def test_show_as_json_is_the_protocol():
    said = json.loads(run(app, ["show", "massage-therapy", "--json"]).stdout)
    assert type(load_protocol("massage-therapy")).model_validate(said) == load_protocol("massage-therapy")


def test_show_markers():
    shown = run(app, ["show", "massage-therapy", "--markers"]).output
    assert "PSS-10" in shown
    assert "beneficial" not in shown


def test_markup_and_control_characters_stay_text(tmp_path, small):
    text = small.replace("title: A small review", 'title: "[red]Red[/red] \\e[31m :smile:"')
    file = tmp_path / "odd.yaml"
    file.write_text(text, encoding="utf-8")
    shown = run(app, ["show", str(file)]).output
    assert "[red]Red[/red]" in shown
    assert ":smile:" in shown
    assert "\x1b[31m" not in shown


def test_check(tmp_path, small):
    file = tmp_path / "mine.yaml"
    file.write_text(small, encoding="utf-8")
    good = run(app, ["check", str(file)])
    assert good.exit_code == 0
    assert "2 markers" in good.output
    file.write_text(
        small.replace("rho: 0.8", "rho: 8").replace("focal_intervention: talk", "focal_intervention: x")
    )
    bad = run(app, ["check", str(file)])
    assert bad.exit_code == 2
    assert "2 problems" in bad.stderr
    assert "analysis.pooling.rho" in bad.stderr
    assert "focal_intervention" in bad.stderr


def test_copy(tmp_path):
    file = tmp_path / "mine.yaml"
    done = run(app, ["copy", "massage-therapy", str(file)])
    assert done.exit_code == 0
    assert file.read_text("utf-8") == bundled_text("massage-therapy")
    assert parse_protocol(file.read_bytes()) == load_protocol("massage-therapy")
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.yaml"]


def test_copy_never_overwrites_unasked(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="already there"):
        copy_protocol("massage-therapy", file)
    assert file.read_text("utf-8") == "mine"
    copy_protocol("massage-therapy", file, overwrite=True)
    assert file.read_text("utf-8") == bundled_text("massage-therapy")
    assert len(list(tmp_path.iterdir())) == 1


def test_copy_says_why_not(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        copy_protocol("massage-therapy", tmp_path)
    with pytest.raises(InputError, match="cannot be written"):
        copy_protocol("massage-therapy", tmp_path / "no" / "such" / "folder.yaml")
    with pytest.raises(InputError, match="Did you mean 'massage-therapy'"):
        copy_protocol("masage-therapy", tmp_path / "x.yaml")


def test_the_program_exits_with_2(tmp_path):
    code = "import sys; from consilience.cli import main; sys.argv = ['consilience', *sys.argv[1:]]; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "protocol", "show", "no-such-review"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no protocol 'no-such-review'" in done.stderr
    assert "Traceback" not in done.stderr
