"""The paths from printed statistics: t, F, z, p, η², of the change or of the posttest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from consilience.meta.effects.arrays import BoolArray, FloatArray
from consilience.meta.effects.derive.candidate import Candidate, Metric, Rows
from consilience.meta.effects.derive.signs import Sign, sign_of


@dataclass(frozen=True)
class _Test:
    """A statistic as |t| with its kind, sign and the people it implies."""

    kind: str
    t: FloatArray
    sign: Sign
    n_total: FloatArray
    note: str = ""


def from_statistics(rows: Rows, *, posttest: bool, allow_p_bounds: bool) -> tuple[Candidate, ...]:
    """Candidates from t, F, η², z, p and p bounds, in this order."""
    wanted = (rows.stats.posttest if posttest else ~rows.stats.posttest) & ~rows.stats.within
    tests = [_t_test(rows), _f_test(rows), _eta_test(rows), _z_test(rows), _p_test(rows, "p")]
    if allow_p_bounds:
        tests.append(_p_test(rows, "p_bound"))
    return tuple(_candidate(rows, test, wanted, "post" if posttest else "change") for test in tests)


def _candidate(rows: Rows, test: _Test, wanted: BoolArray, metric: Metric) -> Candidate:
    """d = sign · |t| · √(1/n1 + 1/n2)."""
    n1, n2, split = _sizes(rows, test.n_total)
    d = np.where(wanted, test.sign.sign * test.t * np.sqrt(1 / n1 + 1 / n2), np.nan)
    d = np.where(wanted & (test.t == 0), 0.0, d)
    everywhere = np.ones(len(d), dtype=bool)
    notes = [*test.sign.notes, (split, "arms taken as equal in size, from the degrees of freedom")]
    if test.note:
        notes.append((everywhere, test.note))
    if metric == "change":
        notes.append((rows.stats.of_missing, "statistic read as a test of the difference in change"))
        notes.append((everywhere, "change metric turned into raw metric through r"))
    code = test.kind + ("_posttest" if metric == "post" else "_change" if test.kind == "t" else "")
    return Candidate(code, d, n1, n2, metric, tuple(notes))


def _sizes(rows: Rows, n_total: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Arm sizes, halves of the total where the table states none."""
    n1, n2 = rows.arm1.n, rows.arm2.n
    bad = rows.arm1.bad_n | rows.arm2.bad_n
    split = (np.isnan(n1) | np.isnan(n2)) & (n_total >= 4) & ~bad
    return np.where(split, n_total / 2, n1), np.where(split, n_total / 2, n2), split


def _t_test(rows: Rows) -> _Test:
    """Student's t of two arms."""
    v = rows.stats.values["t"]
    return _Test("t", np.abs(v[:, 0]), sign_of(rows, v[:, 3]), v[:, 1] + 2)


def _f_test(rows: Rows) -> _Test:
    """F with one numerator degree of freedom: t = √F."""
    v = rows.stats.values["F"]
    usable = (np.isnan(v[:, 1]) | (v[:, 1] == 1)) & (v[:, 0] >= 0)
    return _Test("F", np.sqrt(np.where(usable, v[:, 0], np.nan)), sign_of(rows), v[:, 2] + 2)


def _eta_test(rows: Rows) -> _Test:
    """Partial η² of a 1-df effect: F = η² (N - 2) / (1 - η²)."""
    eta = rows.stats.values["eta2"][:, 0]
    eta = np.where((eta >= 0) & (eta < 1), eta, np.nan)
    F = eta / (1 - eta) * (rows.arm1.n + rows.arm2.n - 2)
    return _Test("eta2", np.sqrt(F), sign_of(rows), np.full(len(eta), np.nan), "η² read as that of one df")


def _z_test(rows: Rows) -> _Test:
    """A normal deviate, read as t through its p on N - 2 degrees of freedom."""
    v = rows.stats.values["z"]
    p = 2 * stats.norm.sf(np.abs(v[:, 0]))
    return _Test(
        "z", _t_of_p(p, rows.arm1.n + rows.arm2.n - 2), sign_of(rows, v[:, 3]), np.full(len(p), np.nan)
    )


def _p_test(rows: Rows, kind: str) -> _Test:
    """A two-sided p on N - 2 degrees of freedom; a bound is read as equality."""
    p = rows.stats.values[kind][:, 0]
    note = ""
    if kind == "p_bound":
        p, note = np.where(rows.stats.upper_bound, p, np.nan), "p bound read as equality"
    t = _t_of_p(p, rows.arm1.n + rows.arm2.n - 2)
    return _Test(kind, t, sign_of(rows), np.full(len(p), np.nan), note)


def _t_of_p(p: FloatArray, df: FloatArray) -> FloatArray:
    """|t| whose two-sided p is p; NaN outside (0, 1]."""
    ok = (p > 0) & (p <= 1) & (df > 0)
    return np.where(ok, stats.t.isf(np.where(ok, p, 1.0) / 2, np.where(ok, df, 1.0)), np.nan)
