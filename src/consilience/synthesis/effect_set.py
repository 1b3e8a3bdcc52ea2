"""The effects of an analysis as arrays, so that hundreds of subsets are pooled in little time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.synthesis.participants import arm_codes, count_participants

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Words = NDArray[np.object_]


@dataclass
class EffectTable:
    """The whole table of effects, with its columns as arrays, each made when first asked for."""

    frame: pd.DataFrame
    _words: dict[str, Words] = field(default_factory=dict)
    _numbers: dict[str, Floats] = field(default_factory=dict)

    def words(self, name: str) -> Words:
        """A column as text, ``None`` where it is empty or the table lacks it."""
        if name not in self._words:
            empty = np.full(len(self.frame), None, dtype=object)
            self._words[name] = text_or_none(self.frame[name]) if name in self.frame else empty
        return self._words[name]

    def numbers(self, name: str) -> Floats:
        """A column as floats, NaN where it is empty or the table lacks it."""
        if name not in self._numbers:
            self._numbers[name] = numbers(self.frame, name)
        return self._numbers[name]


@dataclass(frozen=True)
class EffectSet:
    """Effects ready for pooling: one entry per effect.

    ``rows`` says where they stand in ``table``. ``study`` holds codes into ``study_names``; ``arm1``
    and ``arm2`` code the distinct arms of all studies, so that an arm which serves several effects is
    counted once.
    """

    table: EffectTable
    rows: Ints
    yi: Floats
    vi: Floats
    study: Ints
    study_names: Words
    arm1: Ints
    arm2: Ints
    n1: Floats
    n2: Floats

    @classmethod
    def of(cls, frame: pd.DataFrame) -> EffectSet:
        """All effects of a frame with the columns ``effect_id``, ``study``, ``yi`` and ``vi``."""
        codes, names = pd.factorize(frame["study"].astype(str), sort=True)
        arm1, arm2 = arm_codes(frame)
        return cls(
            table=EffectTable(frame.reset_index(drop=True)),
            rows=np.arange(len(frame)),
            yi=frame["yi"].to_numpy(dtype=np.float64),
            vi=frame["vi"].to_numpy(dtype=np.float64),
            study=codes.astype(np.int64),
            study_names=np.asarray(names, dtype=object),
            arm1=arm1,
            arm2=arm2,
            n1=numbers(frame, "n_arm1"),
            n2=numbers(frame, "n_arm2"),
        )

    def where(self, mask: Mask) -> EffectSet:
        """The effects for which ``mask`` is true; the codes keep their meaning."""
        parts = ("rows", "yi", "vi", "study", "arm1", "arm2", "n1", "n2")
        return replace(self, **{name: getattr(self, name)[mask] for name in parts})

    @property
    def k_effects(self) -> int:
        """How many effects there are."""
        return int(self.yi.size)

    @property
    def k_studies(self) -> int:
        """From how many studies they come."""
        return int(np.unique(self.study).size)

    @property
    def participants(self) -> int | None:
        """People behind the effects: see :func:`~consilience.synthesis.participants.count_participants`."""
        return count_participants(self.arm1, self.arm2, self.n1, self.n2)

    @property
    def effect_ids(self) -> tuple[str, ...]:
        """Which effects these are."""
        return tuple(self.words("effect_id"))

    def words(self, name: str) -> Words:
        """A column of text, ``None`` where empty."""
        return self.table.words(name)[self.rows]

    def numbers(self, name: str) -> Floats:
        """A column of numbers, NaN where empty."""
        return self.table.numbers(name)[self.rows]

    def is_equal(self, name: str, value: str) -> Mask:
        """Where a column holds the given word."""
        return np.asarray(self.words(name) == value, dtype=bool)


def text_or_none(column: pd.Series) -> Words:
    """A column as an array of str and None."""
    objects = column.astype(object)
    return np.array([None if empty else str(x) for x, empty in zip(objects, column.isna())], dtype=object)


def numbers(frame: pd.DataFrame, name: str) -> Floats:
    """A column as floats; NaN where the table lacks it."""
    if name not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
