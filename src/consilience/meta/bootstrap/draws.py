"""Random draws for studies: the auxiliary distributions of the wild bootstrap, or every sign."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from consilience.meta.arrays import Array
from consilience.meta.errors import InputError

Generator = np.random.Generator
Shape = tuple[int, int]


def rademacher(rng: Generator, shape: Shape) -> Array:
    """-1 or 1, each with probability 1/2."""
    return 2.0 * rng.integers(0, 2, shape) - 1.0


def mammen(rng: Generator, shape: Shape) -> Array:
    """Mammen's two points: mean 0, variance 1, third moment 1."""
    root = np.sqrt(5.0)
    low = rng.random(shape) < (root + 1) / (2 * root)
    draws: Array = np.where(low, -(root - 1) / 2, (root + 1) / 2)
    return draws


def webb(rng: Generator, shape: Shape) -> Array:
    """Webb's six points, plus or minus sqrt(1/2), 1, sqrt(3/2)."""
    points = np.sqrt(np.array([0.5, 1.0, 1.5]))
    draws: Array = np.concatenate([-points, points])[rng.integers(0, 6, shape)]
    return draws


def normal(rng: Generator, shape: Shape) -> Array:
    """Standard normal."""
    return rng.standard_normal(shape)


def uniform(rng: Generator, shape: Shape) -> Array:
    """Uniform with mean 0 and variance 1."""
    return rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), shape)


DISTRIBUTIONS: dict[str, Callable[[Generator, Shape], Array]] = {
    "Rademacher": rademacher,
    "Mammen": mammen,
    "Webb": webb,
    "normal": normal,
    "uniform": uniform,
}


def every_sign(J: int) -> Array:
    """All 2^J sign vectors as columns (J, 2^J); the first leaves the data as they are."""
    bits = (np.arange(2**J)[None, :] >> np.arange(J)[:, None]) & 1
    return 1.0 - 2.0 * bits


def distribution(name: str) -> Callable[[Generator, Shape], Array]:
    """An auxiliary distribution by name."""
    for known, draw in DISTRIBUTIONS.items():
        if known.lower() == name.lower():
            return draw
    raise InputError(f"distribution='{name}' is not known; use one of {', '.join(DISTRIBUTIONS)}.")
