"""Subgroups, moderators and their interactions, each in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import as_frame, nearest
from consilience.meta.contrasts import table
from consilience.meta.errors import InputError
from consilience.meta.regression import meta_regression
from consilience.meta.results import MetaFit
from consilience.meta.wald import WaldTest


@dataclass(frozen=True)
class ModeratorResult:
    """One moderator: its fit, the joint test, and a table of level means or the slope.

    ``rows``: term estimate se statistic df p_value ci_lower ci_upper studies effects reason.
    """

    moderator: str
    kind: str
    fit: MetaFit
    test: WaldTest
    rows: pd.DataFrame


def moderator(
    data: Any, name: str, *, yi: str = "yi", kind: str | None = None, test: str = "HTZ", **options: Any
) -> ModeratorResult:
    """Effects by the levels of ``name`` (cell means and a test that they are equal) or its slope.

    ``kind`` is ``categorical`` or ``continuous``; by default numbers are continuous. ``options`` go to
    ``meta_regression``.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> meta.moderator(es, "g", working_model="CE").rows["term"].tolist()
    ['x', 'y']
    """
    frame = as_frame(data)
    if name not in frame.columns:
        raise InputError(f"moderator='{name}': no such column. {nearest(name, list(frame.columns))}")
    chosen = kind or _kind_of(frame[name])
    if chosen not in ("categorical", "continuous"):
        raise InputError(f"kind='{kind}' is not known; use categorical or continuous.")
    if chosen == "continuous":
        fit = meta_regression(f"{yi} ~ 1 + `{name}`", frame, **options)
        rows = fit.coef_table().iloc[[-1]].reset_index(drop=True)
        rows = rows.assign(term=name, studies=fit.J, effects=fit.k, reason=[fit.inference.reason[-1]])
        return ModeratorResult(name, chosen, fit, fit.wald_test([fit.terms[-1]], test), rows)
    return _by_levels(frame, name, yi, test, options)


def _kind_of(values: pd.Series[Any]) -> str:
    plain = pd.api.types.is_numeric_dtype(values) and values.dtype != bool
    return "continuous" if plain else "categorical"


def _by_levels(
    frame: pd.DataFrame, name: str, yi: str, test: str, options: dict[str, Any]
) -> ModeratorResult:
    labels = frame[name].astype(object)
    labels = labels.where(labels.isna(), labels.astype(str))
    frame = frame.assign(**{name: labels})
    fit = meta_regression(f"{yi} ~ 0 + `{name}`", frame, **options)
    levels = [term[term.index("[") + 1 : -1].removeprefix("T.") for term in fit.terms]
    members = fit.X > 0
    rows = table(fit.inference, levels).assign(
        studies=[len(np.unique(fit.clusters.codes[members[:, i]])) for i in range(len(levels))],
        effects=members.sum(axis=0),
        reason=list(fit.inference.reason),
    )
    if len(levels) < 2:
        only = WaldTest(test, np.nan, 0, np.nan, np.nan, (), f"{name} has one level only, {levels[0]}.")
        return ModeratorResult(name, "categorical", fit, only, rows)
    contrast = np.eye(len(levels))[1:] - np.eye(len(levels))[:1]
    return ModeratorResult(name, "categorical", fit, fit.wald_test(contrast, test), rows)


def moderator_table(data: Any, moderators: Sequence[str], **options: Any) -> pd.DataFrame:
    """All moderators, one at a time: the rows of each with its joint test beside them.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> meta.moderator_table(es, ["g"], working_model="CE")["studies"].tolist()
    [3, 2]
    """
    parts = []
    for name in moderators:
        result = moderator(data, name, **options)
        joint = result.test
        parts.append(
            result.rows.assign(
                moderator=name, kind=result.kind, F=joint.statistic, df_num=joint.df_num,
                df_denom=joint.df_denom, p_joint=joint.p_value, joint_reason=joint.reason,
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def subgroup_table(data: Any, by: str, *, formula: str = "yi ~ 1", **options: Any) -> pd.DataFrame:
    """A separate fit in each subgroup; a subgroup that cannot be fitted keeps its row with the reason.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> meta.subgroup_table(es, "g", working_model="CE")["subgroup"].tolist()
    ['x', 'y']
    """
    frame = as_frame(data)
    if by not in frame.columns:
        raise InputError(f"by='{by}': no such column. {nearest(by, list(map(str, frame.columns)))}")
    parts = []
    for label, part in frame.groupby(by, sort=True):
        try:
            fit = meta_regression(formula, part, **options)
        except InputError as error:
            parts.append(pd.DataFrame({"subgroup": [label], "reason": [str(error)]}))
            continue
        extra = {"studies": fit.J, "effects": fit.k, "tau2": fit.tau2, "omega2": fit.omega2, "I2": fit.I2}
        parts.append(fit.coef_table().assign(subgroup=label, **extra, reason=list(fit.inference.reason)))
    return pd.concat(parts, ignore_index=True)


def interaction(
    data: Any, first: str, second: str, *, yi: str = "yi", test: str = "HTZ", **options: Any
) -> ModeratorResult:
    """Two moderators together: coefficients of ``first * second`` and a joint test of their interaction.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> es |= {"z": [1.0, 2.0, 3.0, 4.0, 5.5]}
    >>> meta.interaction(es, "g", "z", working_model="CE").test.df_num
    1
    """
    fit = meta_regression(f"{yi} ~ 1 + `{first}` * `{second}`", data, **options)
    joined = [i for i, term in enumerate(fit.terms) if ":" in term]
    if not joined:
        reason = f"No two levels of {first} and {second} can be told apart together."
        nothing = WaldTest(test, np.nan, 0, np.nan, np.nan, (), reason)
        return ModeratorResult(f"{first}:{second}", "interaction", fit, nothing, fit.coef_table())
    joint = fit.wald_test(np.eye(len(fit.terms))[joined], test)
    rows = fit.coef_table().assign(reason=list(fit.inference.reason))
    return ModeratorResult(f"{first}:{second}", "interaction", fit, joint, rows)


def partial_r2(fit: MetaFit, data: Any, without: str, **options: Any) -> float:
    """Share of heterogeneity that a term explains: ``1 - (tau2 + omega2) / (tau2 + omega2 without it)``.

    ``without`` is the formula without the term. Not below 0; NaN where there is nothing to explain.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> fit = meta.meta_regression("yi ~ g", es, working_model="CE")
    >>> meta.partial_r2(fit, es, "yi ~ 1")
    nan
    """
    spec = fit.spec
    given = {"working_model": spec.working_model, "rho": spec.rho or 0.8, **spec.names, **options}
    smaller = meta_regression(without, data, **given)
    before = smaller.tau2 + smaller.omega2
    return max(0.0, 1 - (fit.tau2 + fit.omega2) / before) if before > 0 else float("nan")


def bubble_data(fit: MetaFit, term: str, points: int = 50) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points and line of a bubble plot over a continuous term; other columns stand at their means.

    Points: x yi vi study weight (in percent); line: x estimate ci_lower ci_upper pi_lower pi_upper.

    >>> from consilience import meta
    >>> es = {"yi": [0.1, 0.4, 0.3, 0.6, 0.2], "vi": [0.04] * 5, "study": list("aabcd"), "g": list("xyxyx")}
    >>> fit = meta.meta_regression("yi ~ z", es | {"z": [1.0, 2.0, 3.0, 4.0, 5.0]}, working_model="CE")
    >>> dots, line = meta.bubble_data(fit, "z", points=3)
    >>> line["x"].tolist()
    [1.0, 3.0, 5.0]
    """
    if term not in fit.terms:
        raise InputError(f"term='{term}': no such column. {nearest(term, fit.terms)}")
    at = fit.terms.index(term)
    weight = fit.linear.weights.matmul(np.ones(fit.k))
    study = [fit.clusters.labels[c] for c in fit.clusters.codes]
    share = 100 * weight / weight.sum()
    dots = pd.DataFrame(
        {
            "x": fit.X[:, at],
            "yi": fit.yi,
            "vi": fit.vi,
            "study": study,
            "weight": share,
        },
        index=fit.design.kept,
    )
    rows = np.repeat(fit.X.mean(axis=0)[None, :], points, axis=0)
    rows[:, at] = np.linspace(fit.X[:, at].min(), fit.X[:, at].max(), points)
    line = fit.predict_rows(rows).assign(x=rows[:, at])
    return dots, line[["x", "estimate", "ci_lower", "ci_upper", "pi_lower", "pi_upper"]]
