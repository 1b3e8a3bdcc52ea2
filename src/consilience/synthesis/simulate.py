"""Makes synthetic trial tables for any protocol: to try the program, to test it, to plan a review."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from consilience.protocol.load import load_protocol
from consilience.protocol.model import Protocol
from consilience.synthesis.simulation.design import Design, draw_design
from consilience.synthesis.simulation.numbers import ArmSample, sample_arm, t_of_change, true_effects
from consilience.synthesis.simulation.settings import SimulationSettings

Floats = NDArray[np.float64]

SYNTHETIC_NOTE = "synthetic: drawn at random, not a real trial"


def simulate_trials(
    protocol: Protocol | str = "psychosocial-immune",
    *,
    n_studies: int = 56,
    participants: int = 4060,
    effect: float = 0.30,
    tau: float = 0.31,
    seed: int = 0,
    **settings: Any,
) -> pd.DataFrame:
    """Draw a trial table that looks like a real one and says on every row that it is not.

    A study's true effect is normal(``effect``, ``tau``) in SDs, positive = the protocol's good
    direction; its people are drawn as in :class:`SimulationSettings`, whose other fields may be
    given by name. By default the table has the size of a review of 56 trials with 4060 people, and
    its pooled effect scatters around 0.30 with a standard error near .048 on about 51 degrees of
    freedom. Most rows print pre- and posttest means and SDs; some print change scores, t or F.

    Parameters
    ----------
    protocol : a bundled protocol's name, a file, or a ``Protocol``.
    n_studies, participants : how many studies, and people in all their arms together (exactly).
    effect, tau : mean and between-study SD of the true effects, in SDs.
    seed : the same seed gives the same table.

    Raises
    ------
    InputError : where a setting is out of its range, naming it.

    Examples
    --------
    >>> table = simulate_trials(n_studies=3, participants=120, seed=1)
    >>> sorted(table["study"].unique())
    ['Synthetic 001', 'Synthetic 002', 'Synthetic 003']
    """
    chosen = SimulationSettings(
        n_studies=n_studies, participants=participants, effect=effect, tau=tau, **settings
    )
    if isinstance(protocol, str):
        protocol = load_protocol(protocol)
    rng = np.random.default_rng(seed)
    design = draw_design(rng, protocol, chosen)
    sign = np.array([1.0 if m.direction == "beneficial" else -1.0 for m in protocol.markers])
    gain = sign[design.marker] * true_effects(rng, design, chosen)
    drift = rng.normal(0.0, 0.1, chosen.n_studies)[design.study]
    arm1 = sample_arm(rng, design.n_arm1, design, drift + gain, chosen)
    arm2 = sample_arm(rng, design.n_arm2, design, drift, chosen)
    form = draw_form(rng, design.study.size, chosen)
    scale = marker_scale(rng, len(protocol.markers))[design.marker]
    table = design.columns.copy()
    for arm, sample, n in (("arm1", arm1, design.n_arm1), ("arm2", arm2, design.n_arm2)):
        print_arm(table, arm, sample, n, form, scale, chosen.coefficient_of_variation)
    print_test(table, design, arm1, arm2, form, sign)
    stated = rng.random(design.study.size) < chosen.states_r_share
    table["pre_post_r"] = np.where(stated & (form == "means"), significant((arm1.r + arm2.r) / 2, 3), np.nan)
    table["notes"] = SYNTHETIC_NOTE
    return table


def draw_form(rng: np.random.Generator, rows: int, settings: SimulationSettings) -> NDArray[np.str_]:
    """How each row prints its result: means, change, t or F."""
    change, t, f = settings.change_share, settings.t_share, settings.F_share
    return rng.choice(np.array(["means", "change", "t", "F"]), rows, p=[1 - change - t - f, change, t, f])


def marker_scale(rng: np.random.Generator, markers: int) -> Floats:
    """A pretest mean per marker, anywhere from 1 to 100 of its unit."""
    return np.asarray(10 ** rng.uniform(0.0, 2.0, markers), dtype=np.float64)


def print_arm(
    table: pd.DataFrame,
    arm: str,
    sample: ArmSample,
    n: NDArray[np.int64],
    form: NDArray[np.str_],
    mean: Floats,
    cv: float,
) -> None:
    """Write one arm's numbers, in the marker's unit, into the columns that its form of printing fills."""
    sd = cv * mean
    means, change = form == "means", form == "change"
    table[f"n_{arm}"] = n
    table[f"baseline_m_{arm}"] = printed(mean + sd * sample.pre, means | change)
    table[f"baseline_sd_{arm}"] = printed(sd * sample.sd_pre, means | change)
    table[f"mean_{arm}"] = printed(mean + sd * sample.post, means)
    table[f"sd_{arm}"] = printed(sd * sample.sd_post, means)
    table[f"mean_change_{arm}"] = printed(sd * (sample.post - sample.pre), change)
    table[f"sd_change_{arm}"] = printed(sd * sample.sd_change, change)
    table[f"n_change_{arm}"] = np.where(change, n.astype(np.float64), np.nan)


def printed(values: Floats, where: NDArray[np.bool_]) -> Floats:
    """Five significant digits, as a generous journal prints; blank elsewhere."""
    return np.where(where, significant(values, 5), np.nan)


def significant(values: Floats, digits: int) -> Floats:
    """Round to significant digits, so that they print short."""
    size = np.floor(np.log10(np.maximum(np.abs(values), 1e-9)))
    scale = 10.0 ** (digits - 1 - size)
    return np.asarray(np.round(values * scale) / scale, dtype=np.float64)


def print_test(
    table: pd.DataFrame,
    design: Design,
    arm1: ArmSample,
    arm2: ArmSample,
    form: NDArray[np.str_],
    sign: Floats,
) -> None:
    """Write t and F tests of the difference in change, and whom they favour, where rows print those."""
    n1, n2 = design.n_arm1.astype(np.float64), design.n_arm2.astype(np.float64)
    t = t_of_change(arm1, arm2, n1, n2)
    text = np.full(t.size, None, dtype=object)
    for i in np.flatnonzero((form == "t") | (form == "F")):
        df = int(n1[i] + n2[i]) - 2
        text[i] = f"t({df}) = {t[i]:.3f}" if form[i] == "t" else f"F(1, {df}) = {t[i] ** 2:.3f}"
    table["reported_stat"] = text
    tested = np.array([value is not None for value in text])
    table["reported_stat_of"] = pd.Series("change", table.index, dtype=object).where(tested)
    favoured = np.where(sign[design.marker] * t > 0, "arm1", "arm2")
    table["favours"] = pd.Series(favoured, table.index, dtype=object).where(tested)
