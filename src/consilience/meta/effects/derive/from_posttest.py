"""The last paths: posttest means, printed d or g, events, odds ratios, and an effect given with its SE."""

from __future__ import annotations

import numpy as np
from scipy import stats

from consilience.meta.effects.arrays import FloatArray
from consilience.meta.effects.derive.candidate import Candidate, Rows
from consilience.meta.effects.derive.signs import sign_of
from consilience.meta.effects.ppc import pooled_sd
from consilience.meta.effects.small_sample import hedges_j

LOGIT_TO_D = np.sqrt(3) / np.pi


def posttest_means(rows: Rows) -> Candidate:
    """Difference of posttest means in pooled posttest SDs."""
    a, b = rows.arm1, rows.arm2
    d = (a.m_post - b.m_post) / pooled_sd(a.sd_post, b.sd_post, a.n, b.n)
    note = (np.ones(len(d), dtype=bool), "posttest only: baseline taken as equal")
    return Candidate("posttest_means", d, a.n, b.n, "post", (note,))


def printed_d(rows: Rows) -> tuple[Candidate, ...]:
    """A printed d or g (and r or φ of group with outcome), without its standard error."""
    a, b = rows.arm1, rows.arm2
    out = []
    for kind in ("d", "g", "r", "phi"):
        v = rows.stats.values[kind]
        sign = sign_of(rows, v[:, 3])
        size = _size_of_d(kind, np.abs(v[:, 0]), a.n + b.n - 2)
        keep = ~rows.stats.within
        note = (np.ones(len(size), dtype=bool), f"printed {kind} read as a difference of the arms in raw SDs")
        d = np.where(keep, np.where(size == 0, 0.0, sign.sign * size), np.nan)
        out.append(Candidate(f"reported_{kind}", d, a.n, b.n, "post", (*sign.notes, note)))
    return tuple(out)


def _size_of_d(kind: str, value: FloatArray, df: FloatArray) -> FloatArray:
    """|d| of a printed effect: g without its correction, r as 2r/√(1 - r²)."""
    if kind == "g":
        return np.asarray(value / hedges_j(df))
    if kind == "d":
        return value
    value = np.where(value < 1, value, np.nan)
    return np.asarray(2 * value / np.sqrt(1 - value**2))


def events(rows: Rows) -> Candidate:
    """Log odds ratio of 2×2 counts as d: ln(OR) √3/π (Hasselblad & Hedges 1995)."""
    t = rows.table
    a, n1 = t.number("event_arm1"), t.number("totaln_arm1")
    c, n2 = t.number("event_arm2"), t.number("totaln_arm2")
    n1, n2 = np.where(np.isnan(n1), rows.arm1.n, n1), np.where(np.isnan(n2), rows.arm2.n, n2)
    b, d = n1 - a, n2 - c
    possible = (np.minimum(np.minimum(a, b), np.minimum(c, d)) >= 0) & (a + c > 0) & (b + d > 0)
    zero = possible & (np.minimum(np.minimum(a, b), np.minimum(c, d)) == 0)
    cells = [np.where(possible, x + 0.5 * zero, np.nan) for x in (a, b, c, d)]
    log_or = np.log(cells[0]) - np.log(cells[1]) - np.log(cells[2]) + np.log(cells[3])
    vi = sum(1 / x for x in cells) * LOGIT_TO_D**2
    notes = (
        (np.ones(len(a), dtype=bool), "log odds ratio turned into d by √3/π"),
        (zero, "1/2 added to each cell"),
    )
    return Candidate("events", log_or * LOGIT_TO_D, n1, n2, "given", notes, vi=np.asarray(vi))


def printed_or(rows: Rows) -> Candidate:
    """A printed odds ratio with its 95 % CI as d."""
    v = rows.stats.values["OR"]
    positive = (v[:, 0] > 0) & (v[:, 4] > 0) & (v[:, 5] > 0)
    value, lower, upper = (np.where(positive, v[:, i], np.nan) for i in (0, 4, 5))
    se = (np.log(upper) - np.log(lower)) / (2 * stats.norm.ppf(0.975))
    note = (np.ones(len(se), dtype=bool), "printed OR and 95% CI turned into d by √3/π, arm 1 over arm 2")
    return Candidate(
        "OR",
        np.log(value) * LOGIT_TO_D,
        rows.arm1.n,
        rows.arm2.n,
        "given",
        (note,),
        vi=(se * LOGIT_TO_D) ** 2,
    )


def chi_square(rows: Rows) -> Candidate:
    """χ² of a 2×2 table: φ = √(χ²/N), d = 2φ/√(1 - φ²)."""
    v = rows.stats.values["chi2"]
    n = rows.arm1.n + rows.arm2.n
    printed_n = np.where(np.isnan(v[:, 2]), n, v[:, 2])
    phi2 = np.where((v[:, 0] >= 0) & ((v[:, 1] == 1) | np.isnan(v[:, 1])), v[:, 0] / printed_n, np.nan)
    phi2 = np.where(phi2 < 1, phi2, np.nan)
    sign = sign_of(rows)
    d = np.where(rows.stats.within, np.nan, sign.sign * 2 * np.sqrt(phi2 / (1 - phi2)))
    note = (np.ones(len(d), dtype=bool), "χ² with 1 df turned into d through φ")
    return Candidate("chi2", d, rows.arm1.n, rows.arm2.n, "post", (*sign.notes, note))


def given(rows: Rows) -> Candidate:
    """An effect given with its standard error, turned back to the raw direction where it was oriented."""
    t = rows.table
    g, se = t.number("precalc_g"), t.number("precalc_g_se")
    oriented, direction = t.flag("precalc_g_oriented"), t.word("direction")
    flip = np.where(direction == "harmful", -1.0, np.where(direction == "beneficial", 1.0, np.nan))
    yi = np.where(oriented, g * flip, g)
    vi = np.where(se > 0, se**2, np.nan)
    notes = ((np.ones(len(g), dtype=bool), "effect and SE as given"),)
    return Candidate(
        "precalc", np.where(np.isnan(vi), np.nan, yi), rows.arm1.n, rows.arm2.n, "given", notes, vi=vi
    )
