"""``rma_mv``: multilevel and multivariate meta-analysis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import as_frame
from consilience.meta.blocks import Blocks, cholesky
from consilience.meta.clusters import Clusters
from consilience.meta.design import Design, build_design
from consilience.meta.dof import check_reference
from consilience.meta.errors import InputError
from consilience.meta.multilevel.blocking import Grouping, covarying, joined, sampling_covariance
from consilience.meta.multilevel.components import fixed_components
from consilience.meta.multilevel.covariance import MultilevelCovariance
from consilience.meta.multilevel.crossed import LARGEST_BLOCK, crossing_terms
from consilience.meta.multilevel.model_based import TESTS
from consilience.meta.multilevel.random_terms import RandomTerm, bind, check_columns, columns_of, parse
from consilience.meta.multilevel.results import MultilevelFit, assemble
from consilience.meta.multilevel.search import Problem, search
from consilience.meta.robust import check_type
from consilience.meta.spec import FitSpec
from consilience.meta.working.model import WorkingData


def rma_mv(
    formula: Any,
    data: Any = None,
    *,
    V: Any = "vi",
    random: Any = None,
    struct: Any = "CS",
    method: str = "REML",
    sigma2: Any = None,
    tau2: Any = None,
    rho: Any = None,
    gamma2: Any = None,
    phi: Any = None,
    cluster: Any = None,
    vcov: str | None = None,
    test: str | None = None,
    level: float = 0.95,
    X: Any = None,
) -> MultilevelFit:
    """Multilevel or multivariate meta-analysis by REML or ML.

    ``y = X beta + sum of random effects + e``, ``e ~ (0, V)``. A term ``study/effect`` adds independent
    draws for each study and for each effect in it; ``outcome | study`` adds draws for each level of
    ``outcome`` that covary within a study as ``struct`` says.

    Args:
        formula: ``"yi ~ 1 + x"``, or the effects themselves (then give moderators as ``X``).
        data: pandas or polars frame, or a dict of columns.
        V: sampling variances (column or values), ``Blocks`` from ``vcalc``, a list of matrices along the
            rows, or a whole (k, k) matrix; squared units of yi.
        random: ``"study/effect"`` (nested, any depth), ``"study"``, ``["study", "lab"]`` (crossed),
            ``"outcome | study"`` (at most two such terms), or a list that mixes them.
        struct: of each ``inner | outer`` term: CS, HCS, UN, DIAG, ID, AR, HAR (steps between sorted
            levels) or CAR (differences in time).
        method: ``REML`` or ``ML``.
        sigma2: fixed variances of terms without ``|``; None (also within a sequence) means estimate.
        tau2: fixed variances of the first ``inner | outer`` term, ``rho`` its correlations.
        rho: see ``tau2``.
        gamma2: fixed variances of the second ``inner | outer`` term, ``phi`` its correlations.
        phi: see ``gamma2``.
        cluster: for robust standard errors; by default what the random effects and V join.
        vcov: ``model``, or ``CR0 CR1 CR1p CR1S CR2 CR3``; by default CR2 where cluster is given.
        test: ``z`` or ``t`` (k - p df) for ``model``; those of ``meta_regression`` for robust errors.
        level: of confidence and prediction intervals.
        X: moderators as an array or frame instead of a formula's right-hand side.

    Raises:
        InputError: a value that cannot be used; the message names it and the remedy.

    Source:
        Konstantopoulos (2011), Res. Synth. Methods 2, 61-76; Berkey et al. (1998), Stat. Med. 17,
        2537-2550.

    >>> es = {"yi": [0.1, 0.5, 0.3, 0.9, 0.2, 0.4], "vi": [0.02] * 6, "study": list("aabbcc"), "es": range(6)}
    >>> fit = rma_mv("yi ~ 1", es, V="vi", random="study/es")
    >>> {name: round(value, 4) for name, value in fit.components.items()}
    {'sigma2[study]': 0.0, 'sigma2[study/es]': 0.06}
    """
    _check(method, level)
    kind, reference = _inference(vcov, test, cluster)
    frame, formulas = as_frame(data), parse(random)
    check_columns(formulas, frame)
    covariance = sampling_covariance(V, frame)
    required = {"vi": covariance.diagonal()} | ({} if cluster is None else {"cluster": cluster})
    design, rows = build_design(formula, data, required, X)
    _check_complete(rows, columns_of(formulas))
    terms = bind(formulas, rows, struct)
    robust = None if cluster is None else _grouping(rows["_cluster"])
    clusters = _clusters(covariance, design, terms, robust)
    crossing: tuple[int, ...] = ()
    base = clusters
    if robust is None and int(clusters.sizes.max()) > LARGEST_BLOCK:
        crossing, base = crossing_terms(terms, _joined_by_v(covariance, design), len(design.y))
    blocks = covariance.on(base, design.kept)
    _check_variances(blocks, rows)
    cholesky(blocks, "V")
    fixed = fixed_components(
        terms, {"sigma2": sigma2, "tau2": tau2, "rho": rho, "gamma2": gamma2, "phi": phi}
    )
    problem = Problem(design.y, design.X, MultilevelCovariance(blocks, terms, crossing), method != "ML")
    spec = FitSpec(
        formula if isinstance(formula, str) else "yi ~ X", "multilevel", method, None, kind, reference, level,
        fixed or None, _names(V, random, struct, cluster),
    )  # fmt: skip
    given = WorkingData(design.y, blocks.diagonal(), design.X, clusters, 0.0, method, fixed or None, V=blocks)
    return assemble(spec, design, given, problem, search(problem, fixed), fixed)


def _check(method: str, level: float) -> None:
    if method not in ("REML", "ML"):
        raise InputError(f"method='{method}' is not known; use REML or ML.")
    if not 0 < level < 1:
        raise InputError(f"level={level} must lie between 0 and 1, such as 0.95.")


def _inference(vcov: str | None, test: str | None, cluster: Any) -> tuple[str, str]:
    """Covariance and reference distribution, decided together."""
    if vcov is None:
        vcov = "model" if cluster is None else "CR2"
    if vcov.lower() != "model":
        return check_type(vcov), check_reference(test or "Satterthwaite")
    if cluster is not None:
        raise InputError("cluster is for robust standard errors, but vcov='model'; leave one of them out.")
    if (test or "z") not in TESTS:
        raise InputError(f"test='{test}' does not go with vcov='model'; use z or t.")
    return "model", test or "z"


def _check_complete(rows: pd.DataFrame, names: tuple[str, ...]) -> None:
    for name in names:
        gaps = np.flatnonzero(rows[name].isna().to_numpy())
        if len(gaps):
            row = rows.index[gaps[0]]
            raise InputError(f"random: '{name}' in row {row} is missing; fill it in or remove the row.")


def _check_variances(blocks: Blocks, rows: pd.DataFrame) -> None:
    values = blocks.diagonal()
    bad = np.flatnonzero(~(values > 0) | np.isinf(values))
    if len(bad):
        raise InputError(
            f"V in row {rows.index[bad[0]]} is {values[bad[0]]}; a sampling variance must be above 0. "
            "Correct it or remove the row."
        )
    infinite = np.flatnonzero(np.isinf(rows["_yi"].to_numpy()))
    if len(infinite):
        raise InputError(f"yi in row {rows.index[infinite[0]]} is infinite; correct it or remove the row.")


def _grouping(values: pd.Series[Any]) -> Grouping:
    codes, labels = pd.factorize(values.to_numpy(), sort=True)
    return codes.astype(np.int64), tuple(labels.tolist())


def _clusters(V: Blocks, design: Design, terms: tuple[RandomTerm, ...], robust: Grouping | None) -> Clusters:
    """The blocks of effects that belong together; robust clusters must keep them whole."""
    groupings: list[Grouping] = [] if robust is None else [robust]
    groupings += [(t.outer, t.groups) for t in terms]
    groupings += _joined_by_v(V, design)
    clusters = joined(groupings, len(design.y))
    if robust is not None and len(robust[1]) > clusters.J:
        raise InputError(
            "The random effects (or V) join effects of different clusters; name a cluster that holds them, "
            "or leave cluster out."
        )
    if len(design.y) <= len(design.columns):
        k, p = design.X.shape
        raise InputError(f"{k} effects cannot estimate {p} coefficients; use fewer moderators.")
    return clusters


def _joined_by_v(V: Blocks, design: Design) -> list[Grouping]:
    """What covariances of sampling errors join."""
    return [(V.clusters.codes[design.kept], V.clusters.labels)] if covarying(V) else []


def _names(V: Any, random: Any, struct: Any, cluster: Any) -> dict[str, str]:
    """What the call said, for the R code."""
    written = [random] if isinstance(random, str) else list(random or [])
    kinds = [struct] if isinstance(struct, str) else list(struct)
    return {
        "V": V if isinstance(V, str) else "V",
        "random": "; ".join(written),
        "struct": "; ".join(map(str, kinds)),
        "cluster": cluster if isinstance(cluster, str) else "",
    }
