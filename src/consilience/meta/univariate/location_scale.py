"""Location-scale models: moderators of the mean and of the heterogeneity, fitted together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.errors import InputError
from consilience.meta.spec import FitWarning
from consilience.meta.univariate.basis import Array, Basis
from consilience.meta.univariate.inference import (
    Wald,
    critical_value,
    reference_df,
    two_sided_p,
    wald,
)
from consilience.meta.univariate.model import Options, one
from consilience.meta.univariate.moderators import Design, full_rank
from consilience.meta.univariate.moments import typical_variance
from consilience.meta.univariate.scale_likelihood import ScaleClimb, ScaleModel, climb_scale
from consilience.meta.univariate.tables import plain
from consilience.meta.univariate.tau2 import estimate_tau2

# A tau2 this small beside a typical sampling variance is zero for the data: its logarithm runs away.
_VANISHED = 1e-9


@dataclass(frozen=True)
class Block:
    """Coefficients of one part of the model with their covariance and df of the test."""

    terms: tuple[str, ...]
    estimate: Array
    vcov: Array
    df: float
    level: float

    @property
    def se(self) -> Array:
        """Standard errors."""
        return np.asarray(np.sqrt(np.diag(self.vcov)))

    def table(self, part: str) -> pd.DataFrame:
        """One row per coefficient."""
        statistic = self.estimate / self.se
        half = critical_value(self.level, self.df) * self.se
        values = {"estimate": self.estimate, "se": self.se, "statistic": statistic, "df": self.df}
        limits = {"ci_lower": self.estimate - half, "ci_upper": self.estimate + half}
        p = two_sided_p(statistic, self.df)
        return pd.DataFrame({"part": part, "term": self.terms, **values, "p_value": p, **limits})

    def omnibus(self) -> Wald:
        """Test of all coefficients but the intercept."""
        tested = [j for j, name in enumerate(self.terms) if name != "Intercept"] or [0]
        names = tuple(self.terms[j] for j in tested)
        return wald(self.estimate, self.vcov, np.eye(len(self.terms))[tested], self.df, names)


@dataclass(frozen=True)
class LocationScaleFit:
    """A fitted location-scale model.

    ``location`` are coefficients of the mean (units of yi); ``scale`` those of log tau2 (link "log") or of
    tau2 (link "identity"); ``tau2`` (k,) the heterogeneity at each study's moderators.
    """

    yi: Array
    vi: Array
    design: Design
    scale_design: Design
    labels: tuple[str, ...]
    options: Options
    link: str
    location: Block
    scale: Block
    tau2: Array
    loglik: float
    converged: bool
    steps: int
    warnings: tuple[FitWarning, ...]

    @property
    def beta(self) -> Array:
        """Coefficients of the mean."""
        return self.location.estimate

    @property
    def alpha(self) -> Array:
        """Coefficients of the heterogeneity."""
        return self.scale.estimate

    @property
    def QM(self) -> Wald:
        """Omnibus test of the mean's moderators."""
        return self.location.omnibus()

    @property
    def QS(self) -> Wald:
        """Omnibus test of the heterogeneity's moderators."""
        return self.scale.omnibus()

    def coef_table(self) -> pd.DataFrame:
        """Coefficients of both parts, told apart by the column ``part``."""
        return pd.concat([self.location.table("location"), self.scale.table("scale")], ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """The coefficient table."""
        return self.coef_table()

    def to_dict(self) -> dict[str, Any]:
        """Plain types; NaN and infinity become None."""
        model = {"formula": self.design.formula, "scale": self.scale_design.formula, "link": self.link}
        model |= {"method": self.options.method, "test": self.options.test, "k": str(self.yi.size)}
        out: dict[str, Any] = plain(
            {
                "model": model,
                "coefficients": self.coef_table().to_dict("records"),
                "loglik": self.loglik,
                "QM": dict(vars(self.QM)),
                "QS": dict(vars(self.QS)),
                "converged": self.converged,
                "warnings": [dict(vars(w)) for w in self.warnings],
            }
        )
        return out

    def summary(self) -> str:
        """The fit in a few lines of text."""
        head = f"Location-scale model of {self.yi.size} studies ({self.options.method}, {self.link} link)"
        table = self.coef_table().to_string(index=False, float_format=lambda x: f"{x:.4g}")
        return "\n".join([head, table, *(f"Note: {w.message}" for w in self.warnings)])


def fit_location_scale(
    yi: Array, vi: Array, built: Design, scale: Design, labels: tuple[str, ...], options: Options, link: str
) -> LocationScaleFit:
    """Fit by ML or REML; ``built`` and ``scale`` are the designs of the mean and of the heterogeneity."""
    _check(options, link, yi.size, built, scale)
    (built, basis), (scale, Z) = full_rank(built), full_rank(scale)
    model = ScaleModel(one(yi, vi, basis), Z.Q, link == "log", options.method == "REML")
    found = climb_scale(model, _start(model))
    tau2 = model.tau2(found.alpha)
    typical = float(typical_variance(model.batch)[0])
    vanished = bool(tau2.min() <= _VANISHED * typical)
    k, p, q = yi.size, basis.size, Z.size
    mean = found.point.fit
    n = k - p if options.method == "REML" else k
    location = _block(
        built.terms,
        mean.coef[0],
        mean.inverse[0],
        basis,
        options,
        reference_df(options.test, k - p),
    )
    spread = _inverse(found.point.observed)
    heterogeneity = _block(scale.terms, found.alpha, spread, Z, options, reference_df(options.test, k - q))
    return LocationScaleFit(
        yi, vi, built, scale, labels, options, link, location, heterogeneity, tau2,
        found.point.loglik - 0.5 * n * float(np.log(2 * np.pi)),
        found.converged and not vanished, found.steps,
        _remarks(found, vanished),
    )  # fmt: skip


def _check(options: Options, link: str, k: int, built: Design, scale: Design) -> None:
    if link not in ("log", "identity"):
        raise InputError(f"link={link!r} is not known. Choose 'log' or 'identity'.")
    if options.method not in ("ML", "REML"):
        raise InputError(f"method={options.method!r} does not fit a scale= model. Choose 'ML' or 'REML'.")
    if options.test not in ("z", "t"):
        raise InputError(f"test={options.test!r} does not go with scale=. Choose 'z' or 't'.")
    if options.tau2 is not None:
        raise InputError("tau2= and scale= exclude each other: leave one of them out.")
    if k <= max(len(built.terms), len(scale.terms)):
        raise InputError(
            f"scale: {k} studies are too few for {len(built.terms)} + {len(scale.terms)} coefficients. "
            "Use fewer moderators or more studies."
        )


def _start(model: ScaleModel) -> Array:
    """The homogeneous tau2 (or a tenth of a typical variance where that is zero), projected on Z."""
    method = "REML" if model.restricted else "ML"
    tau2 = float(estimate_tau2(method, model.batch).value[0])
    level = max(tau2, 0.1 * float(typical_variance(model.batch)[0]))
    target = np.full(model.Z.shape[0], np.log(level) if model.log_link else level)
    alpha = np.asarray(model.Z.T @ target)
    if not model.log_link and model.tau2(alpha).min() <= 0:
        raise InputError("scale: with link='identity' the moderators need an intercept, or use link='log'.")
    return alpha


def _inverse(information: Array) -> Array:
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-12 * abs(values[-1]):
        return np.full_like(information, np.nan)
    return np.asarray((vectors / values) @ vectors.T)


def _block(
    terms: tuple[str, ...], coef: Array, cov: Array, basis: Basis, options: Options, df: float
) -> Block:
    back = np.linalg.inv(basis.R)
    return Block(terms, back @ coef, back @ cov @ back.T, df, options.level)


def _remarks(found: ScaleClimb, vanished: bool) -> tuple[FitWarning, ...]:
    if vanished:
        message = (
            "Some studies' tau2 goes to zero and the scale's coefficients run away; do not rely on them."
        )
        return (FitWarning("boundary", message),)
    if not found.converged:
        message = (
            f"The search did not reach a maximum in {found.steps} steps; try link='log' or fewer moderators."
        )
        return (FitWarning("not_converged", message),)
    return ()
