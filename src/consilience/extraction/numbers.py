"""From the text of cells to numbers, intervals, flags and choices: whole columns at a time."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from consilience.extraction.columns import Column

Decimal = Literal[".", ","]
Floats = npt.NDArray[np.float64]

MISSING = frozenset(
    [
        "",
        "na",
        "n/a",
        "n.a.",
        "nan",
        "nr",
        "n.r.",
        "not reported",
        "not stated",
        "none",
        "null",
        "-",
        "--",
        "–",
        "—",
        ".",
        "?",
        "missing",
        "unknown",
        "<na>",
    ]
)
"""Ways to write "no value" in a cell of numbers."""

MISSING_TEXT = frozenset(
    ["", "na", "n/a", "nan", "nr", "not reported", "null", "-", "--", "–", "—", ".", "<na>"]
)
"""Ways to write "no value" in a cell of text, where "none" or "unknown" may be an answer."""

_MINUS = str.maketrans(
    {"−": "-", "‐": "-", "‑": "-", "–": "-", "\u00a0": "", "\u202f": "", "\u2009": "", "'": ""}
)
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBER_ONLY = re.compile(_NUMBER)
_POINT_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+\.\d+")
_COMMA_THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+")
_INTERVAL = re.compile(
    rf"[\[(]?\s*({_NUMBER})\s*(?:;|,\s|:|\bto\b|\.\.|-|–)\s*({_NUMBER})\s*[\])]?", re.IGNORECASE
)


def blank(texts: pd.Series, words: frozenset[str] = MISSING) -> npt.NDArray[np.bool_]:
    """Where a column of stripped text has no value."""
    return texts.str.lower().isin(list(words)).to_numpy(dtype=bool)


def decimal_mark(texts: pd.Series) -> tuple[int, int]:
    """How many cells of a column can only be read with a point, and how many only with a comma."""
    return (
        int(texts.str.fullmatch(r"[-+−]?\d*\.\d+").sum()),
        int(texts.str.fullmatch(r"[-+−]?\d*,\d+").sum()),
    )


def to_numbers(texts: pd.Series, decimal: Decimal = ".") -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Read a column as numbers: values (NaN where none) and where a cell is not a number.

    >>> to_numbers(pd.Series(["1.5", "NR", "0.2.5", "−3"]))
    (array([ 1.5,  nan,  nan, -3. ]), array([False, False,  True, False]))
    """
    fast = texts.str.replace(",", ".", regex=False) if decimal == "," else texts
    # A point in a table that uses commas is left to the careful reader, which refuses it.
    mixed = (
        texts.str.contains(".", regex=False).to_numpy(dtype=bool)
        if decimal == ","
        else np.zeros(len(texts), bool)
    )
    values = pd.to_numeric(fast, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    values[mixed | ~np.isfinite(values)] = np.nan
    open_cells = np.isnan(values) & ~blank(texts)
    for place in np.flatnonzero(open_cells).tolist():
        number = one_number(str(texts.iat[place]), decimal)
        if number is not None:
            values[place], open_cells[place] = number, False
    return values, open_cells


def one_number(text: str, decimal: Decimal = ".") -> float | None:
    """Read one cell carefully: typographic minus signs, thousands, a trailing percent sign.

    >>> one_number("−0,25", ","), one_number("1,234.5"), one_number("0.2.5")
    (-0.25, 1234.5, None)
    """
    cleaned = text.strip().translate(_MINUS).replace(" ", "").removesuffix("%")
    if decimal == ",":
        cleaned = cleaned.replace(".", "") if _COMMA_THOUSANDS.fullmatch(cleaned) else cleaned
        if "." in cleaned:
            return None
        cleaned = cleaned.replace(",", ".")
    elif _POINT_THOUSANDS.fullmatch(cleaned):
        cleaned = cleaned.replace(",", "")
    value = float(cleaned) if _NUMBER_ONLY.fullmatch(cleaned) else np.nan
    return value if np.isfinite(value) else None


def one_interval(text: str, decimal: Decimal = ".") -> str | None:
    """Read "lo;hi" (also "lo to hi", "[lo, hi]") into "lo;hi" with decimal points, or ``None``.

    >>> one_interval("(-34.3 to 65.4)"), one_interval("4,1; 101,8", ","), one_interval("4.1")
    ('-34.3;65.4', '4.1;101.8', None)
    """
    cleaned = text.strip().translate(_MINUS)
    if decimal == ",":
        cleaned = re.sub(r"(?<=\d),(?=\d)", ".", cleaned)
    elif cleaned.startswith(("(", "[")):
        # Without brackets "4,1" may be one number with a decimal comma.
        cleaned = cleaned.replace(",", ";")
    found = _INTERVAL.fullmatch(cleaned)
    return f"{found[1]};{found[2]}" if found else None


def to_intervals(texts: pd.Series, decimal: Decimal = ".") -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Read a column of intervals: canonical texts (``None`` where none) and where a cell is not one."""
    out = np.full(len(texts), None, dtype=object)
    bad = ~blank(texts)
    for place in np.flatnonzero(bad).tolist():
        out[place] = one_interval(str(texts.iat[place]), decimal)
        bad[place] = out[place] is None
    return out, bad


def to_choices(texts: pd.Series, column: Column) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Read a column of words into the column's own choices, and where a word is none of them."""
    spellings = {name.lower(): name for name, _ in column.choices}
    for name, others in column.choices:
        spellings.update(dict.fromkeys(others, name))
    words = texts.str.lower().str.replace(r"\s+", " ", regex=True)
    read = words.map(spellings).astype(object)
    bad = read.isna().to_numpy(dtype=bool) & ~blank(texts, MISSING_TEXT)
    return read.where(read.notna(), None).to_numpy(dtype=object), bad


FLAG = Column(
    "",
    "flag",
    "statistic",
    "",
    choices=(("true", ("yes", "y", "1", "t", "1.0")), ("false", ("no", "n", "0", "f", "0.0"))),
)


def to_flags(texts: pd.Series) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Read a column of yes and no into ``True``, ``False`` and ``None``."""
    words, bad = to_choices(texts, FLAG)
    return np.array([None if w is None else w == "true" for w in words], dtype=object), bad
