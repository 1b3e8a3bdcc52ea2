"""The footnotes of a table: what a reader must know before trusting a row's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

from consilience.report import numerals as say
from consilience.synthesis.result import Caution

COMMON = {
    "low_df": (
        "†",
        "Fewer than 4 degrees of freedom: the standard error, interval and p value are unreliable.",
    ),
    "few_studies": ("‡", "Fewer than 5 studies: read as a first sign."),
}
"""Cautions whose number already stands in the row: one sign and one sentence for all rows."""


class Notes:
    """The footnotes of one table: the same message gets the same sign."""

    def __init__(self) -> None:
        self._signs: dict[str, str] = {}

    def mark(self, cautions: Sequence[Caution]) -> str:
        """Return the signs of these cautions, for print above the line."""
        return ",".join(dict.fromkeys(self._sign(c) for c in cautions))

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Return the footnotes: sign and message."""
        return tuple((sign, say.typeset(message)) for message, sign in self._signs.items())

    def _sign(self, caution: Caution) -> str:
        sign, message = COMMON.get(caution.code, ("", caution.message))
        return self._signs.setdefault(message, sign or self._next_letter())

    def _next_letter(self) -> str:
        used = sum(sign.isalpha() for sign in self._signs.values())
        return ascii_lowercase[used % 26] * (1 + used // 26)
