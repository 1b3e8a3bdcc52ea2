"""The knobs of a synthetic trial table."""

from __future__ import annotations

from dataclasses import dataclass

from consilience.errors import InputError

SMALLEST_STUDY = 16
"""People in a synthetic study, both arms together: below this, real trials are rarely published."""


@dataclass(frozen=True)
class SimulationSettings:
    """How synthetic trials are drawn; the defaults resemble a review of 56 small trials.

    ``effect``, ``tau`` and ``omega`` are in standard deviations, positive = the protocol's good
    direction: a study's true effect is normal(``effect``, ``tau``), and each of its markers is
    normal around that with SD ``omega``. ``shared_error`` is the correlation of the sampling
    errors of two markers measured in the same people.
    """

    n_studies: int = 56
    participants: int = 4060
    effect: float = 0.30
    tau: float = 0.31
    omega: float = 0.10
    effects_per_study: float = 3.0
    size_spread: float = 0.95
    """SD of the logarithm of study size."""
    pre_post_r: float = 0.5
    shared_error: float = 0.6
    coefficient_of_variation: float = 0.5
    focal_share: float = 0.45
    follow_up_share: float = 0.2
    follow_up_decay: float = 0.9
    """The effect at follow-up as a share of the effect right after treatment."""
    missing_share: float = 0.1
    """Studies that do not state a given moderator."""
    change_share: float = 0.15
    t_share: float = 0.06
    F_share: float = 0.06
    states_r_share: float = 0.15

    def __post_init__(self) -> None:
        check_design(self)
        check_shares(self)


def check_design(settings: SimulationSettings) -> None:
    """Refuse a number of studies or people that cannot make a trial table."""
    if settings.n_studies < 1:
        raise InputError(f"n_studies is {settings.n_studies}; give 1 or more.")
    least = SMALLEST_STUDY * settings.n_studies
    if settings.participants < least:
        raise InputError(
            f"participants is {settings.participants}, but {settings.n_studies} studies need at least "
            f"{least} ({SMALLEST_STUDY} each). Ask for more participants or fewer studies."
        )
    if settings.effects_per_study < 1:
        raise InputError(f"effects_per_study is {settings.effects_per_study}; give 1 or more.")


def check_shares(settings: SimulationSettings) -> None:
    """Refuse shares, correlations and spreads outside their range."""
    for name, value in vars(settings).items():
        if name.endswith("_share") and not 0 <= value <= 1:
            raise InputError(f"{name} is {value}; a share lies between 0 and 1.")
    for name in ("tau", "omega", "size_spread", "shared_error"):
        if getattr(settings, name) < 0:
            raise InputError(f"{name} is {getattr(settings, name)}; give 0 or more.")
    if not -1 < settings.pre_post_r < 1:
        raise InputError(f"pre_post_r is {settings.pre_post_r}; a correlation lies between -1 and 1.")
    if settings.shared_error > 1:
        raise InputError(f"shared_error is {settings.shared_error}; a correlation is at most 1.")
    if settings.change_share + settings.t_share + settings.F_share > 1:
        raise InputError("change_share, t_share and F_share add up to more than 1.")
