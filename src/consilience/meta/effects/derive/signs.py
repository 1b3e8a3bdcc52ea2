"""Which way an unsigned statistic points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consilience.meta.effects.arrays import BoolArray, FloatArray
from consilience.meta.effects.derive.candidate import Rows

Note = tuple[BoolArray, str]


@dataclass(frozen=True)
class Sign:
    """+1 or -1 (arm 1 higher or lower), NaN where nothing tells; how it was found."""

    sign: FloatArray
    notes: tuple[Note, ...]


def mean_sign(rows: Rows) -> FloatArray:
    """Sign of the row's own means: of the changes, or of the posttests for a posttest statistic."""
    a, b = rows.arm1, rows.arm2
    difference = np.where(rows.stats.posttest, a.m_post - b.m_post, a.change - b.change)
    return np.where(difference == 0, np.nan, np.sign(difference))


def sign_of(rows: Rows, printed: FloatArray | None = None) -> Sign:
    """The means decide; without them the stated favour; without it the printed sign, if the kind has one."""
    means, favour = mean_sign(rows), rows.stats.favour_sign
    by_means = ~np.isnan(means)
    by_favour = ~by_means & ~np.isnan(favour)
    sign = np.where(by_means, means, favour)
    notes: list[Note] = [
        (by_means, "sign from the means"),
        (by_means & (means * favour < 0), "the means contradict the stated favour"),
        (by_favour, "sign from the stated favour"),
    ]
    if printed is not None:
        by_print = np.isnan(sign) & ~np.isnan(printed)
        sign = np.where(by_print, printed, sign)
        notes.append((by_print, "sign as printed, read as arm 1 minus arm 2"))
    return Sign(sign, tuple(notes))
