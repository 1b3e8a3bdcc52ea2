"""The PRISMA 2020 flow diagram."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import report_sample
from matplotlib.patches import Rectangle

from consilience.report.figures.prisma_boxes import database_boxes, footnotes, n_of, reasons
from consilience.report.figures.prisma_flow import prisma_figure

OTHER = {
    "website_results": 4, "organisation_results": 2, "citations_results": 30, "other_sought_reports": 36,
    "other_notretrieved_reports": 1, "other_assessed": 35, "other_excluded": "Not a trial, 30",
    "previous_studies": 12, "previous_reports": 15,
}  # fmt: skip


def texts(prisma: dict[str, Any]) -> list[str]:
    figure = prisma_figure(replace(report_sample.build(3), prisma=prisma))
    assert figure is not None
    return [t.get_text().replace("\u00a0", " ") for t in figure.drawing.axes[0].texts]


def test_boxes_have_the_wording_of_the_template() -> None:
    seen = texts(report_sample.PRISMA | OTHER)
    for wording in (
        "Identification of studies via databases and registers",
        "Identification of studies via other methods",
        "Records identified from*:", "Databases (n = 4,600)", "Registers (n = 21)",
        "Records removed before screening:", "Duplicate records removed (n = 912)",
        "Records screened", "Records excluded**", "Reports sought for retrieval", "Reports not retrieved",
        "Reports assessed for eligibility", "Reports excluded:", "No control group (n = 90)",
        "Studies included in review (n = 56)", "Reports of included studies (n = 60)",
        "Websites (n = 4)", "Organisations (n = 2)", "Citation searching (n = 30)",
        "Identification", "Screening", "Included",
    ):  # fmt: skip
        assert wording in seen, wording


def test_a_box_without_counts_is_dropped() -> None:
    seen = texts({"database_results": 10, "records_screened": 9, "new_studies": 2, "duplicates": None})
    joined = " ".join(seen)
    assert "Registers" not in joined
    assert "Records removed" not in joined
    assert "other methods" not in joined
    assert "Reports sought" not in joined
    assert "(n = 9)" in seen


@pytest.mark.parametrize("prisma", [None, {}, {"unknown": 3}])
def test_without_counts_there_is_no_diagram(prisma: dict[str, Any] | None) -> None:
    assert prisma_figure(replace(report_sample.build(3), prisma=prisma)) is None


@pytest.mark.parametrize("more", [{}, OTHER])
def test_boxes_do_not_overlap_and_hold_their_text(more: dict[str, Any]) -> None:
    figure = prisma_figure(replace(report_sample.build(3), prisma=report_sample.PRISMA | more))
    assert figure is not None
    figure.drawing.canvas.draw()
    ax = figure.drawing.axes[0]
    found = [p.get_window_extent() for p in ax.patches if isinstance(p, Rectangle) and p.get_gid() == "box"]
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            assert not a.overlaps(b)
    for text in (t.get_window_extent() for t in ax.texts if t.get_gid() == "text"):
        holders = [b for b in found if b.x0 < text.x0 < b.x1 and b.y0 < text.y0 < b.y1]
        assert len(holders) == 1
        assert text.x1 < holders[0].x1
        assert text.y1 < holders[0].y1


def test_the_table_holds_every_count() -> None:
    figure = prisma_figure(report_sample.build(3))
    assert figure is not None
    assert {"4600", "21", "912", "3706", "3500", "206", "4", "202", "90", "50", "6", "56", "60"} <= set(
        figure.table["n"]
    )


def test_counts_that_are_words_are_printed_as_given() -> None:
    assert n_of("about 40") == "(n\u00a0=\u00a0about 40)"
    assert reasons("A; B, 2")[-1] == ("B", "2")
    assert [b.heading for b in database_boxes({"records_screened": "12"})] == ["Records screened"]


def test_footnotes_say_what_is_not_known() -> None:
    assert footnotes({"database_results": 5})[0].startswith("* The number from each database")
    given = footnotes({"database_results": 5, "database_specific_results": "PubMed, 3; Scopus, 2"})
    assert "PubMed (n = 3)" in given[0].replace("\u00a0", " ")
