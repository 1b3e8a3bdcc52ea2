"""The pages that put R's calls beside ours: every block runs, every number is R's and is printed rightly."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparison_page import Code, Row, read_page

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = json.loads((ROOT / "tests" / "reference" / "pages.json").read_text())
PAGES = [name for name in REFERENCE if name.endswith(".md")]


@cache
def values_of(page: str) -> dict[int, float]:
    """What the page's own expressions give, by line; blocks run in order in one namespace."""
    space: dict[str, Any] = {}
    found: dict[int, float] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        for part in read_page(ROOT / "docs" / page):
            if isinstance(part, Code):
                code = compile("\n" * (part.line - 1) + part.text, f"docs/{page}", "exec")
                exec(code, space)
            else:
                found[part.line] = float(eval(part.here, space))
    return found


def rows_of(page: str) -> list[Row]:
    return [part for part in read_page(ROOT / "docs" / page) if isinstance(part, Row)]


CASES = [
    pytest.param(page, row, id=f"{page}:{row.line}:{row.number}") for page in PAGES for row in rows_of(page)
]


COMPARED = [case for case in CASES if case.values[1].in_r]


@pytest.mark.parametrize(("page", "row"), COMPARED)
def test_here_and_in_r_are_the_same_number(page: str, row: Row) -> None:
    theirs = REFERENCE[page][row.in_r]
    scale = row.rtol * max(abs(theirs), 1e-6)
    assert abs(values_of(page)[row.line] - theirs) <= scale


@pytest.mark.parametrize(("page", "row"), CASES)
def test_the_page_prints_the_number_rightly(page: str, row: Row) -> None:
    mantissa, _, exponent = row.printed.lower().partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    assert abs(values_of(page)[row.line] - float(row.printed)) <= 0.5000001 * 10.0**-decimals


def test_there_are_pages_with_numbers_in_them() -> None:
    assert "coming_from_r.md" in PAGES
    assert all(len(rows_of(page)) > 20 for page in PAGES)


def test_every_expression_of_r_is_compared() -> None:
    for page in PAGES:
        assert set(REFERENCE[page]) == {row.in_r for row in rows_of(page) if row.in_r}
        assert all(np.isfinite(value) for value in REFERENCE[page].values())


def test_the_page_quotes_the_refusal_as_it_is() -> None:
    text = " ".join((ROOT / "docs" / "worked_analyses.md").read_text(encoding="utf-8").split())
    space: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        for part in read_page(ROOT / "docs" / "worked_analyses.md"):
            if isinstance(part, Code) and "refused" in part.text:
                exec("import numpy as np, pandas as pd\nfrom consilience import meta\n" + part.text, space)
    assert f'"{space["refused"]}"' in text
