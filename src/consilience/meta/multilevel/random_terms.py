"""The random part of a model: ``study/effect``, ``["study", "lab"]`` or ``outcome | study``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, Ints, nearest
from consilience.meta.errors import InputError
from consilience.meta.multilevel.correlations import Autoregressive, Equal, Independent, Unstructured
from consilience.meta.multilevel.shapes import OneVariance, OwnSpreads, OwnVariances, Shape, triangular

STRUCTURES = ("CS", "HCS", "UN", "DIAG", "ID", "AR", "HAR", "CAR")
# metafor's names for the components of the first and the second inner | outer term
STEMS = (("tau2", "rho"), ("gamma2", "phi"))


@dataclass(frozen=True)
class Formula:
    """One random term as written: ``columns`` whose combination groups, ``inner`` levels or none."""

    name: str
    columns: tuple[str, ...]
    inner: str | None = None


@dataclass(frozen=True)
class RandomTerm:
    """A random term bound to data.

    ``outer`` (k,) says which effects share draws, ``inner`` (k,) which level of ``labels`` each has;
    ``shape`` is the covariance of the levels.
    """

    name: str
    outer: Ints
    groups: tuple[Any, ...]
    inner: Ints
    labels: tuple[str, ...]
    shape: Shape
    stems: tuple[str, str]
    struct: str


def parse(random: Any) -> tuple[Formula, ...]:
    """Random terms from a formula or a list of them; ``a/b`` means a and the combination a, b."""
    written = list(random or []) if random is None or isinstance(random, list | tuple) else [random]
    out: list[Formula] = []
    for text in written:
        if not isinstance(text, str) or not text.strip("~ "):
            raise InputError(f"random={text!r}; write terms such as 'study/effect' or 'outcome | study'.")
        out += _parse_one(text.replace("~", " ").strip())
    names = [f.name for f in out]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice:
        raise InputError(f"random names '{twice}' more than once; leave one out.")
    return tuple(out)


def _parse_one(text: str) -> list[Formula]:
    inner, bar, outer = (part.strip() for part in text.partition("|"))
    if not bar or inner == "1":
        parts = tuple(part.strip() for part in (outer if bar else inner).split("/"))
        return [Formula("/".join(parts[: i + 1]), parts[: i + 1]) for i in range(len(parts))]
    if "/" in outer or not outer:
        raise InputError(f"random='{text}': after | stands one grouping column, as in 'outcome | study'.")
    return [Formula(f"{inner}|{outer}", (outer,), inner)]


def columns_of(formulas: Sequence[Formula]) -> tuple[str, ...]:
    """Every column that the random part uses, once."""
    named = [c for f in formulas for c in (*f.columns, *([f.inner] if f.inner else []))]
    return tuple(dict.fromkeys(named))


def check_columns(formulas: Sequence[Formula], frame: pd.DataFrame) -> None:
    """Each column must be in the data."""
    for name in columns_of(formulas):
        if name not in frame.columns:
            hint = nearest(name, [str(c) for c in frame.columns])
            raise InputError(f"random: data has no column '{name}'. {hint}")


def bind(formulas: Sequence[Formula], frame: pd.DataFrame, struct: Any) -> tuple[RandomTerm, ...]:
    """The random terms of the kept rows."""
    structured = [f for f in formulas if f.inner is not None]
    kinds = _structures(struct, len(structured))
    terms = [_intercept(f, frame) for f in formulas if f.inner is None]
    terms += [_structured(f, frame, kind, stems) for f, kind, stems in zip(structured, kinds, STEMS)]
    return tuple(terms)


def _structures(struct: Any, wanted: int) -> list[str]:
    given = [struct] * wanted if isinstance(struct, str) else list(struct)
    if wanted > len(STEMS):
        raise InputError(f"random has {wanted} terms with |; at most two are possible.")
    if len(given) < wanted:
        raise InputError(f"struct has {len(given)} entries for {wanted} terms with |; give one for each.")
    for name in given:
        if str(name).upper() not in STRUCTURES:
            raise InputError(f"struct='{name}' is not known; use one of {', '.join(STRUCTURES)}.")
    return [str(name).upper() for name in given]


def _grouping(columns: tuple[str, ...], frame: pd.DataFrame) -> tuple[Ints, tuple[Any, ...]]:
    """Codes and labels of the combinations of columns; sorted, so row order changes nothing."""
    codes, labels = pd.factorize(frame[columns[0]].to_numpy(), sort=True)
    names: list[Any] = labels.tolist()
    for column in columns[1:]:
        more, levels = pd.factorize(frame[column].to_numpy(), sort=True)
        joint, used = np.unique(codes * len(levels) + more, return_inverse=True)
        names = [f"{names[c // len(levels)]}/{levels[c % len(levels)]}" for c in joint]
        codes = used
    return codes.astype(np.int64), tuple(names)


def _intercept(formula: Formula, frame: pd.DataFrame) -> RandomTerm:
    outer, groups = _grouping(formula.columns, frame)
    shape = OneVariance(Independent(1), f"sigma2[{formula.name}]")
    zeros = np.zeros(len(frame), dtype=np.int64)
    return RandomTerm(formula.name, outer, groups, zeros, ("",), shape, ("sigma2", ""), "ID")


def _structured(formula: Formula, frame: pd.DataFrame, kind: str, stems: tuple[str, str]) -> RandomTerm:
    assert formula.inner is not None
    outer, groups = _grouping(formula.columns, frame)
    codes, levels = pd.factorize(frame[formula.inner].to_numpy(), sort=True)
    labels = tuple(str(x) for x in levels)
    gaps = _gaps(kind, levels, formula.inner)
    shape = _shape(kind, labels, gaps, stems)
    return RandomTerm(formula.name, outer, groups, codes.astype(np.int64), labels, shape, stems, kind)


def _gaps(kind: str, levels: Any, column: str) -> Array:
    """Distances between levels: steps for AR and HAR, differences in time for CAR."""
    steps = np.arange(len(levels), dtype=float)
    if kind == "CAR":
        try:
            steps = np.asarray(levels, dtype=float)
        except (TypeError, ValueError):
            raise InputError(f"struct='CAR' needs numbers in '{column}': the time of each effect.") from None
    return np.abs(steps[:, None] - steps[None, :])


def _shape(kind: str, labels: tuple[str, ...], gaps: Array, stems: tuple[str, str]) -> Shape:
    variances = tuple(f"{stems[0]}[{label}]" for label in labels)
    if kind == "DIAG":
        return OwnVariances(variances)
    if kind == "UN":
        return OwnSpreads(Unstructured(labels), variances, stems[1])
    if kind in ("HCS", "HAR"):
        correlation = Equal(len(labels)) if kind == "HCS" else Autoregressive(gaps, False)
        return OwnSpreads(correlation, variances, stems[1])
    if kind == "ID":
        return OneVariance(Independent(len(labels)), stems[0])
    if kind == "CS":
        return OneVariance(Equal(len(labels)), stems[0], stems[1])
    return OneVariance(Autoregressive(gaps, kind == "CAR"), stems[0], stems[1])


def factored(term: RandomTerm) -> RandomTerm:
    """An unstructured term with its Cholesky factor as parameters."""
    return replace(term, shape=triangular(range(len(term.labels))))
