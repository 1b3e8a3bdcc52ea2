"""From a measure's name to its kernel's result."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pandas as pd

from consilience.meta.effects.families.kernel import Kernel, MeasureEffect, MeasureRules, unknown_vtype
from consilience.meta.effects.measure_inputs import measure_inputs
from consilience.meta.errors import InputError
from consilience.meta.glossary import Measure


def kernel_of(measure: Measure) -> Kernel:
    """The kernel function of a measure, imported when first used."""
    module, name = measure.kernel.split(":")
    kernel: Kernel = getattr(import_module(f"consilience.meta.effects.families.{module}"), name)
    return kernel


def compute_measure(measure: Measure, frame: pd.DataFrame, rules: MeasureRules) -> MeasureEffect:
    """Effects and variances of a table; NaN where a row gives none."""
    if rules.vtype not in measure.vtypes:
        raise unknown_vtype(measure.key, rules.vtype, " and ".join(measure.vtypes))
    if rules.to not in ("only0", "all", "if0all", "none"):
        raise InputError(f"to is {rules.to!r}; it must be 'only0', 'all', 'if0all' or 'none'.")
    if not rules.add >= 0:
        raise InputError(f"add is {rules.add!r}; what is added to zero cells cannot be negative.")
    with np.errstate(all="ignore"):
        effect = kernel_of(measure)(measure_inputs(measure, frame), rules)
    possible = np.isfinite(effect.vi) & (effect.vi >= 0)
    yi = np.where(np.isfinite(effect.yi), effect.yi, np.nan)
    return MeasureEffect(yi, np.where(possible, effect.vi, np.nan))
