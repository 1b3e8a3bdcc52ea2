"""Effects from one family to another, with their variances by the delta method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from consilience.meta.effects.arrays import ArrayLike, FloatArray, as_floats
from consilience.meta.errors import InputError

Latent = Literal["logistic", "normal"]
_FACTOR = {"logistic": np.pi / np.sqrt(3), "normal": 1.65}


@dataclass(frozen=True)
class Converted:
    """An effect in its new family and its sampling variance there."""

    yi: FloatArray
    vi: FloatArray


def _factor(latent: str) -> float:
    """Units of log odds per SD."""
    if latent not in _FACTOR:
        raise InputError(f"latent is {latent!r}; it must be 'logistic' or 'normal'.")
    return float(_FACTOR[latent])


def d_to_log_or(d: ArrayLike, vi: ArrayLike, *, latent: Latent = "logistic") -> Converted:
    """ln OR = d π/√3 (logistic; Hasselblad & Hedges 1995) or 1.65 d (normal; Cox & Snell 1989).

    >>> round(float(d_to_log_or(0.5, 0.04).yi), 4)
    0.9069
    """
    d_, v = as_floats(d, vi)
    factor = _factor(latent)
    return Converted(d_ * factor, v * factor**2)


def log_or_to_d(log_or: ArrayLike, vi: ArrayLike, *, latent: Latent = "logistic") -> Converted:
    """d = ln OR √3/π (logistic) or ln OR / 1.65 (normal): the inverse of :func:`d_to_log_or`.

    >>> round(float(log_or_to_d(0.9069, 0.1316).yi), 4)
    0.5
    """
    y, v = as_floats(log_or, vi)
    factor = _factor(latent)
    return Converted(y / factor, v / factor**2)


def d_to_r(d: ArrayLike, vi: ArrayLike, n1: ArrayLike, n2: ArrayLike) -> Converted:
    """r = d/√(d² + a), a = (n1 + n2)²/(n1 n2); variance a² v/(d² + a)³ (Borenstein 2009, eq. 7.7-7.9).

    >>> round(float(d_to_r(0.5, 0.04, 50, 50).yi), 4)
    0.2425
    """
    d_, v, n1_, n2_ = as_floats(d, vi, n1, n2)
    a = (n1_ + n2_) ** 2 / (n1_ * n2_)
    return Converted(d_ / np.sqrt(d_**2 + a), a**2 * v / (d_**2 + a) ** 3)


def r_to_d(r: ArrayLike, vi: ArrayLike) -> Converted:
    """d = 2r/√(1 - r²) for groups of equal size; variance 4 v/(1 - r²)³ (Borenstein 2009, eq. 7.5-7.6).

    >>> round(float(r_to_d(0.2425, 0.01).yi), 3)
    0.5
    """
    r_, v = as_floats(r, vi)
    r_ = np.where(np.abs(r_) < 1, r_, np.nan)
    return Converted(2 * r_ / np.sqrt(1 - r_**2), 4 * v / (1 - r_**2) ** 3)


def r_to_z(r: ArrayLike, vi: ArrayLike) -> Converted:
    """Fisher's z = atanh r; variance v/(1 - r²)².

    >>> round(float(r_to_z(0.5, 0.01).yi), 4)
    0.5493
    """
    r_, v = as_floats(r, vi)
    r_ = np.where(np.abs(r_) < 1, r_, np.nan)
    return Converted(np.arctanh(r_), v / (1 - r_**2) ** 2)


def z_to_r(z: ArrayLike, vi: ArrayLike) -> Converted:
    """r = tanh z; variance v (1 - r²)².

    >>> round(float(z_to_r(0.5493, 0.01).yi), 4)
    0.5
    """
    z_, v = as_floats(z, vi)
    r = np.tanh(z_)
    return Converted(r, v * (1 - r**2) ** 2)


def log_or_to_log_rr(log_or: ArrayLike, vi: ArrayLike, baseline_risk: ArrayLike) -> Converted:
    """RR = OR/(1 - p + p OR) at the control group's risk p (Zhang & Yu 1998), p taken as known.

    >>> round(float(np.exp(log_or_to_log_rr(np.log(2.0), 0.04, 0.2).yi)), 4)
    1.6667
    """
    y, v, p = as_floats(log_or, vi, baseline_risk)
    p = _risk(p)
    below = 1 - p + p * np.exp(y)
    return Converted(y - np.log(below), v * ((1 - p) / below) ** 2)


def log_rr_to_log_or(log_rr: ArrayLike, vi: ArrayLike, baseline_risk: ArrayLike) -> Converted:
    """OR = RR (1 - p)/(1 - p RR) at the control group's risk p; NaN where p RR is 1 or more.

    >>> round(float(np.exp(log_rr_to_log_or(np.log(5 / 3), 0.04, 0.2).yi)), 4)
    2.0
    """
    y, v, p = as_floats(log_rr, vi, baseline_risk)
    p = _risk(p)
    rest = 1 - p * np.exp(y)
    rest = np.where(rest > 0, rest, np.nan)
    return Converted(y + np.log(1 - p) - np.log(rest), v / rest**2)


def _risk(p: FloatArray) -> FloatArray:
    """A baseline risk inside (0, 1)."""
    wrong = (p <= 0) | (p >= 1)
    if wrong.any():
        raise InputError(f"baseline_risk is {p[wrong].ravel()[0]:g}; a risk lies strictly between 0 and 1.")
    return p
