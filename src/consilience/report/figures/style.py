"""The look of the figures: ink, data colours (Okabe and Ito's palette) and matplotlib settings."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

# Each of these colours is one token: a page may replace it by its own variable (dark mode), so
# no two tokens may share a value.
INK = "#1b1f24"
MUTED = "#59636d"
RULE = "#c8ced5"
PANEL = "#f1f3f5"
PAPER = "#fefefe"
BLUE = "#0072b2"
VERMILLION = "#c75300"
CELL_INK = "#14171a"
"""Text on a coloured cell: it stays dark in dark mode, as the cell stays light."""

TOKENS = {INK: "ink", MUTED: "muted", RULE: "rule", PANEL: "panel", PAPER: "paper", BLUE: "blue",
          VERMILLION: "vermillion"}  # fmt: skip

SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "consilience",
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "text.color": INK,
    "text.hinting": "none",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": PAPER,
    "path.simplify": False,
}


@contextmanager
def drawing_style() -> Iterator[None]:
    """Apply the figures' settings; a script that no font holds is drawn as a box, not as a warning."""
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*missing from.*", category=UserWarning)
        yield


def printable(text: str) -> str:
    """Drop what an XML file cannot hold and make one line of it."""
    kept = "".join(" " if ch in "\t\r\n" else ch for ch in text if _allowed(ch))
    return " ".join(part for part in kept.split(" ") if part)


def _allowed(ch: str) -> bool:
    code = ord(ch)
    if ch in "\t\r\n":
        return True
    return (
        code >= 0x20 and not 0x7F <= code <= 0x9F and not 0xD800 <= code <= 0xDFFF and code & 0xFFFE != 0xFFFE
    )


def width_of(text: str) -> int:
    """Count columns: a wide (CJK, emoji) character takes two, a combining mark none."""
    return sum(_columns(ch) for ch in text)


def _columns(ch: str) -> int:
    if unicodedata.combining(ch):
        return 0
    return 2 if unicodedata.east_asian_width(ch) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """Cut a label to ``width`` columns, with an ellipsis where something was cut.

    >>> shorten("Bower 2015", 20), shorten("Antoni and colleagues 2012", 12)
    ('Bower 2015', 'Antoni and…')
    """
    text = printable(text)
    if width_of(text) <= width:
        return text
    kept = ""
    for ch in text:
        if width_of(kept + ch) > width - 1:
            break
        kept += ch
    return kept.rstrip() + "…"
