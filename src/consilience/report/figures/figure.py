"""A figure of a report: its words, its data table, and its drawing as SVG or PNG."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing

from consilience.report.figures.style import TOKENS, drawing_style

PNG_DPI = 192
"""Twice the 96 dots per inch at which a page shows the SVG."""


@dataclass(frozen=True)
class Figure:
    """One figure: ``name`` is its file name, ``description`` what a screen reader says."""

    name: str
    title: str
    description: str
    caption: str
    table: pd.DataFrame
    drawing: Drawing = field(repr=False, compare=False)

    def svg(self) -> str:
        """Return the SVG: text as text, a title and a description, the same bytes each time."""
        return self._svg

    @cached_property
    def _svg(self) -> str:
        buffer = io.StringIO()
        with drawing_style():
            self.drawing.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
        body = re.sub(r"\s*<metadata>.*?</metadata>", "", buffer.getvalue(), flags=re.DOTALL)
        body = re.sub(r"<!DOCTYPE.*?>\s*", "", body, flags=re.DOTALL)
        return self._described(self._with_own_ids(body))

    def inline_svg(self) -> str:
        """Return the SVG as it stands inside a page, its colours open to the page's own."""
        body = re.sub(r"<\?xml.*?\?>\s*", "", self.svg())
        for colour, token in TOKENS.items():
            body = re.sub(rf"(: ?){colour}\b", rf"\1var(--fig-{token}, {colour})", body)
        return body

    def png(self) -> bytes:
        """Return the same drawing as PNG at twice the size on screen."""
        buffer = io.BytesIO()
        with drawing_style():
            FigureCanvasAgg(self.drawing)
            self.drawing.savefig(
                buffer,
                format="png",
                dpi=PNG_DPI,
                metadata={"Software": None},
                pil_kwargs={"compress_level": 3},
            )
        return buffer.getvalue()

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write ``name.svg``, ``name.png`` and ``name.csv`` into ``folder``."""
        svg, png, csv = (folder / f"{self.name}.{end}" for end in ("svg", "png", "csv"))
        svg.write_text(self.svg(), encoding="utf-8", newline="\n")
        png.write_bytes(self.png())
        self.table.to_csv(csv, index=False, lineterminator="\n", encoding="utf-8")
        return svg, png, csv

    def _with_own_ids(self, body: str) -> str:
        """Many figures share one page, so every id carries the figure's name; none occurs twice."""
        seen: Counter[str] = Counter()

        def own(match: re.Match[str]) -> str:
            seen[match[1]] += 1
            again = f"-{seen[match[1]]}" if seen[match[1]] > 1 else ""
            return f'id="{self.name}-{match[1]}{again}"'

        body = re.sub(r'\bid="([^"]*)"', own, body)
        body = re.sub(r'href="#', f'href="#{self.name}-', body)
        return re.sub(r"url\(#", f"url(#{self.name}-", body)

    def _described(self, body: str) -> str:
        title, desc = f"{self.name}-title", f"{self.name}-desc"
        words = f'<title id="{title}">{escape(self.title)}</title>'
        words += f'<desc id="{desc}">{escape(self.description)}</desc>'
        head = rf'<svg role="img" aria-labelledby="{title}" aria-describedby="{desc}"'
        return re.sub(r"<svg([^>]*)>", lambda m: f"{head}{m.group(1)}>{words}", body, count=1)


def blank_drawing(width: float, height: float) -> Drawing:
    """Return an empty drawing (inches) that no global state of matplotlib knows of."""
    with drawing_style():
        drawing = Drawing(figsize=(width, height), dpi=96)
        FigureCanvasAgg(drawing)
    return drawing


def file_name(key: str) -> str:
    """Turn a protocol's key into a part of a file name that every system takes.

    >>> file_name("cbt plus/other")
    'cbt-plus-other'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", key).strip("-") or "other"
