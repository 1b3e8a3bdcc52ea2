"""Reports of what the synthesis really gives: the bundled example, and synthetic tables of any size."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from consilience.extraction import load_example
from consilience.report import render_html, write_report
from consilience.report.figures.forest_pages import forest_figures
from consilience.synthesis.result import SynthesisResult
from consilience.synthesis.run import synthesize
from consilience.synthesis.simulate import simulate_trials


@pytest.fixture(scope="module")
def example() -> SynthesisResult:
    return synthesize(load_example())


def test_the_bundled_example_gives_a_whole_report(
    example: SynthesisResult, tmp_path: Path, browser: Browser
) -> None:
    write_report(example, tmp_path)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((tmp_path / "report.html").as_uri())
    text = page.inner_text("body")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
    assert "starter set" in text
    assert "not the set of 56 trials" in text
    assert f"Over {example.overall.k_studies} trials" in text
    html = unescape((tmp_path / "report.html").read_text(encoding="utf-8")).casefold()
    assert example.unused
    assert all(row.study.casefold() in html for row in example.unused)
    assert all(row.reason.casefold().rstrip(".") in html for row in example.unused)


def test_the_published_results_stand_beside_our_own(example: SynthesisResult) -> None:
    html = render_html(example, figures=())
    section = html[html.index('id="published"') : html.index('id="sensitivity"')]
    for published in ("0.21 to 0.40", "6.22 (50.9)", "−33.8"):
        assert published in section


def test_another_protocol_is_reported_in_its_own_words() -> None:
    trials = simulate_trials("massage-therapy", n_studies=30, participants=2000, seed=3)
    result = synthesize(trials, "massage-therapy")
    html = render_html(result, figures=())
    assert result.protocol.title in html
    assert "SYNTHETIC" in html.upper()
    assert "immune function" not in html
    assert result.protocol.directions.positive in html
    drawn = [study for figure in forest_figures(result) for study in figure.table["study"]]
    assert len(drawn) == len(result.study_averages) == 30
