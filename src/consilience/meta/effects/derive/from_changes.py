"""The paths from pretest and posttest means, and from mean changes."""

from __future__ import annotations

import numpy as np

from consilience.meta.effects.arrays import BoolArray, FloatArray, TextArray
from consilience.meta.effects.derive.candidate import Candidate, Rows
from consilience.meta.effects.ppc import pooled_sd
from consilience.meta.effects.spread import change_sd_from_r

Standardiser = tuple[FloatArray, FloatArray, FloatArray]


def from_changes(rows: Rows) -> tuple[Candidate, ...]:
    """The paths of this family in order of trust: the formula's own SD first, then its stand-ins."""
    raw = [_candidate(rows, *_sd_pair(rows, slot), slot) for slot in _order(rows)]
    change = _change_candidate(rows)
    return (change, *raw) if rows.formula == "d_ppc_change" else (raw[0], change, raw[1])


def _order(rows: Rows) -> tuple[str, str]:
    """Which raw SD comes first: the posttest's for d_ppc_post, else the pretest's."""
    return ("post", "pre") if rows.formula == "d_ppc_post" else ("pre", "post")


def _sd_pair(rows: Rows, slot: str) -> tuple[FloatArray, FloatArray]:
    """Both arms' pretest or posttest SDs."""
    if slot == "pre":
        return rows.arm1.sd_pre, rows.arm2.sd_pre
    return rows.arm1.sd_post, rows.arm2.sd_post


def _shared(sd1: FloatArray, sd2: FloatArray, n1: FloatArray, n2: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Pooled SD; where one arm's is missing, the other's, and where that is."""
    one = np.isnan(sd1) != np.isnan(sd2)
    return np.where(one, np.where(np.isnan(sd1), sd2, sd1), pooled_sd(sd1, sd2, n1, n2)), one


def _means_known(rows: Rows) -> BoolArray:
    """Rows with pre- and posttest means of both arms and no separate change score."""
    a, b = rows.arm1, rows.arm2
    return ~np.isnan((a.m_post - a.m_pre) + (b.m_post - b.m_pre))


def _changes(rows: Rows) -> tuple[FloatArray, FloatArray]:
    """Mean changes of both arms: from pre- and posttest means where all four are known."""
    a, b, known = rows.arm1, rows.arm2, _means_known(rows)
    return np.where(known, a.m_post - a.m_pre, a.change), np.where(known, b.m_post - b.m_pre, b.change)


def _candidate(rows: Rows, sd1: FloatArray, sd2: FloatArray, slot: str) -> Candidate:
    """Difference of changes in pretest (or posttest) SDs."""
    a, b = rows.arm1, rows.arm2
    sd, one = _shared(sd1, sd2, a.n, b.n)
    change1, change2 = _changes(rows)
    stands_in = slot != _order(rows)[0]
    everywhere = np.ones(len(sd), dtype=bool)
    notes = [(one, f"{slot}test SD of one arm used for both")]
    if stands_in:
        notes.append((everywhere, f"standardised by the {slot}test SD"))
    code: TextArray = np.where(_means_known(rows), "means", "change").astype(object)
    stand_in = f"_{slot}_sd" if stands_in else ""
    code = code + np.where(code == "change", f"_{slot}_sd", stand_in)
    own = (change1 / sd1, change2 / sd2) if slot == "pre" else None
    return Candidate(code, (change1 - change2) / sd, a.n, b.n, "raw", tuple(notes), own)


def _change_candidate(rows: Rows) -> Candidate:
    """Difference of changes in SDs of the change scores."""
    a, b = rows.arm1, rows.arm2
    own_metric = rows.formula == "d_ppc_change"
    built1 = change_sd_from_r(a.sd_pre, a.sd_post, rows.r.r1)
    built2 = change_sd_from_r(b.sd_pre, b.sd_post, rows.r.r2)
    sd1 = np.where(np.isnan(a.sd_change) & own_metric, built1, a.sd_change)
    sd2 = np.where(np.isnan(b.sd_change) & own_metric, built2, b.sd_change)
    sd, one = _shared(sd1, sd2, a.n, b.n)
    change1, change2 = _changes(rows)
    from_ci = a.change_from_ci | b.change_from_ci
    from_r = (np.isnan(a.sd_change) | np.isnan(b.sd_change)) & ~one
    code = np.where(from_r, "means", np.where(from_ci, "change_ci", "change_sd")).astype(object)
    notes = [
        (from_ci, "change SD from 95% CI"),
        (one, "change SD of one arm used for both"),
        (from_r, "change SD built from pretest and posttest SDs and r"),
    ]
    if not own_metric:
        notes.append((np.ones(len(sd), dtype=bool), "change SD turned into a raw SD through r"))
    return Candidate(code, (change1 - change2) / sd, a.n, b.n, "change", tuple(notes), built_with_r=from_r)
