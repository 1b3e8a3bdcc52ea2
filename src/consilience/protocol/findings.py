"""What is wrong in a protocol file: each finding with its place, its value and its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consilience.errors import InputError

Path = tuple[str | int, ...]
"""The way from the top of the file to a value: ``("markers", 3, "category")``."""

_LISTED = 12
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Finding:
    """One thing wrong in a protocol: where, what, and what would be right."""

    path: Path
    message: str
    value: str = ""
    allowed: tuple[str, ...] = ()
    nearest: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = [f"line {self.line}, column {self.column}"] if self.line else []
        if self.path:
            place.append(path_text(self.path))
        start = ", ".join(place)
        hint = f" Did you mean {self.nearest!r}?" if self.nearest else ""
        listed = f" Allowed: {_listed(self.allowed)}." if self.allowed else ""
        return f"{start + ': ' if start else ''}{self.message}{listed}{hint}"


class ProtocolError(InputError):
    """A protocol that cannot be used; ``findings`` holds all that is wrong with it at once."""

    def __init__(self, source: str, findings: Sequence[Finding]) -> None:
        self.source = source
        self.findings = tuple(findings)
        super().__init__("\n".join([_headline(source, len(findings)), *(f"  {f}" for f in self.findings)]))


def path_text(path: Path) -> str:
    """A path as people write it.

    >>> path_text(("markers", 3, "category"))
    'markers[3].category'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def shown(value: object) -> str:
    """A value as it is quoted in a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def nearest_word(word: object, allowed: Iterable[str]) -> str | None:
    """The allowed word most like the one written, if any is like it."""
    from rapidfuzz import fuzz, process, utils

    if not isinstance(word, str):
        return None
    best = process.extractOne(
        word[:200], list(allowed), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=70
    )
    return None if best is None else str(best[0])


def _listed(allowed: Sequence[str]) -> str:
    """The allowed words, shortened where there are many."""
    more = f" and {len(allowed) - _LISTED} more" if len(allowed) > _LISTED else ""
    return ", ".join(allowed[:_LISTED]) + more


def _headline(source: str, count: int) -> str:
    """What was read and how many things are wrong with it."""
    return f"The protocol {source} has {count} problem{'s' if count != 1 else ''}:"
