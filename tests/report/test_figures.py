"""Figures, tested by their data and their geometry."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import report_sample
from matplotlib._pylab_helpers import Gcf
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from consilience.report.figures import Figure, all_figures
from consilience.report.figures.forest import draw_forest
from consilience.report.figures.forest_pages import forest_figures
from consilience.report.figures.matrix import LOW_DF, SYMBOLS, colour_of, matrix_figure
from consilience.report.figures.percent import percent_figure
from consilience.report.figures.persistence import persistence_figure
from consilience.report.figures.style import TOKENS, drawing_style, printable, shorten, width_of
from consilience.report.figures.summaries import moderator_figures, sensitivity_figure, subgroup_figure
from consilience.synthesis.result import SynthesisResult

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def figures(sample: SynthesisResult) -> tuple[Figure, ...]:
    return tuple(all_figures(sample))


def marks(figure: Figure, gid: str) -> list[Any]:
    return [a for a in figure.drawing.axes[0].get_children() if a.get_gid() == gid]


def boxes(figure: Figure, *gids: str) -> list[Any]:
    """Return the extents of the texts with these gids, in pixels."""
    with drawing_style():
        figure.drawing.canvas.draw()
        texts = [t for t in figure.drawing.axes[0].texts if t.get_gid() in gids and t.get_text()]
        return [t.get_window_extent() for t in texts]


def overlapping(extents: list[Any], slack: float = 1.0) -> list[tuple[int, int]]:
    edges = np.array([[b.x0, b.y0, b.x1, b.y1] for b in extents])
    found = []
    for i in range(len(edges)):
        x0, y0, x1, y1 = edges[i]
        hit = (edges[:, 0] < x1 - slack) & (edges[:, 2] > x0 + slack)
        hit &= (edges[:, 1] < y1 - slack) & (edges[:, 3] > y0 + slack)
        found += [(i, int(j)) for j in np.flatnonzero(hit) if j > i]
    return found


def test_every_figure_has_words_and_a_table(figures: tuple[Figure, ...]) -> None:
    assert len({f.name for f in figures}) == len(figures)
    for f in figures:
        assert f.title
        assert len(f.description) > 20
        assert f.caption.endswith(".")
        assert len(f.table) > 0


def test_svg_is_well_formed_with_text_as_text_and_a_description(figures: tuple[Figure, ...]) -> None:
    for f in figures:
        root = ET.fromstring(f.svg())
        assert root.get("role") == "img"
        assert root.find(f"{SVG}title").text == f.title
        assert root.find(f"{SVG}desc").text == f.description
        assert len(list(root.iter(f"{SVG}text"))) > 3
        ids = [e.get("id") for e in root.iter() if e.get("id")]
        assert len(ids) == len(set(ids))
        assert all(i.startswith(f.name) for i in ids)


def test_the_same_result_gives_the_same_bytes(sample: SynthesisResult, figures: tuple[Figure, ...]) -> None:
    again = tuple(all_figures(report_sample.build()))
    assert [f.svg() for f in again] == [f.svg() for f in figures]
    assert again[0].png() == figures[0].png()


def test_inline_colours_follow_the_page_and_files_keep_theirs(figures: tuple[Figure, ...]) -> None:
    for f in figures:
        inline = f.inline_svg()
        assert "var(--fig-" in inline
        assert "var(" not in f.svg()
        bare = [c for c in TOKENS if f": {c}" in inline or f'"{c}"' in inline]
        assert bare == []


def test_drawing_leaves_no_figure_and_no_setting_behind(sample: SynthesisResult) -> None:
    before = dict(mpl.rcParams)
    for f in (*forest_figures(sample), matrix_figure(sample)):
        assert f is not None
        f.svg()
    assert Gcf.figs == {}
    assert dict(mpl.rcParams) == before


def test_no_texts_overlap_and_none_leaves_the_drawing(figures: tuple[Figure, ...]) -> None:
    for f in figures:
        extents = boxes(
            f, "cell", "header", "favours", "foot", "line", "label", "gap", "value", "text", "stage"
        )
        assert overlapping(extents) == [], f.name
        width, height = f.drawing.get_size_inches() * f.drawing.dpi
        assert all(b.x0 >= 0 and b.x1 <= width and b.y0 >= 0 and b.y1 <= height for b in extents), f.name


def test_forest_squares_stand_at_their_estimates_with_areas_by_weight(sample: SynthesisResult) -> None:
    (figure,) = forest_figures(sample)
    low, high = figure.drawing.axes[0].get_xlim()
    studies = sorted(sample.study_averages, key=lambda s: -s.yi)
    inside = [s for s in studies if low <= s.yi <= high]
    drawn = marks(figure, "estimate")
    assert [float(m.get_xdata()[0]) for m in drawn] == [s.yi for s in inside]
    sizes = np.array([m.get_markersize() for m in drawn])
    weights = np.array([s.weight for s in inside])
    np.testing.assert_array_equal(np.argsort(sizes, kind="stable"), np.argsort(weights, kind="stable"))
    area = (sizes - 2.6) ** 2
    np.testing.assert_allclose(area / area.max(), weights / weights.max(), rtol=1e-9)


def test_forest_table_is_the_result(sample: SynthesisResult) -> None:
    (figure,) = forest_figures(sample)
    by_study = figure.table.set_index("study")
    for s in sample.study_averages:
        row = by_study.loc[s.study]
        assert (row["g"], row["ci_lower"], row["ci_upper"]) == (s.yi, s.ci_lower, s.ci_upper)
        assert row["weight_percent"] == s.weight


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow_and_only_that(sample: SynthesisResult) -> None:
    (figure,) = forest_figures(sample)
    low, high = figure.drawing.axes[0].get_xlim()
    cut_left = sum(s.ci_lower < low for s in sample.study_averages)
    cut_right = sum(s.ci_upper > high for s in sample.study_averages)
    assert cut_left >= 1
    assert cut_right >= 1
    assert len(marks(figure, "arrow-left")) == cut_left
    assert len(marks(figure, "arrow-right")) == cut_right
    for line in marks(figure, "interval"):
        assert low <= min(line.get_xdata())
        assert max(line.get_xdata()) <= high


def test_the_diamond_is_as_wide_as_the_interval_and_the_bar_as_the_prediction(
    sample: SynthesisResult,
) -> None:
    (figure,) = forest_figures(sample)
    (diamond,) = figure.drawing.axes[0].patches
    x = diamond.get_xy()[:, 0]
    assert (x.min(), x.max()) == (sample.overall.ci_lower, sample.overall.ci_upper)
    (bar,) = marks(figure, "prediction")
    assert list(bar.get_xdata()) == [sample.overall.pi_lower, sample.overall.pi_upper]


def test_forest_names_both_sides_weights_and_heterogeneity(sample: SynthesisResult) -> None:
    (figure,) = forest_figures(sample)
    svg = figure.svg()
    for words in (
        "← impaired immune function",
        "enhanced immune function →",
        "τ² = 0.041",
        "I² = 48%",
        "100%",
    ):
        assert words in svg


def test_400_studies_are_paged_legibly_and_none_is_lost() -> None:
    result = report_sample.build(400)
    pages = forest_figures(result)
    assert len(pages) == 7
    drawn = [study for page in pages for study in page.table["study"]]
    assert sorted(drawn) == sorted(s.study for s in result.study_averages)
    assert {page.drawing.axes[0].get_xlim() for page in pages} == {pages[0].drawing.axes[0].get_xlim()}
    for page in (pages[0], pages[-1]):
        assert overlapping(boxes(page, "cell", "header", "favours", "line")) == []
    assert [bool(marks(p, "prediction")) for p in pages] == [False] * 6 + [True]


def test_a_forest_can_be_drawn_on_axes_of_ones_own(sample: SynthesisResult) -> None:
    ax: Axes = Drawing(figsize=(8, 6)).add_axes((0.5, 0.1, 0.3, 0.8))
    draw_forest(ax, sample.study_averages, sample.overall, labels={})
    assert len(ax.lines) > len(sample.study_averages)


def test_matrix_prints_every_estimate_and_why_there_is_none(sample: SynthesisResult) -> None:
    figure = matrix_figure(sample)
    assert figure is not None
    done = [c.estimate for c in sample.grid if c.estimate.status == "estimated"]
    values = [t.get_text() for t in figure.drawing.axes[0].texts if t.get_gid() == "value"]
    assert len(values) == 3 * len(done)
    gaps = [t.get_text().split("\n")[0] for t in figure.drawing.axes[0].texts if t.get_gid() == "gap"]
    one = sum(c.estimate.k_studies == 1 for c in sample.grid)
    two = sum(c.estimate.k_studies == 2 and c.estimate.status != "estimated" for c in sample.grid)
    assert gaps.count(SYMBOLS["one"]) == one > 0
    assert gaps.count(SYMBOLS["other"]) == two > 0
    assert len(gaps) == len(sample.grid) - len(done)
    assert sum(v.endswith(LOW_DF) for v in values) == sum((e.df or 9) < 4 for e in done) > 0
    assert list(figure.table["g"].dropna()) == [e.estimate for e in done]


def contrast(colour: str, ink: str) -> float:
    def luminance(c: str) -> float:
        parts = np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    high, low = sorted((luminance(colour), luminance(ink)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("g", [-3.0, -0.5, 0.0, 0.2, 0.8, 3.0])
def test_numbers_are_readable_on_every_cell(g: float) -> None:
    from consilience.report.figures.style import CELL_INK

    assert contrast(colour_of(g), CELL_INK) > 7


def test_a_benchmark_without_an_interval_is_a_point_and_is_drawn(sample: SynthesisResult) -> None:
    (beside,) = sample.comparators
    alone = replace(
        beside, comparator=beside.comparator.model_copy(update={"ci_lower": None, "ci_upper": None})
    )
    figure = percent_figure(replace(sample, comparators=(alone,)))
    assert figure is not None
    triangles = [m for m in marks(figure, "estimate") if m.get_marker() == "^"]
    assert [float(m.get_xdata()[0]) for m in triangles] == [-13.0]
    row = figure.table.set_index("label").loc["Darapladib 160 mg"]
    assert row["estimate"] == -13.0
    assert np.isnan(row["ci_lower"])


def test_rows_of_a_summary_stand_in_the_order_of_the_result(sample: SynthesisResult) -> None:
    table = subgroup_figure(sample).table
    expected = [sample.overall, *sample.interventions, *sample.outcomes]
    assert list(table["label"]) == [e.label for e in expected]
    assert [None if np.isnan(g) else g for g in table["estimate"].astype(float)] == [
        e.estimate for e in expected
    ]


def test_moderators_are_drawn_for_each_set_of_trials(sample: SynthesisResult) -> None:
    assert [f.name for f in moderator_figures(sample)] == ["moderators-all", "moderators-cbt"]
    sheet = sensitivity_figure(sample)
    assert sheet is not None
    assert len(sheet.table) == len(sample.sensitivity) + 1


def test_the_line_over_time_is_drawn_with_its_band(sample: SynthesisResult) -> None:
    figure = persistence_figure(sample)
    assert figure is not None
    (line,) = marks(figure, "time_slope")
    x, y, low, high = zip(*sample.time_slope.curve, strict=True)
    assert tuple(line.get_xdata()) == x
    assert tuple(line.get_ydata()) == y
    (band,) = (c for c in figure.drawing.axes[0].collections if c.get_gid() == "band")
    corners = {tuple(map(float, corner)) for corner in band.get_paths()[0].vertices}
    assert corners >= {*zip(x, low, strict=True), *zip(x, high, strict=True)}


def test_without_a_line_late_and_early_effects_are_drawn(sample: SynthesisResult) -> None:
    early = report_sample.estimate("persistence:before", "Less than 26 weeks", "persistence", 0.4, 0.1)
    flat = replace(sample.time_slope, curve=())
    figure = persistence_figure(replace(sample, persistence=(*sample.persistence, early), time_slope=flat))
    assert figure is not None
    (late,), (before,) = marks(figure, "persistence"), marks(figure, "persistence:before")
    assert list(late.get_xdata()) == [26.0, 52.0]
    assert list(before.get_xdata()) == [0.0, 26.0]
    assert list(late.get_ydata()) == [sample.persistence[0].estimate] * 2
    weeks = sample.effects["weeks_after_treatment"].dropna()
    assert len(figure.table) == len(weeks)


def test_labels_are_cut_by_their_width_and_cleaned() -> None:
    assert width_of("研究") == 4
    assert shorten("研究グループ", 7) == "研究グ…"
    assert printable("a\x00b\x0bc\nd\ud800") == "abc d"
    for name in report_sample.HOSTILE:
        assert width_of(shorten(name, 20)) <= 20


def test_a_result_without_estimates_still_has_its_figures() -> None:
    names = [f.name for f in all_figures(report_sample.bare())]
    assert "forest" in names
    assert "evidence-matrix" in names
    assert "sensitivity" not in names
