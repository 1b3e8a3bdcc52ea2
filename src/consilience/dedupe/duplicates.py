"""The whole way: normalise, block, compare, classify, cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from consilience.dedupe.block import candidate_pairs
from consilience.dedupe.classify import DIFFERENT, MAYBE, SAME, Decided, classify
from consilience.dedupe.cluster import Told, cluster
from consilience.dedupe.columns import Columns
from consilience.dedupe.compare import compare
from consilience.dedupe.decisions import Decision, in_force, rows_of
from consilience.dedupe.features import Codes, normalised
from consilience.dedupe.guards import KEEP_APART
from consilience.dedupe.result import Deduplicated, Pairs
from consilience.errors import InputError
from consilience.records.record import Record

BRIDGE_FROM = 2.0


def find_duplicates(
    records: Columns | Mapping[str, Iterable[object]] | Iterable[Record],
    *,
    previous: Mapping[str, str] | None = None,
    decisions: Sequence[Decision] = (),
) -> Deduplicated:
    """Find which records report one work.

    ``records``: Records, Columns, or a table with a column ``title``. ``previous``: the work of each
    earlier record (``Deduplicated.labels``); works keep their names and are neither joined nor
    parted unless a person decides so. ``decisions``: people's words on pairs, which go first. Neither
    the order of records nor that of decisions on different pairs matters. Raises InputError where
    decisions contradict each other.

    >>> table = {"title": ["Sleep after stroke: a trial", "Sleep after stroke: A Trial."], "ids": ["a", "b"]}
    >>> table |= {"author": ["Lim, S.", "Lim SM"], "year": [2019, 2019], "journal": ["Stroke", "Stroke"]}
    >>> found = find_duplicates(table)
    >>> found.works, found.n_duplicates
    (('a', 'a'), 1)
    """
    columns = as_columns(records)
    earlier = dict(previous or {})
    features, order = normalised(columns).ordered(columns.ids)
    rows = {columns.ids[row]: at for at, row in enumerate(order)}
    split = _split_works(decisions, earlier)
    left, right = candidate_pairs(features)
    keep = _worth_comparing([earlier.get(columns.ids[row], "") for row in order], split, left, right)
    decided = classify(features, compare(features, left[keep], right[keep]))
    told = _told(decisions, rows, earlier, split)
    same = _strongest_first(decided)
    sets, refused, contradicted = cluster(
        len(columns), _pairs(decided, same), _pairs(decided, _apart(decided)), told
    )
    if contradicted:
        one, other = (columns.ids[order[at]] for at in contradicted[0])
        said = (
            f"decisions contradict each other: {one!r} and {other!r} are said to differ, yet others join them"
        )
        raise InputError(f"{said}; undo one of these decisions")
    return _result(columns, order, sets, decided, same[refused], earlier)


def as_columns(records: Columns | Mapping[str, Iterable[object]] | Iterable[Record]) -> Columns:
    """Columns of whatever holds records."""
    if isinstance(records, Columns):
        return records
    if isinstance(records, Mapping) or hasattr(records, "columns"):
        return Columns.from_mapping(records)  # type: ignore[arg-type]
    return Columns.from_records(records)


def _strongest_first(decided: Decided) -> Codes:
    """The pairs that are the same, by falling score; equal scores in canonical order."""
    same = np.flatnonzero(decided.outcome == SAME)
    return same[np.argsort(-decided.score[same], kind="stable")]


def _apart(decided: Decided) -> Codes:
    """The pairs so unlike that no third record may join them."""
    clear = (decided.outcome == DIFFERENT) & ((decided.score < BRIDGE_FROM) | (decided.guard > 0))
    return np.flatnonzero(clear | ((decided.outcome == MAYBE) & np.isin(decided.guard, KEEP_APART)))


def _pairs(decided: Decided, at: Codes) -> list[tuple[int, int]]:
    """The rows of some pairs."""
    return list(zip(decided.compared.left[at].tolist(), decided.compared.right[at].tolist(), strict=True))


def _split_works(decisions: Iterable[Decision], earlier: Mapping[str, str]) -> set[str]:
    """The earlier works of which a person says that they hold different works."""
    told = (pair for pair, decision in in_force(decisions).items() if decision.outcome == "different")
    return {earlier[one] for one, other in told if one in earlier and earlier[one] == earlier.get(other)}


def _worth_comparing(works: list[str], split: set[str], left: Codes, right: Codes) -> NDArray[np.bool_]:
    """Whether a pair holds a new record, or lies in a work that is parted: all else was decided before."""
    code = {work: at for at, work in enumerate(dict.fromkeys(works), 1) if work}
    work = np.array([code.get(one, 0) for one in works], dtype=np.int64)
    opened = np.array([one in split for one in works], dtype=bool)
    new = (work[left] == 0) | (work[right] == 0)
    return np.asarray(new | (opened[left] & (work[left] == work[right])))


def _told(
    decisions: Sequence[Decision], rows: Mapping[str, int], earlier: Mapping[str, str], split: set[str]
) -> Told:
    """What people and earlier runs said, as rows."""
    seen: dict[str, int] = {}
    joined, names = [], {}
    for record, row in sorted(rows.items()):
        work = earlier.get(record)
        if work is None or (work in split and record != work):
            continue
        names[row] = work
        if work in seen:
            joined.append((seen[work], row))
        seen.setdefault(work, row)
    return Told(rows_of(decisions, rows, "same"), rows_of(decisions, rows, "different"), joined, names)


def _result(
    columns: Columns,
    order: list[int],
    sets: Codes,
    decided: Decided,
    refused: Codes,
    earlier: Mapping[str, str],
) -> Deduplicated:
    """The result in the order of the input."""
    names: dict[int, list[str]] = {}
    olds: dict[int, list[str]] = {}
    for at, found in enumerate(sets.tolist()):
        record = columns.ids[order[at]]
        names.setdefault(found, []).append(record)
        if record in earlier:
            olds.setdefault(found, []).append(earlier[record])
    taken = {found: _name(names[found], olds.get(found, [])) for found in names}
    works = [""] * len(columns)
    for at, found in enumerate(sets.tolist()):
        works[order[at]] = taken[found]
    marked = np.zeros(len(decided.compared), dtype=bool)
    marked[refused] = True
    back, compared = np.array(order, dtype=np.int64), decided.compared
    pairs = Pairs(
        back[compared.left],
        back[compared.right],
        decided.score,
        decided.guard,
        decided.outcome,
        compared.levels,
        marked,
    )
    return Deduplicated(tuple(columns.ids), tuple(works), tuple(columns.source), pairs)


def _name(members: list[str], earlier: list[str]) -> str:
    """The earlier name that still belongs to these records; else the lowest id."""
    own = sorted(name for name in set(earlier) if name in members)
    return own[0] if own else min(members)
