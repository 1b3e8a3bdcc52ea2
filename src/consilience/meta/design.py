"""From a formula (or arrays) to y, X and named columns; rows that cannot be used are listed, not lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.meta.additive import AdditiveSpec, additive_spec
from consilience.meta.arrays import Array, Ints, as_frame, column, nearest, numeric
from consilience.meta.errors import InputError

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class DroppedRow:
    """A row of the data that the fit left out, and which value was missing."""

    index: Any
    reason: str


@dataclass(frozen=True)
class Design:
    """The model matrix and what its columns are called.

    ``terms`` maps a formula term to its columns; ``kept`` (k,) are positions in the data given;
    ``aliased`` are columns left out because others already say the same.
    """

    y: Array
    X: Array
    columns: tuple[str, ...]
    terms: dict[str, tuple[int, ...]]
    kept: Ints
    dropped: tuple[DroppedRow, ...]
    aliased: tuple[str, ...]
    variables: tuple[str, ...]
    model_spec: Any


def build_design(
    formula: Any, data: Any, required: dict[str, Any], X: Any = None
) -> tuple[Design, pd.DataFrame]:
    """Design and the frame of kept rows; ``required`` are columns (vi, cluster) that must be present too."""
    frame = as_frame(data)
    if data is not None and len(frame) == 0:
        raise InputError("data has no rows; give at least two studies with an effect each.")
    outcome, right = _split(formula) if isinstance(formula, str) else (formula, "1")
    yi = column(outcome, frame, "yi")
    work = frame if len(frame) else pd.DataFrame(index=yi.index)
    work = work.assign(_yi=numeric(yi, f"yi ('{outcome}')" if isinstance(outcome, str) else "yi"))
    for name, value in required.items():
        work[f"_{name}"] = column(value, work if len(work.columns) > 1 else frame, name).to_numpy()
    if X is not None:
        work, right = _given_columns(work, X)
    variables = _variables(right, work)
    names = ("_yi", *(f"_{n}" for n in required), *variables)
    missing = {name: _blank(work[name]) for name in names}
    work, dropped, kept = _drop_missing(work, missing)
    matrix, columns, terms, spec = _matrix(right, work, variables)
    matrix, columns, terms, aliased = _drop_aliased(matrix, columns, terms)
    y = work["_yi"].to_numpy(dtype=float)
    return Design(y, matrix, columns, terms, kept, dropped, aliased, variables, spec), work


def _blank(values: pd.Series[Any]) -> Flags:
    """Which values are missing."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iub":
        return np.zeros(len(values), dtype=np.bool_)
    blank: Flags = np.isnan(values.to_numpy()) if values.dtype == np.float64 else values.isna().to_numpy()
    return blank


def _split(formula: str) -> tuple[str, str]:
    """The outcome and the right-hand side of ``yi ~ 1 + x``."""
    left, tilde, right = formula.partition("~")
    if not tilde or not left.strip() or not right.strip():
        raise InputError(
            f"formula='{formula}' must name the effect and the moderators, as in 'yi ~ 1 + format'."
        )
    return left.strip(), right.strip()


def _given_columns(work: pd.DataFrame, X: Any) -> tuple[pd.DataFrame, str]:
    """Moderators given as an array or frame: their columns join the data, an intercept is not added."""
    given = X if isinstance(X, pd.DataFrame) else as_frame(X) if hasattr(X, "to_pandas") else None
    if given is None:
        values = np.asarray(X, dtype=float)
        values = values[:, None] if values.ndim == 1 else values
        given = pd.DataFrame(values, columns=[f"x{i + 1}" for i in range(values.shape[1])])
    if len(given) != len(work):
        raise InputError(f"X has {len(given)} rows but yi has {len(work)}; they must match.")
    work = work.assign(**{str(c): given[c].to_numpy() for c in given.columns})
    return work, "0 + " + " + ".join(f"`{c}`" for c in given.columns)


def _variables(right: str, work: pd.DataFrame) -> tuple[str, ...]:
    """Columns that a right-hand side uses; an unknown one is an error with the nearest name."""
    quoted = re.findall(r"`([^`]+)`", right)
    bare = re.sub(r"`[^`]+`|'[^']*'|\"[^\"]*\"", " ", right)
    names = [
        m.group() for m in re.finditer(r"[A-Za-z_.][\w.]*(?!\w*\()", bare) if not _is_call(bare, m.end())
    ]
    keywords = [m.group() for m in re.finditer(r"\b\w+\s*=(?!=)", bare)]
    ignored = {word.rstrip("= ") for word in keywords} | {"np", "True", "False", "None"}
    found = []
    for name in [*quoted, *(n for n in names if n.split(".")[0] not in ignored)]:
        if name not in work.columns:
            known = [str(c) for c in work.columns if not str(c).startswith("_")]
            raise InputError(f"formula: data has no column '{name}'. {nearest(name, known)}")
        if name not in found:
            found.append(name)
    return tuple(found)


def _is_call(text: str, end: int) -> bool:
    return text[end:].lstrip().startswith("(")


def _drop_missing(
    work: pd.DataFrame, missing: dict[str, Flags]
) -> tuple[pd.DataFrame, tuple[DroppedRow, ...], Ints]:
    """Leave out rows without an effect or a moderator; an effect without vi or study is an error."""
    _check_companions(missing, work.index)
    table = np.column_stack(list(missing.values()))
    out = np.flatnonzero(table.any(axis=1))
    if len(out) == 0:
        return work, (), np.arange(len(work), dtype=np.int64)
    names = [name.removeprefix("_") for name in missing]
    reasons = {
        p: ", ".join(n for n, m in zip(names, p) if m) + " missing" for p in set(map(tuple, table[out]))
    }
    dropped = tuple(DroppedRow(work.index[int(i)], reasons[tuple(table[i])]) for i in out)
    if len(out) == len(work):
        raise InputError(
            f"Every one of the {len(work)} rows lacks a value ({dropped[0].reason}); nothing is left to fit."
        )
    kept = np.flatnonzero(~table.any(axis=1)).astype(np.int64)
    return work.iloc[kept], dropped, kept


def _check_companions(missing: dict[str, Flags], index: pd.Index[Any]) -> None:
    """vi and the study must be known wherever there is an effect."""
    for name in ("_vi", "_cluster"):
        alone = np.flatnonzero(missing[name] & ~missing["_yi"]) if name in missing else np.array([])
        if len(alone):
            row = index[int(alone[0])]
            raise InputError(
                f"{name.removeprefix('_')} in row {row} is missing although the row has an effect; "
                "fill it in or remove the row."
            )


def _matrix(
    right: str, work: pd.DataFrame, variables: tuple[str, ...]
) -> tuple[Array, tuple[str, ...], dict[str, tuple[int, ...]], Any]:
    """The model matrix; categorical columns use treatment contrasts with sorted levels."""
    if right.replace(" ", "") == "1":
        return np.ones((len(work), 1)), ("Intercept",), {"Intercept": (0,)}, None
    simple = additive_spec(right, work)
    if simple is not None:
        names, owners = simple.names()
        return simple.rows(work), names, owners, simple
    import formulaic

    columns = {v: _plain(work[v]) for v in variables}
    try:
        matrix = formulaic.model_matrix(right, pd.DataFrame(columns, index=work.index), na_action="ignore")
    except Exception as error:
        raise InputError(
            f"formula: '{right}' could not be read ({error}); use terms such as 1 + x + C(z)."
        ) from error
    spec = matrix.model_spec
    terms = {("Intercept" if str(t) == "1" else str(t)): tuple(ix) for t, ix in spec.term_indices.items()}
    return np.asarray(matrix, dtype=float), tuple(map(str, matrix.columns)), terms, spec


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Booleans and strings as plain categories, so that levels absent from the kept rows disappear."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.remove_unused_categories()
    if values.dtype == bool or not pd.api.types.is_numeric_dtype(values):
        return values.astype(str).astype("category")
    return values.astype(float)


def _drop_aliased(
    matrix: Array, columns: tuple[str, ...], terms: dict[str, tuple[int, ...]]
) -> tuple[Array, tuple[str, ...], dict[str, tuple[int, ...]], tuple[str, ...]]:
    """Leave out each column that is a combination of earlier ones."""
    scale = np.sqrt((matrix**2).sum(axis=0))
    basis: list[Array] = []
    keep = []
    for j in range(matrix.shape[1]):
        rest = matrix[:, j] / (scale[j] or 1.0)
        for _ in range(2):
            for b in basis:
                rest = rest - b * (b @ rest)
        norm = float(np.sqrt(rest @ rest))
        if scale[j] > 0 and norm > 1e-9:
            keep.append(j)
            basis.append(rest / norm)
    aliased = tuple(c for j, c in enumerate(columns) if j not in keep)
    place = {j: i for i, j in enumerate(keep)}
    new_terms = {t: tuple(place[j] for j in ix if j in place) for t, ix in terms.items()}
    kept_terms = {t: ix for t, ix in new_terms.items() if ix}
    return matrix[:, keep], tuple(columns[j] for j in keep), kept_terms, aliased


def model_rows(design: Design, frame: pd.DataFrame) -> Array:
    """Rows of the model matrix for new data, with the columns and levels of the fit."""
    for name in design.variables:
        if name not in frame.columns:
            raise InputError(f"new: the model needs column '{name}', which new does not have.")
    if design.model_spec is None:
        return np.ones((len(frame), 1))
    if isinstance(design.model_spec, AdditiveSpec):
        place = {name: i for i, name in enumerate(design.model_spec.names()[0])}
        return design.model_spec.rows(frame)[:, [place[c] for c in design.columns]]
    columns = {v: _as_fitted(frame[v]) for v in design.variables}
    matrix = design.model_spec.get_model_matrix(pd.DataFrame(columns, index=frame.index))
    names = [str(c) for c in matrix.columns]
    values = np.asarray(matrix, dtype=float)
    return values[:, [names.index(c) for c in design.columns]]


def _as_fitted(values: pd.Series[Any]) -> pd.Series[Any]:
    """New values in the type that the fit used."""
    if values.dtype == bool or not pd.api.types.is_numeric_dtype(values):
        return values.astype(str)
    return values.astype(float)


def full_rank(matrix: Array) -> bool:
    """Whether no column is a combination of the others, whatever their units."""
    scale = np.sqrt((matrix**2).sum(axis=0))
    if len(matrix) < matrix.shape[1] or not np.all(scale > 0):
        return False
    scaled = matrix / scale
    return float(np.linalg.eigvalsh(scaled.T @ scaled)[0]) > 1e-12
