"""Write a report into a folder: the page, and every figure as SVG, PNG and data table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from consilience.report.figures import Figure, all_figures
from consilience.report.html import render_html
from consilience.synthesis.result import SynthesisResult

Progress = Callable[[str], None]


def write_report(
    result: SynthesisResult, out_dir: Path, *, progress: Progress | None = None
) -> tuple[Path, ...]:
    """Write ``report.html`` and ``figures/`` into ``out_dir`` and return every path written.

    ``out_dir`` must exist; the caller makes it appear all at once or not at all. ``progress`` is
    told the name of each figure as it is written.
    """
    folder = out_dir / "figures"
    folder.mkdir()
    figures: list[Figure] = []
    written: list[Path] = []
    for figure in all_figures(result):
        if progress is not None:
            progress(f"figure: {figure.title}")
        written += figure.write(folder)
        figures.append(figure)
    page = out_dir / "report.html"
    page.write_text(render_html(result, figures, files=True), encoding="utf-8", newline="\n")
    return (page, *written)
