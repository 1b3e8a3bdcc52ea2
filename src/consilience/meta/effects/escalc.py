"""The entry to all effect-size measures."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.effects.derive.choose import PPCOptions, derive_ppc
from consilience.meta.effects.families.kernel import AddTo, MeasureRules
from consilience.meta.effects.measure_inputs import merge_arguments
from consilience.meta.effects.measures import compute_measure
from consilience.meta.effects.ppc import Formula, Variance
from consilience.meta.effects.small_sample import Apply, Factor, SmallSampleRule
from consilience.meta.errors import InputError
from consilience.meta.glossary import measure_named


def escalc(
    measure: str, data: Any = None, *,
    r: Any = 0.5, formula: Formula = "d_ppc2", variance: Variance = "morris2008",
    small_sample: Factor = "exact", small_sample_apply: Apply = "always", df_limit: float | None = None,
    allow_posttest_only: bool = True, allow_p_bounds: bool = False, r_from_change_sd: bool = True,
    vtype: str = "LS", correct: bool = True,
    add: float | None = None, to: AddTo = "only0", drop00: bool = False,
    append: bool = True, **columns: Any,
) -> Any:  # fmt: skip
    """Effect sizes ``yi`` and their sampling variances ``vi`` for every row of a table.

    ``measure`` is a name of the glossary. ``"PPC"`` reads a trial table (``n_arm1``,
    ``baseline_m_arm1``, ``baseline_sd_arm1``, ``mean_arm1``, ``mean_change_arm1``, ``reported_stat``
    ...; arm 1 = intervention) and takes, for every row, the most trusted path that its numbers
    allow: J (Δ1 - Δ2)/SD with the SD of ``formula`` and the variance named by ``variance`` (Morris
    2008); positive = arm 1 rose more. It adds ``derivation``, ``assumptions``, ``r_used``,
    ``r_source``, ``J``, ``df`` and ``not_estimable`` (a reason, or empty). ``r`` is the pre-post
    correlation where the row has none: one number, or one for each row. All other measures take
    the columns ``m1i sd1i n1i ...`` under metafor's names, from ``data`` or by keyword (a column's
    name or an array), with metafor's ``vtype``, ``correct``, ``add``, ``to`` and ``drop00``.

    ``data`` may be a pandas or polars frame (the same kind comes back, same rows and index);
    without it a frame of the arrays is returned. ``append=False`` returns the new columns only.
    Raises ``InputError`` for wrong arguments and for text in a number's place; a row that gives no
    effect has NaN.

    >>> es = escalc("SMD", m1i=[5.2], sd1i=[1.9], n1i=[20], m2i=[4.1], sd2i=[2.1], n2i=[22])
    >>> es[["yi", "vi"]].round(5).values.tolist()
    [[0.5376, 0.0989]]
    """
    entry = measure_named(measure)
    is_polars = type(data).__module__.startswith("polars")
    frame = merge_arguments(_as_pandas(data, is_polars), columns)
    rule = SmallSampleRule(small_sample, small_sample_apply if correct else "never", df_limit)
    if entry.key == "PPC":
        options = PPCOptions(formula, variance, rule, allow_posttest_only, allow_p_bounds, r_from_change_sd)
        with np.errstate(all="ignore"):
            result = derive_ppc(frame, r, options)
    else:
        plus = entry.add if add is None else add
        effect = compute_measure(entry, frame, MeasureRules(vtype, rule, plus, to, drop00))
        result = pd.DataFrame({"yi": effect.yi, "vi": effect.vi}, index=frame.index)
    if append:
        kept = frame.drop(columns=[c for c in result.columns if c in frame.columns])
        result = pd.concat([kept, result], axis=1)
    return importlib.import_module("polars").from_pandas(result) if is_polars else result


def _as_pandas(data: Any, is_polars: bool) -> pd.DataFrame | None:
    """The table as a pandas frame, or None where only arrays were given."""
    if data is None:
        return None
    frame = data.to_pandas() if is_polars else data
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"data is a {type(data).__name__}; it must be a pandas or polars data frame.")
    return frame
