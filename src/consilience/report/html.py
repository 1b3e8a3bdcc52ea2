"""A report as one self-contained HTML page: its style and its figures stand inside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from consilience.report.assemble import build_document
from consilience.report.document import Document
from consilience.report.figures import Figure, all_figures
from consilience.synthesis.result import SynthesisResult


def render_html(
    result: SynthesisResult, figures: Sequence[Figure] | None = None, *, files: bool = False
) -> str:
    """Return the report of ``result`` as one HTML page that loads nothing from elsewhere.

    ``figures`` are drawn when they are not given. With ``files`` each figure links to its SVG, PNG
    and CSV in a folder ``figures`` beside the page.
    """
    drawn = tuple(all_figures(result)) if figures is None else figures
    return render_document(build_document(result, drawn), files=files)


def render_document(document: Document, *, files: bool = False) -> str:
    """Set a document in HTML."""
    environment = _environment()
    style = environment.loader.get_source(environment, "style.css")[0] if environment.loader else ""
    page = environment.get_template("report.html.j2").render(
        doc=document, anchors={s.id: s.title for s in document.sections}, style=Markup(style), files=files
    )
    return re.sub(r"\n\s*\n+", "\n", page)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("consilience.report", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["inline"] = lambda figure: Markup(figure.inline_svg())
    environment.filters["printable"] = _printable
    environment.tests["address"] = is_address
    return environment


def is_address(text: str) -> bool:
    """Say whether a cell is a web address, and nothing else, that may safely be a link."""
    return re.fullmatch(r"https?://[^\s<>\"']+", text) is not None


def _printable(text: str) -> str:
    """Drop control characters, which HTML does not allow."""
    return "".join(ch for ch in text if ch in "\t\n" or (ord(ch) >= 0x20 and not 0x7F <= ord(ch) <= 0x9F))
