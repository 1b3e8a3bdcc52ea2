"""The figures of a report in the order in which its sections place them."""

from __future__ import annotations

from collections.abc import Iterable

from consilience.report.document import Picture
from consilience.report.figures import Figure


class Pictures:
    """The report's figures by name; each is numbered when it is first placed."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._figures = {f.name: f for f in figures}
        self._placed = 0

    def take(self, name: str) -> tuple[Picture, ...]:
        """Return the figure of this name, or its pages (``name-01``, ...), numbered on."""
        found = [f for n, f in self._figures.items() if n == name or n.startswith(f"{name}-")]
        self._placed += len(found)
        return tuple(Picture(f, self._placed - len(found) + i + 1) for i, f in enumerate(found))
