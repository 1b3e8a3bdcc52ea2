"""The array types of the effect-size kernels, and how arguments become arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]
ArrayLike = npt.ArrayLike


def as_float(values: Any) -> FloatArray:
    """A float array in which missing is NaN."""
    return np.asarray(values, dtype=np.float64)


def as_floats(*values: Any) -> tuple[FloatArray, ...]:
    """Float arrays broadcast to one shape."""
    return tuple(np.array(a, dtype=np.float64) for a in np.broadcast_arrays(*map(as_float, values)))
