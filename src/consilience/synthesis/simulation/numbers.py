"""Draws what the trials would print: means, SDs, change scores and tests, as samples of people give.

Only sufficient statistics are drawn (means, and the 2 x 2 covariance of pre- and posttest by
Bartlett's decomposition of a Wishart matrix), never single people, so that a table of 100,000
studies takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consilience.synthesis.simulation.design import Design
from consilience.synthesis.simulation.settings import SimulationSettings

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ArmSample:
    """Pre- and posttest of one arm in units of the true SD: means, SDs, correlation, SD of change."""

    pre: Floats
    post: Floats
    sd_pre: Floats
    sd_post: Floats
    sd_change: Floats
    r: Floats


def true_effects(rng: np.random.Generator, design: Design, settings: SimulationSettings) -> Floats:
    """Each row's true effect in SDs, positive = good; smaller at follow-up."""
    by_study = rng.normal(settings.effect, settings.tau, settings.n_studies)
    own = rng.normal(0.0, settings.omega, design.study.size)
    decay = np.where(design.follow_up, settings.follow_up_decay, 1.0)
    return decay * (by_study[design.study] + own)


def sample_arm(
    rng: np.random.Generator,
    n: NDArray[np.int64],
    design: Design,
    change: Floats,
    settings: SimulationSettings,
) -> ArmSample:
    """What an arm of ``n`` people shows when its true mean moves by ``change`` SDs."""
    r = settings.pre_post_r
    z = shared_noise(rng, design, settings) / np.sqrt(n)
    pre, post = z[0], change + r * z[0] + np.sqrt(1 - r * r) * z[1]
    a11 = np.sqrt(rng.chisquare(n - 1))
    a21 = rng.normal(size=n.size)
    a22 = np.sqrt(rng.chisquare(n - 2))
    # rows of L A, where L is the Cholesky root of the true correlation matrix
    b21, b22 = r * a11 + np.sqrt(1 - r * r) * a21, np.sqrt(1 - r * r) * a22
    s11, s12, s22 = a11**2 / (n - 1), a11 * b21 / (n - 1), (b21**2 + b22**2) / (n - 1)
    sd_change = np.sqrt(s11 + s22 - 2 * s12)
    return ArmSample(pre, post, np.sqrt(s11), np.sqrt(s22), sd_change, s12 / np.sqrt(s11 * s22))


def shared_noise(rng: np.random.Generator, design: Design, settings: SimulationSettings) -> Floats:
    """Two standard normal draws per row, correlated across the rows of a study."""
    common = rng.normal(size=(2, settings.n_studies))[:, design.study]
    own = rng.normal(size=(2, design.study.size))
    share = settings.shared_error
    return np.asarray(np.sqrt(share) * common + np.sqrt(1 - share) * own, dtype=np.float64)


def t_of_change(arm1: ArmSample, arm2: ArmSample, n1: Floats, n2: Floats) -> Floats:
    """Student's t of the arms' difference in change, pooled SD of change."""
    pooled = ((n1 - 1) * arm1.sd_change**2 + (n2 - 1) * arm2.sd_change**2) / (n1 + n2 - 2)
    difference = (arm1.post - arm1.pre) - (arm2.post - arm2.pre)
    return np.asarray(difference / np.sqrt(pooled * (1 / n1 + 1 / n2)), dtype=np.float64)
