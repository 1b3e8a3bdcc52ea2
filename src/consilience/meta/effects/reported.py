"""Reading test statistics as publications print them: ``t(58) = 2.12``, ``F(1,33)=3.39``, ``p < .05``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["t", "F", "z", "p", "p_bound", "chi2", "OR", "RR", "d", "g", "r", "phi", "eta2"]


@dataclass(frozen=True)
class ReportedStat:
    """One printed statistic: its kind, value and degrees of freedom.

    ``sign`` is -1, 0 or 1 as printed (0 for kinds that have none: F, p, chi2, eta2). A bound has
    kind ``p_bound`` and keeps its relation in ``relation`` ("<", "<=", ">", ">=").
    """

    kind: Kind
    value: float
    df1: float | None = None
    df2: float | None = None
    sign: int = 0
    ci: tuple[float, float] | None = None
    relation: str = "="
    text: str = ""


_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_NAMES: dict[str, Kind] = {
    "t": "t", "student's t": "t", "f": "F", "z": "z", "p": "p", "p-value": "p", "p value": "p",
    "chi2": "chi2", "chi-square": "chi2", "chi-squared": "chi2", "chi square": "chi2", "chisq": "chi2",
    "x2": "chi2", "or": "OR", "odds ratio": "OR", "rr": "RR", "risk ratio": "RR", "d": "d", "cohen's d": "d",
    "cohen d": "d", "g": "g", "hedges' g": "g", "hedges g": "g", "r": "r", "phi": "phi", "eta2": "eta2",
    "partial eta2": "eta2", "etap2": "eta2", "eta squared": "eta2", "partial eta squared": "eta2",
}  # fmt: skip
_STAT = re.compile(
    rf"(?<![\w.])(?P<name>{'|'.join(sorted(map(re.escape, _NAMES), key=len, reverse=True))})"
    rf"(?:\s*[\(\[]\s*(?:df\s*=\s*)?(?P<df1>{_NUMBER})(?:\s*,\s*(?:n\s*=\s*)?(?P<df2>{_NUMBER}))?\s*[\)\]])?"
    rf"\s*(?P<rel><=|>=|=|<|>|:|~)\s*(?P<value>{_NUMBER})(?!\.?\d)(?P<percent>\s*%)?"
    rf"(?:\s*[,(\[]*\s*(?:95\s*%\s*)?ci\s*[:=]?\s*[\(\[]?\s*(?P<lo>{_NUMBER})\s*(?:;|,|to|-)\s*(?P<hi>{_NUMBER}))?",
    re.IGNORECASE,
)
_PLAIN = str.maketrans(
    {"−": "-", "–": "-", "—": "-", "²": "2", "χ": "chi", "Χ": "chi", "η": "eta", "φ": "phi", "ϕ": "phi",
     "≤": "<=", "≥": ">=", "’": "'", "·": ".", "⩽": "<=", "⩾": ">=",
     "\u00a0": " ", "\u2009": " ", "\u202f": " "}
)  # fmt: skip
_ALWAYS_SIGNED = frozenset({"t", "z", "d", "g", "r", "phi"})


def parse_reported_stat(text: str) -> tuple[ReportedStat, ...]:
    """All statistics in a cell such as ``"t(58) = 2.12; p = .038"``, in the order in which they stand.

    Understands t, F, z, p and p bounds, χ², OR and RR (with a CI), d, g, r, φ and η²; Unicode minus,
    ≤ and superscripts; any spacing. Text without a statistic gives an empty tuple; so does a number
    that is not one ("0.2.5").

    >>> [(s.kind, s.value, s.df1) for s in parse_reported_stat("t(58) = −2.12; p<.05")]
    [('t', -2.12, 58.0), ('p_bound', 0.05, None)]
    >>> parse_reported_stat("F(1,33)=3.39")[0].df2
    33.0
    """
    plain = re.sub(r"\s+", " ", text.translate(_PLAIN)).replace("eta_p2", "etap2").replace("chi 2", "chi2")
    plain = re.sub(r"\^2", "2", plain)
    return tuple(_stat(m) for m in _STAT.finditer(plain))


def _stat(match: re.Match[str]) -> ReportedStat:
    """One match as a statistic."""
    kind = _NAMES[match["name"].lower()]
    value = float(match["value"])
    relation = match["rel"] if match["rel"] in ("<", "<=", ">", ">=") else "="
    if kind == "p" and (relation != "=" or value == 0):
        kind, relation, value = "p_bound", relation if relation != "=" else "<", value or 0.001
    ci = (float(match["lo"]), float(match["hi"])) if match["lo"] else None
    df1, df2 = (float(match[k]) if match[k] else None for k in ("df1", "df2"))
    sign = int((value > 0) - (value < 0)) if kind in _ALWAYS_SIGNED else 0
    return ReportedStat(kind, value, df1, df2, sign, ci, relation, match[0].strip())
