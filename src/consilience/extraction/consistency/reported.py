"""A reported t, F or p against the row's own means, SDs and sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from consilience.extraction.consistency.numbers import (
    ArmNumbers,
    Bools,
    Floats,
    Printed,
    half_width,
    text,
)
from consilience.extraction.consistency.recompute import TRange, change_t, posttest_t, two_sided_p
from consilience.extraction.findings import Findings
from consilience.meta.effects.reported import ReportedStat, parse_reported_stat

_SETTLE = (
    "Look the statistic, the means, the SDs and the arms' sizes up again. If the SDs are standard errors, "
    "set "
    "sd_from to SE. A test that was adjusted for covariates, or one-sided, may explain it: note what you "
    "found. "
    "The row is used as it stands."
)


@dataclass(frozen=True)
class _Reported:
    """Printed statistics, one array per kind: NaN where the row has none."""

    t: Printed
    df: Floats
    p: Printed
    p_below: Floats
    p_above: Floats


def check_reported(frame: pd.DataFrame, a: ArmNumbers, b: ArmNumbers, findings: Findings) -> None:
    """Flag statistics that no reasonable reading of the row's numbers reproduces."""
    texts = text(frame, "reported_stat")
    if not (texts != "").any():
        return
    seen = _read(texts)
    _check_df(seen, a, b, texts, findings)
    _check_t_with_p(seen, a, b, texts, findings)
    ranges = _readings(frame, a, b)
    _check_t(seen, ranges, a, b, texts, findings)
    _check_p(seen, ranges, texts, findings)


def _read(texts: np.ndarray[tuple[int], np.dtype[np.object_]]) -> _Reported:
    """Parse every different text once."""
    parsed = {words: parse_reported_stat(str(words)) for words in pd.unique(texts)}
    rows = [_one(parsed[words]) for words in texts]
    t, df, p, below, above = (np.array(column, dtype=np.float64) for column in zip(*rows))
    return _Reported(Printed(t, half_width(t)), df, Printed(p, half_width(p)), below, above)


def _one(found: tuple[ReportedStat, ...]) -> tuple[float, float, float, float, float]:
    """|t| (also from F with one numerator df), its df, exact p, and p's bounds."""
    t = df = p = below = above = np.nan
    for stat in found:
        if stat.kind == "t":
            t, df = abs(stat.value), np.nan if stat.df1 is None else stat.df1
        elif stat.kind == "F" and stat.df1 in (None, 1.0) and stat.value >= 0 and np.isnan(t):
            t, df = stat.value**0.5, np.nan if stat.df2 is None else stat.df2
        elif stat.kind == "p":
            p = stat.value
        elif stat.kind == "p_bound":
            below, above = (stat.value, above) if stat.relation.startswith("<") else (below, stat.value)
    return t, df, p, below, above


def _readings(frame: pd.DataFrame, a: ArmNumbers, b: ArmNumbers) -> TRange:
    """The |t| that the row's numbers allow, for what the statistic is said to compare (else for either)."""
    of = text(frame, "reported_stat_of")
    post, change = posttest_t(a, b), change_t(a, b)
    only_post, only_change = of == "posttest", np.isin(of, ["change", "interaction"])

    def choose(x: Floats, y: Floats, both: Floats) -> Floats:
        return np.where(only_post, x, np.where(only_change, y, both))

    return TRange(
        choose(post.low, change.low, np.fmin(post.low, change.low)),
        choose(post.high, change.high, np.fmax(post.high, change.high)),
        choose(
            post.as_printed,
            change.as_printed,
            np.where(np.isnan(post.as_printed), change.as_printed, post.as_printed),
        ),
        post.df,
    )


def _check_df(seen: _Reported, a: ArmNumbers, b: ArmNumbers, texts: object, findings: Findings) -> None:
    """Degrees of freedom beside the arms' sizes."""
    expected = a.n + b.n - 2
    findings.flag(
        seen.df > expected,
        "warning",
        "df_too_large",
        "reported_stat: '{value}' has more degrees of freedom than the arms' sizes allow ({detail}).",
        "Check n_arm1 and n_arm2: the test was made on more people, or on other arms too.",
        column="reported_stat",
        values=texts,
        details=_shown(expected, "{:g}"),
    )
    findings.flag(
        seen.df < expected - 3,
        "warning",
        "df_smaller",
        "reported_stat: '{value}' has fewer degrees of freedom than the arms' sizes give ({detail}).",
        "The test was made on fewer people: if the report gives their number per arm, type it in n_arm1 "
        "and n_arm2.",
        column="reported_stat",
        values=texts,
        details=_shown(expected, "{:g}"),
    )


def _check_t_with_p(seen: _Reported, a: ArmNumbers, b: ArmNumbers, texts: object, findings: Findings) -> None:
    """A printed t (or F) beside the p printed with it."""
    df = np.where(np.isnan(seen.df), a.n + b.n - 2, seen.df)
    smallest = two_sided_p(seen.t.value + seen.t.half, df)
    largest = two_sided_p(np.maximum(seen.t.value - seen.t.half, 0), df)
    off = _outside(seen, smallest, largest)
    findings.flag(
        off,
        "warning",
        "t_and_p_disagree",
        "reported_stat: '{value}': the statistic gives p = {detail}, not the p printed with it.",
        "Look both up again; a one-sided test gives half the p.",
        column="reported_stat",
        values=texts,
        details=_shown(two_sided_p(seen.t.value, df), "{:.3g}"),
    )


def _outside(seen: _Reported, smallest: Floats, largest: Floats) -> Bools:
    """Where a printed p, or bound of p, lies outside a range of p."""
    exact = (seen.p.value + seen.p.half < smallest) | (seen.p.value - seen.p.half > largest)
    bounds = (smallest > seen.p_below) | (largest < seen.p_above)
    return np.asarray(np.where(np.isnan(seen.p.value), bounds, exact), dtype=np.bool_)


def _check_t(
    seen: _Reported, may: TRange, a: ArmNumbers, b: ArmNumbers, texts: object, findings: Findings
) -> None:
    """A printed t (or F) against the row's own numbers."""
    high, low = seen.t.value + seen.t.half, seen.t.value - seen.t.half
    off = (high < may.low) | (low > may.high)
    root = np.sqrt((a.n + b.n) / 2)
    too_small = off & (np.abs(may.as_printed - seen.t.value * root) < 0.15 * may.as_printed)
    hint = np.where(too_small, " It would fit if the SDs were standard errors.", "")
    findings.flag(
        off,
        "warning",
        "t_does_not_follow",
        "reported_stat: '{value}' does not follow from the row's means, SDs and sizes, which give {detail}",
        _SETTLE,
        column="reported_stat",
        values=texts,
        details=_range_text(may, hint),
    )


def _check_p(seen: _Reported, may: TRange, texts: object, findings: Findings) -> None:
    """A printed p against the row's own numbers, where no t was printed."""
    smallest, largest = two_sided_p(may.high, may.df), two_sided_p(may.low, may.df)
    off = np.isnan(seen.t.value) & _outside(seen, smallest, largest)
    one_sided = off & (np.abs(2 * seen.p.value - two_sided_p(may.as_printed, may.df)) < 2 * seen.p.half)
    hint = np.where(one_sided, " A one-sided test would give the printed p.", "")
    findings.flag(
        off,
        "warning",
        "p_does_not_follow",
        "reported_stat: '{value}' does not follow from the row's means, SDs and sizes, which give {detail}",
        _SETTLE,
        column="reported_stat",
        values=texts,
        details=lambda i: f"p from {smallest[i]:.2g} to {largest[i]:.2g}.{hint[i]}",
    )


def _range_text(may: TRange, hint: np.ndarray[tuple[int], np.dtype[np.str_]]) -> Callable[[int], str]:
    def tell(i: int) -> str:
        span = f"from {may.low[i]:.2f} to {may.high[i]:.2f}"
        return f"|t| = {may.as_printed[i]:.2f} ({span} allowing for rounding).{hint[i]}"

    return tell


def _shown(values: Floats, form: str) -> Callable[[int], str]:
    return lambda i: form.format(values[i])
