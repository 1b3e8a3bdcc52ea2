"""Counts of events as checked arrays: two-by-two tables and person-time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.errors import InputError
from consilience.meta.univariate.basis import Array
from consilience.meta.univariate.inputs import numbers


@dataclass(frozen=True)
class Counts:
    """Events ``a`` of ``n1`` in arm 1 and ``c`` of ``n2`` in arm 2 (people, or person-time for rates)."""

    a: Array
    n1: Array
    c: Array
    n2: Array

    @property
    def total(self) -> Array:
        """People (or person-time) per study."""
        return self.n1 + self.n2

    @property
    def events(self) -> Array:
        """Events per study."""
        return self.a + self.c

    def keep(self, rows: np.ndarray) -> Counts:
        """Some of the studies."""
        return Counts(self.a[rows], self.n1[rows], self.c[rows], self.n2[rows])


def read_counts(data: pd.DataFrame | None, given: dict[str, Any], whole: bool) -> Counts:
    """Events and denominators from columns or arrays; studies with a blank are left out.

    ``whole`` says that denominators are people, so events may not exceed them.
    """
    columns = {name: numbers(name, value, data) for name, value in given.items()}
    sizes = {name: values.size for name, values in columns.items()}
    if len(set(sizes.values())) > 1:
        raise InputError(f"The counts have different lengths ({sizes}). Give one value per study in each.")
    counts = Counts(*columns.values())
    stacked = np.column_stack(list(columns.values()))
    rows = np.flatnonzero(np.isfinite(stacked).all(axis=1))
    if rows.size == 0:
        raise InputError(f"No study has all of {', '.join(columns)}. Check the columns.")
    _check(counts, tuple(columns), whole)
    return counts.keep(rows)


def _check(counts: Counts, names: tuple[str, ...], whole: bool) -> None:
    for name, values in zip(names, (counts.a, counts.n1, counts.c, counts.n2)):
        bad = np.flatnonzero(values < 0)
        if bad.size:
            raise InputError(
                f"{name}[{bad[0]}] is {values[bad[0]]:g}. Counts cannot be negative; correct it."
            )
    for j, (n, a) in enumerate(((counts.n1, counts.a), (counts.n2, counts.c))):
        event, size = names[2 * j], names[2 * j + 1]
        bad = np.flatnonzero((a > n) if whole else (n <= 0))
        if bad.size and whole:
            raise InputError(
                f"{event}[{bad[0]}] is {a[bad[0]]:g} but {size}[{bad[0]}] is {n[bad[0]]:g}. "
                "Events cannot exceed people; correct one of them."
            )
        if bad.size:
            raise InputError(
                f"{size}[{bad[0]}] is {n[bad[0]]:g}. Person-time must be above zero; correct it."
            )
