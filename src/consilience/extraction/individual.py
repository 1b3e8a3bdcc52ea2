"""From the data of individual people to rows of a trial table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from consilience.errors import InputError


def from_individual(
    frame: pd.DataFrame,
    *,
    study: str,
    id: str,
    arm: str,
    time: str,
    outcomes: Sequence[str] | Mapping[str, str],
    arm1: Any,
    arm2: Any,
    pre: Any,
    post: Any | Sequence[Any],
    **fixed: Any,
) -> pd.DataFrame:
    """Summarise one trial's individual data: one row per outcome and posttest.

    ``frame`` is long: one row per person (column ``id``) and time (column ``time``), with the arm in
    column ``arm``. ``outcomes`` names the outcome columns; a mapping gives each its marker's name.
    ``arm1`` and ``arm2`` are the values of ``arm`` for intervention and control, ``pre`` and ``post``
    those of ``time``. ``fixed`` are further cells, the same in every row (``intervention_type="cbt"``).

    Means, SDs (n - 1) and the correlation r of pre- and posttest are those of the people with both
    measurements, arm by arm; ``rand_*`` counts all people of the arm.

    >>> people = pd.DataFrame({"id": [1, 1, 2, 2, 3, 3, 4, 4], "arm": ["T"] * 4 + ["C"] * 4,
    ...                        "when": ["pre", "post"] * 4, "IL6": [4, 2, 6, 3, 5, 5, 7, 6.]})
    >>> rows = from_individual(people, study="Pilot", id="id", arm="arm", time="when", outcomes=["IL6"],
    ...                        arm1="T", arm2="C", pre="pre", post="post")
    >>> shown = ["marker", "n_arm1", "baseline_m_arm1", "mean_arm1", "mean_change_arm2"]
    >>> print(rows[shown].to_string(index=False))
    marker  n_arm1  baseline_m_arm1  mean_arm1  mean_change_arm2
       IL6       2              5.0        2.5              -0.5
    """
    names = dict(outcomes) if isinstance(outcomes, Mapping) else {name: name for name in outcomes}
    _check_columns(frame, [id, arm, time, *names])
    _check_values(frame, arm, [arm1, arm2])
    posts = list(post) if isinstance(post, (list, tuple)) else [post]
    _check_values(frame, time, [pre, *posts])
    _check_people(frame, id, arm, time)
    rows = [
        {"study": study, "marker": marker, "time": str(when)}
        | _arm_cells(frame[frame[arm] == arm1], id, time, column, pre, when, "arm1")
        | _arm_cells(frame[frame[arm] == arm2], id, time, column, pre, when, "arm2")
        | {"pre_post_r_source": "individual data", **fixed}
        for column, marker in names.items()
        for when in posts
    ]
    return pd.DataFrame(rows)


def _arm_cells(
    people: pd.DataFrame, id: str, time: str, column: str, pre: Any, post: Any, arm: str
) -> dict[str, Any]:
    """One arm's numbers for one outcome between two times."""
    wide = people.pivot(index=id, columns=time, values=column).reindex(columns=[pre, post])
    pairs = wide.dropna().to_numpy(dtype=np.float64)
    if len(pairs) < 2:
        raise InputError(
            f"{column}: {len(pairs)} people of {arm} have both a '{pre}' and a '{post}' value; at least 2 "
            f"are needed."
        )
    before, after = pairs.T
    return {
        f"rand_{arm}": people[id].nunique(),
        f"n_{arm}": len(pairs),
        f"baseline_m_{arm}": before.mean(),
        f"baseline_sd_{arm}": before.std(ddof=1),
        f"mean_{arm}": after.mean(),
        f"sd_{arm}": after.std(ddof=1),
        f"n_change_{arm}": len(pairs),
        f"mean_change_{arm}": (after - before).mean(),
        f"sd_change_{arm}": (after - before).std(ddof=1),
        f"pre_post_r_{arm}": _correlation(before, after),
    }


def _correlation(before: Any, after: Any) -> float:
    """Pearson's r; NaN where a column does not vary or r is not inside (-1, 1)."""
    if before.std() == 0 or after.std() == 0:
        return float("nan")
    r = float(np.corrcoef(before, after)[0, 1])
    return r if abs(r) < 1 - 1e-12 else float("nan")


def _check_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    absent = [n for n in names if n not in frame.columns]
    if absent:
        raise InputError(
            f"The data have no column {', '.join(map(repr, absent))}. "
            f"Their columns are: {', '.join(map(str, frame.columns[:30]))}."
        )


def _check_values(frame: pd.DataFrame, column: str, wanted: Sequence[Any]) -> None:
    present = set(frame[column].dropna().unique())
    absent = [w for w in wanted if w not in present]
    if absent:
        raise InputError(
            f"Column {column!r} has no {', '.join(map(repr, absent))}. Its values are: "
            f"{', '.join(sorted(map(repr, present))[:20])}."
        )


def _check_people(frame: pd.DataFrame, id: str, arm: str, time: str) -> None:
    """One row per person and time, one arm per person."""
    twice = frame.duplicated([id, time])
    if twice.any():
        first = frame.loc[twice].iloc[0]
        raise InputError(
            f"Person {first[id]!r} has more than one row for time {first[time]!r}. Keep one row per person "
            f"and time."
        )
    arms = frame.groupby(id)[arm].nunique()
    if (arms > 1).any():
        raise InputError(
            f"Person {arms.index[arms > 1][0]!r} is in more than one arm. Use the arm as randomised."
        )
