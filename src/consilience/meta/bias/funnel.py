"""The numbers of a funnel plot: points, expected limits, contours of significance, Egger's line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from consilience.meta.bias.evidence import about_studies, as_fit, one_mean, sizes
from consilience.meta.bias.finding import Finding
from consilience.meta.bias.predictors import VANISHING, Precision, about_artefact, predictor_values
from consilience.meta.bias.regtest import RegressionTest, regtest
from consilience.meta.errors import InputError


@dataclass(frozen=True, kw_only=True)
class FunnelData(Finding):
    """``points``: study, yi, sei, precision, p_value. ``limits``: sei, lower and upper where 95 % of studies
    would lie without heterogeneity. ``contours``: sei and, per level, the effect that just reaches it.
    ``asymmetry``: the regression test whose line ``limit + slope * predictor`` may be drawn.
    """

    points: pd.DataFrame
    limits: pd.DataFrame
    contours: pd.DataFrame
    center: float
    predictor: str
    asymmetry: RegressionTest

    def explain(self) -> str:
        """What the funnel's shape says."""
        return self.asymmetry.explain()


def funnel_data(
    effects: Any,
    vi: Any = None,
    *,
    data: Any = None,
    n1: Any = None,
    n2: Any = None,
    ni: Any = None,
    predictor: str = "sei",
    levels: tuple[float, ...] = (0.10, 0.05, 0.01),
    steps: int = 50,
    **options: Any,
) -> FunnelData:
    """Everything a contour-enhanced funnel plot draws (Peters et al. 2008).

    ``predictor`` is the vertical axis: ``sei``, or ``arms`` (sqrt(1/n1 + 1/n2)) or another of ``regtest``;
    limits and contours are on the scale of the standard error and belong to ``sei``.

    >>> funnel_data([0.9, 0.6, 0.35, 0.2], [0.2, 0.1, 0.04, 0.01]).contours.columns.tolist()
    ['sei', 'p0.1', 'p0.05', 'p0.01']
    """
    fit = as_fit(effects, vi, data=data, **options)
    one_mean(fit, "A funnel plot")
    if predictor not in VANISHING:
        raise InputError(f"predictor={predictor!r} grows with the study; use one of {', '.join(VANISHING)}.")
    given = {"ni": ni, "n1": n1, "n2": n2}
    read = {n: None if v is None else sizes(n, v, effects, data, fit) for n, v in given.items()}
    precision = Precision(fit.vi, **read)
    sei, center = np.sqrt(fit.vi), float(fit.beta[0])
    p = 2.0 * special.ndtr(-np.abs(fit.yi) / sei)
    points = pd.DataFrame(
        {
            "study": fit.labels,
            "yi": fit.yi,
            "sei": sei,
            "precision": predictor_values(predictor, precision),
            "p_value": p,
        }
    )
    grid = np.linspace(0.0, float(sei.max()) * 1.05, steps)
    critical = float(-special.ndtri((1.0 - fit.level) / 2.0))
    limits = pd.DataFrame({"sei": grid, "lower": center - critical * grid, "upper": center + critical * grid})
    contours = pd.DataFrame({"sei": grid} | {f"p{a:g}": -special.ndtri(a / 2.0) * grid for a in levels})
    return FunnelData(
        points=points, limits=limits, contours=contours, center=center, predictor=predictor,
        asymmetry=regtest(fit, model="rma", predictor=predictor, **read),
        cautions=(*about_studies(fit.vi), *about_artefact(predictor, precision)),
    )  # fmt: skip
