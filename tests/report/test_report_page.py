"""The page and the folder of a report: what stands in them, and what hostile names cannot do."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
import report_sample

from consilience.report import render_html, write_report
from consilience.report.data_sections import PAGE
from consilience.report.findings import key_findings
from consilience.report.html import is_address
from consilience.report.method_sections import command_of
from consilience.synthesis.result import SynthesisResult

VOID = {"meta", "br", "img", "input", "link", "hr", "path", "use", "col"}


class Outline(HTMLParser):
    """Collects tags, ids and links, and the text outside of style, script and svg."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open and self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script", "svg"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def outline(html: str) -> Outline:
    parsed = Outline()
    parsed.feed(html)
    return parsed


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Outline:
    return outline(html)


def test_the_folder_holds_the_page_and_each_figure_in_three_forms(folder: Path) -> None:
    names = {p.stem for p in (folder / "figures").iterdir()}
    assert names >= {
        "forest",
        "evidence-matrix",
        "moderators-all",
        "percent-change",
        "prisma-flow",
        "sensitivity",
    }
    for name in names:
        svg, png, csv = (folder / "figures" / f"{name}.{end}" for end in ("svg", "png", "csv"))
        assert svg.read_text(encoding="utf-8").startswith("<?xml")
        assert png.read_bytes().startswith(b"\x89PNG")
        assert len(pd.read_csv(csv)) > 0


def test_every_path_written_is_returned_and_progress_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    written = write_report(report_sample.bare(), tmp_path, progress=told.append)
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == set(written)
    assert len(told) == (len(written) - 1) // 3


def test_the_page_loads_nothing_from_elsewhere(page: Outline) -> None:
    loading = {"img", "link", "iframe", "object", "embed", "audio", "video", "source"}
    assert not loading & set(page.tags)
    for tag, name, value in page.attributes:
        assert name not in ("src", "srcset", "background", "poster", "action")
        if name == "href" and tag != "a":
            assert value.startswith("#"), (tag, value)
    assert not re.search(r"@import|url\((?!#)", " ".join(v for _, n, v in page.attributes if n == "style"))


def test_the_style_sheet_loads_nothing(html: str) -> None:
    styles = " ".join(re.findall(r"<style.*?</style>", html, flags=re.DOTALL))
    assert "@import" not in styles
    assert not re.search(r"url\(\s*['\"]?(?!#)", styles)


def test_hostile_names_stay_text(html: str, page: Outline) -> None:
    assert page.tags.count("script") == 1
    assert "<script>alert" not in html
    assert "<b>bold</b>" not in html
    assert "<script>alert('x')</script> & Sons 2011" in page.text
    assert report_sample.HOSTILE[1] in page.text
    assert report_sample.HOSTILE[3] in page.text
    assert not re.search(r"[\x00-\x08\x0b\x0e-\x1f]", html)


def test_ids_are_unique_and_links_lead_somewhere(page: Outline) -> None:
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    inner = {v[1:] for t, n, v in page.attributes if t == "a" and n == "href" and v.startswith("#")}
    assert inner
    assert inner <= set(ids)
    described = {v for _, n, v in page.attributes if n in ("aria-labelledby", "aria-describedby")}
    assert described <= set(ids)


def test_only_web_addresses_become_links(page: Outline) -> None:
    assert is_address("https://example.org/a?b=1&c")
    for text in (
        "javascript:alert(1)",
        "data:text/html,x",
        "see https://a.org",
        'https://a.org/"x',
        "PMID 1",
    ):
        assert not is_address(text)
    outer = {v for t, n, v in page.attributes if t == "a" and n == "href" and not v.startswith("#")}
    assert all(v.startswith(("https://", "figures/")) for v in outer)


def test_the_page_answers_the_readers_questions_with_the_results_numbers(page: Outline) -> None:
    for words in (
        "STARTER SET",
        "Over 24 trials with 4,060 people",
        "g = 0.30 (95% CI 0.20 to 0.40)",
        "Cognitive behavior therapy (CBT): 0.33 (95% CI 0.18 to 0.48), 12 trials",
        "Behavior therapy: 0.12 from 3 trials: too few for a reliable interval",
        "Harmful immune function, all interventions: −18.0%",
        "7 trials gave g = 0.21 (95% CI −0.02 to 0.44). The interval includes zero",
        "expected between −0.15 and 0.75",
        "No trial compared the two directly",
        "Only one study: pooling needs two.",
        "Fewer than 4 degrees of freedom",
        "'0.2.5' is not a number.",
        "No standard deviation and no test statistic: 40 rows",
        "What this comparison cannot show",
    ):
        assert words.replace("\u00a0", " ") in page.text.replace("\u00a0", " "), words


def test_wording_neither_advises_nor_speaks_of_significance(page: Outline) -> None:
    for word in ("significant", "recommend", "should be used", "subjects", "proves"):
        assert word not in page.text.lower()


def test_every_table_has_a_caption_and_headers_with_scope(html: str) -> None:
    tables = re.findall(r"<table>.*?</table>", html, flags=re.DOTALL)
    assert len(tables) > 15
    for table in tables:
        assert "<caption>" in table
        assert 'scope="col"' in table
        widths = {_width(row) for row in re.findall(r"<tr.*?</tr>", table, flags=re.DOTALL)}
        assert len(widths) == 1, table[:200]


def _width(row: str) -> int:
    cells = re.findall(r"<t[hd]\b[^>]*>", row)
    return sum(int(m[1]) if (m := re.search(r'colspan="(\d+)"', c)) else 1 for c in cells)


def test_every_effect_and_every_unused_row_is_on_the_page(html: str, sample: SynthesisResult) -> None:
    pages = -(-len(sample.effects) // PAGE)
    assert len(re.findall(r'aria-label="Table: Effects \d+ to \d+ of', html)) == pages
    effects = html[html.index('id="effects"') : html.index('id="methods"')]
    assert effects.count('<th scope="row">') == len(sample.effects) + len(sample.percent_effects)
    unused = html[html.index('id="unused"') : html.index('id="effects"')]
    assert unused.count('<th scope="row">') == len(sample.unused)


def test_900_effects_are_paged() -> None:
    frame = pd.concat([report_sample.build(40).effects] * 8).head(900).reset_index(drop=True)
    html = render_html(replace(report_sample.build(3), effects=frame), figures=())
    assert html.count('<details class="fold" name="effects">') == 9


def test_the_same_result_gives_the_same_page(html: str, sample: SynthesisResult) -> None:
    assert render_html(sample, files=True) == html


def test_a_result_without_estimates_says_so_and_is_whole() -> None:
    page = outline(render_html(report_sample.bare(), figures=()))
    assert "No overall effect could be estimated" in page.text
    assert "Only one study has usable numbers." in page.text
    assert page.open == []


def test_findings_warn_when_degrees_of_freedom_are_few(sample: SynthesisResult) -> None:
    weak = replace(sample.overall, df=2.5)
    answers = key_findings(replace(sample, overall=weak))[0].answers
    assert "2.5 degrees of freedom this interval should not be relied on" in answers[0].text
    negative = replace(sample.overall, ci_lower=-0.4, ci_upper=-0.1, estimate=-0.25)
    words = key_findings(replace(sample, overall=negative))[0].answers[0].text
    assert "on the side of impaired immune function" in words


def test_the_command_to_run_it_again_is_quoted(sample: SynthesisResult) -> None:
    again = replace(sample.provenance, files=("my trials.csv",))
    assert command_of(replace(sample, provenance=again)).startswith("consilience synthesize 'my trials.csv' ")
    bundled = replace(sample.provenance, files=("immune_trials.csv (bundled example)",))
    assert command_of(replace(sample, provenance=bundled)) == "consilience demo --seed 1 --out DIR"
