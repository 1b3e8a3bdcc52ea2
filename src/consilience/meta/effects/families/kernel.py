"""What a kernel takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.effects.small_sample import DEFAULT_RULE, SmallSampleRule
from consilience.meta.errors import InputError

AddTo = Literal["only0", "all", "if0all", "none"]


@dataclass(frozen=True)
class MeasureRules:
    """The choices that measures share: variance type, small-sample rule, additions to zero cells."""

    vtype: str = "LS"
    small_sample: SmallSampleRule = DEFAULT_RULE
    add: float = 0.5
    to: AddTo = "only0"
    drop00: bool = False


@dataclass(frozen=True)
class MeasureEffect:
    """Effects and sampling variances; NaN where the inputs give none."""

    yi: FloatArray
    vi: FloatArray


Inputs = Mapping[str, FloatArray]
Kernel = Callable[[Inputs, MeasureRules], MeasureEffect]


def unknown_vtype(measure: str, vtype: str, known: str) -> InputError:
    """The error for a variance type that a measure does not have."""
    return InputError(f"vtype is {vtype!r}; {measure} has {known}.")


def weighted_mean(values: FloatArray, weights: FloatArray) -> float:
    """Mean of the values weighted by people, over the rows that have both."""
    ok = ~np.isnan(values + weights)
    total = weights[ok].sum()
    return float((values[ok] * weights[ok]).sum() / total) if total > 0 else float("nan")
