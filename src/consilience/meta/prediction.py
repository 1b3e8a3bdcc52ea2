"""Predicted mean effects and the interval in which a new study's true effect is expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from consilience.meta.arrays import Array, as_frame
from consilience.meta.design import Design, model_rows
from consilience.meta.dof import Inference, t_quantile


def rows(design: Design, new: Any) -> tuple[Array, list[Any]]:
    """Model-matrix rows for new values; by default the intercept, or the rows of the data."""
    if new is None:
        if design.columns == ("Intercept",):
            return np.ones((1, 1)), ["Intercept"]
        return design.X, list(design.kept)
    frame = as_frame(new)
    return model_rows(design, frame), list(frame.index)


def table(inference: Inference, spread: float, level: float, labels: list[Any]) -> pd.DataFrame:
    """estimate se df ci_lower ci_upper pi_lower pi_upper; ``estimate +- t sqrt(se^2 + tau2 + omega2)``."""
    half = t_quantile(0.5 + level / 2, inference.df) * np.sqrt(inference.se**2 + spread)
    return pd.DataFrame(
        {
            "estimate": inference.estimate,
            "se": inference.se,
            "df": inference.df,
            "ci_lower": inference.ci_lower,
            "ci_upper": inference.ci_upper,
            "pi_lower": inference.estimate - half,
            "pi_upper": inference.estimate + half,
        },
        index=labels,
    )
