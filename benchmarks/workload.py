"""The reference workload: J studies, about 4 effects each, 5 columns of which one is a factor of 3 levels."""

from __future__ import annotations

import numpy as np
import pandas as pd

FORMULA = "yi ~ 1 + f + x + z"
TESTED = "f"


def reference(studies: int, seed: int = 1) -> pd.DataFrame:
    """``yi vi study es f x z``: f and z differ between studies, x between effects; tau2 0.04, omega2 0.02."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 8, studies)
    study = np.repeat(np.arange(studies), sizes)
    k = len(study)
    f, z = np.repeat(rng.integers(0, 3, studies), sizes), np.repeat(rng.normal(size=studies), sizes)
    x, vi = rng.normal(size=k), rng.uniform(0.02, 0.2, k)
    between = np.repeat(rng.normal(0, 0.2, studies), sizes)
    shared = np.repeat(rng.normal(size=studies), sizes) * np.sqrt(0.6 * vi)
    yi = 0.3 + 0.1 * (f == 1) + 0.05 * x + between + rng.normal(0, 0.15, k) + shared
    yi = yi + rng.normal(0, np.sqrt(0.4 * vi))
    return pd.DataFrame(
        {
            "yi": yi,
            "vi": vi,
            "study": study,
            "es": np.arange(k),
            "f": np.array(list("abc"))[f],
            "x": x,
            "z": z,
        }
    )
