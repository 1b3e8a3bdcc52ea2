"""What was assumed for each row, and why a row gives no effect."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import BoolArray, TextArray


class Notes:
    """Short statements collected row by row, in the order in which they were made."""

    def __init__(self, size: int) -> None:
        self._text: TextArray = np.full(size, "", dtype=object)

    def add(self, where: BoolArray, statement: str) -> None:
        """Add a statement to the rows of a mask."""
        if where.any():
            old = self._text[where]
            self._text[where] = np.where(old == "", statement, old + ("; " + statement))

    def text(self) -> TextArray:
        """The statements of each row, joined by semicolons."""
        return self._text.copy()


def first_reason(size: int, reasons: list[tuple[BoolArray, str]]) -> TextArray:
    """The first reason that holds for each row, in the order given."""
    out: TextArray = np.full(size, "", dtype=object)
    for where, reason in reversed(reasons):
        out[where] = reason
    return out
