"""The footnotes of a table: what a reader must know before trusting a row's numbers."""

from __future__ import annotations

import re
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

SHARE = re.compile(r"(\d+ of \d+) effects? (.+)")
"""Cautions that only differ in how many effects they concern share a sign."""


class Notes:
    """The footnotes of one table: cautions that say the same have the same sign."""

    def __init__(self) -> None:
        self._signs: dict[str, str] = {}
        self._shares: dict[str, list[str]] = {}

    def mark(self, cautions: Sequence[Caution]) -> str:
        """Return the signs of these cautions, for print above the line."""
        return ",".join(sorted({self._sign(c) for c in cautions}, key=_order))

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Return the footnotes: sign and message."""
        lines = ((sign, say.typeset(self._message(key))) for key, sign in self._signs.items())
        return tuple(sorted(lines, key=lambda line: _order(line[0])))

    def _message(self, key: str) -> str:
        shares = self._shares.get(key)
        if shares is None:
            return key
        if len(shares) == 1:
            return f"{shares[0]} effects {key}"
        return f"Effects that {key.rstrip('.')}: {', '.join(shares)} (in the order of the rows)."

    def _sign(self, caution: Caution) -> str:
        sign, key = COMMON.get(caution.code, ("", caution.message))
        if share := SHARE.fullmatch(caution.message):
            key = share[2]
            self._shares.setdefault(key, []).append(share[1])
        return self._signs.setdefault(key, sign or self._next_letter())

    def _next_letter(self) -> str:
        used = sum(sign.isalpha() for sign in self._signs.values())
        return ascii_lowercase[used % 26] * (1 + used // 26)


def _order(sign: str) -> tuple[bool, int, str]:
    """Put the common signs first, then a to z, then aa."""
    return sign.isalpha(), len(sign), sign
