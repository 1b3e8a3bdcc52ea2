"""README and documentation: examples run, pages build, and nothing of a workplace is in them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import consilience

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)])
LOCKS = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python_blocks(path: Path) -> list[str]:
    """The Python examples of a page, in order."""
    return re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.S | re.M)


def test_the_readme_example_runs(tmp_path: Path) -> None:
    blocks = python_blocks(ROOT / "README.md")
    assert len(blocks) == 1
    env = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", blocks[0]], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "g = " in done.stdout
    assert (tmp_path / "results" / "report.html").is_file()


@pytest.mark.parametrize("page", ["getting_started.md", "how_to.md"])
def test_examples_of_the_guides_run(page: str, tmp_path: Path) -> None:
    blocks = python_blocks(ROOT / "docs" / page)
    assert blocks
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_pages_name_no_place_on_one_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w./])/(?!usr/bin/)[a-z]+/[a-z]+|\.\./[a-z]+/|file:///", text)


@pytest.mark.parametrize("lock", LOCKS, ids=named)
def test_lock_files_hold_hashes_and_no_address(lock: Path) -> None:
    lines = lock.read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if re.match(r"^[a-z0-9]", line)]
    assert len(pins) > 15
    assert all(re.match(r"^[a-z0-9_.\-]+==\S+ (; .* )?\\$", pin) for pin in pins)
    assert all(
        re.match(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$", x)
        for x in lines
        if x not in pins and x[:1] not in "#"
    )


def test_every_public_name_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    entries = set(re.findall(r"^\.\. auto\w+:: consilience\.(\w+)$", text, re.M))
    assert set(consilience.__all__) - entries == {"__version__"}, "add these to docs/api.md"


def test_the_environment_to_run_is_part_of_the_environment_to_test() -> None:
    runtime, dev = (
        {line.split()[0] for line in lock.read_text().splitlines() if "==" in line} for lock in LOCKS
    )
    assert runtime <= dev


def test_lock_files_cover_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {
        LOCKS[0]: project["project"]["dependencies"],
        LOCKS[1]: [name for group in project["dependency-groups"].values() for name in group],
    }
    for lock, requirements in asked.items():
        pinned = {
            line.split("==")[0] for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line
        }
        names = {re.split(r"[^A-Za-z0-9_.-]", wanted)[0].lower().replace("_", "-") for wanted in requirements}
        assert names <= pinned, f"run `make lock`: {lock.name} lacks {sorted(names - pinned)}"


def test_the_readme_names_the_two_commands_and_shows_a_picture() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text
    assert "make test" in text
    picture = re.search(r"!\[[^\]]{10,}\]\((docs/images/[^)]+)\)", text)
    assert picture is not None
    assert (ROOT / picture[1]).stat().st_size < 300_000


def test_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", tmp_path / "trees",
         ROOT / "docs", tmp_path / "html"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "html" / "design.html").is_file()
