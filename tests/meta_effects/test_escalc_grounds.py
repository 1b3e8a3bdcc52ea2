"""Measures that the installed reference does not have: closed forms and simulation."""

import numpy as np
import pytest

from consilience.meta.effects.escalc import escalc
from consilience.meta.glossary import MEASURES


@pytest.mark.parametrize(("measure", "sd"), [("SMCRP", 1.0), ("SMCRPH", 1.6)])
def test_average_sd_measures_in_simulation(measure: str, sd: float) -> None:
    """8,000 trials of 60 people: mean near δ (2 %), mean variance near the variance of the effects."""
    rng, k, n, r, mu = np.random.default_rng(5), 8_000, 60, 0.6, 0.7
    z = rng.standard_normal((2, k, n))
    first = mu + z[0]
    second = sd * (r * z[0] + np.sqrt(1 - r**2) * z[1])
    a, b = first - first.mean(axis=1, keepdims=True), second - second.mean(axis=1, keepdims=True)
    sample_r = (a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    e = escalc(
        measure,
        m1i=first.mean(axis=1),
        m2i=second.mean(axis=1),
        sd1i=first.std(axis=1, ddof=1),
        sd2i=second.std(axis=1, ddof=1),
        ni=np.full(k, n),
        ri=sample_r,
    )
    assert e["yi"].mean() == pytest.approx(mu / np.sqrt((1 + sd**2) / 2), rel=0.02)
    assert e["vi"].mean() == pytest.approx(e["yi"].var(), rel=0.06)


def test_bonett_variances_collapse_to_their_large_sample_kin() -> None:
    """At 10,000 people a group all variance types of a measure agree to 0.1 %."""
    two = {"m1i": [1.0], "sd1i": [2.0], "n1i": [10_000], "m2i": [0.2], "sd2i": [1.5], "n2i": [10_000]}
    for measure in ("SMDH", "SMD1H"):
        plain, bonett = escalc(measure, **two), escalc(measure, **two, vtype="BO")
        assert bonett["vi"][0] == pytest.approx(plain["vi"][0], rel=1e-3)


def test_every_measure_has_its_kernel() -> None:
    from consilience.meta.effects.measures import kernel_of

    for entry in MEASURES.values():
        assert entry.key == "PPC" or callable(kernel_of(entry))


def test_given_effects_pass_through() -> None:
    out = escalc("GEN", yi=[0.1, 0.2], sei=[0.3, np.nan])
    assert out["vi"][0] == pytest.approx(0.09)
    assert np.isnan(out["vi"][1])
