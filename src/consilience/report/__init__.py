"""Reports: a synthesis result as a page, as figures and as tables."""

from __future__ import annotations

from typing import Any

__all__ = ["render_html", "write_report"]


def __getattr__(name: str) -> Any:
    """Load the drawing libraries only when a report is asked for."""
    if name == "write_report":
        from consilience.report.write import write_report

        return write_report
    if name == "render_html":
        from consilience.report.html import render_html

        return render_html
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
