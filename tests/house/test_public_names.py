"""The package's front: every promised name is there, and importing costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import consilience

HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "pydantic", "formulaic", "yaml", "openpyxl")


@pytest.mark.parametrize("name", consilience.__all__)
def test_every_public_name_resolves_and_is_documented(name: str) -> None:
    found = getattr(consilience, name)
    assert found is getattr(consilience, name)
    assert name == "__version__" or (found.__doc__ or "").strip(), f"{name} has no docstring"


def test_public_names_are_few_sorted_and_listed() -> None:
    assert 10 <= len(consilience.__all__) <= 20
    assert consilience.__all__ == sorted(consilience.__all__)
    assert dir(consilience) == consilience.__all__


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no public name 'synthesise'"):
        _ = consilience.synthesise


@pytest.mark.parametrize("code", ["import consilience", "import consilience.cli"])
def test_importing_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code) == []


def test_building_the_help_loads_no_numbers() -> None:
    code = """import sys, consilience.cli as c
sys.argv = ['consilience', '--help']
try: c.main()
except SystemExit: pass"""
    assert not set(loaded_by(code)) & {"numpy", "pandas", "scipy", "matplotlib"}


def loaded_by(code: str) -> list[str]:
    """Which heavy packages a fresh interpreter has loaded after running the code."""
    tail = f"\nimport sys; print('\\n' + ' '.join(n for n in {HEAVY!r} if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n").splitlines()[-1].split() if done.stdout.strip() else []
