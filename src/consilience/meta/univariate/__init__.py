"""Meta-analysis with one effect per study: the table of contents of this room."""

from consilience.meta.univariate.entry import rma
from consilience.meta.univariate.inference import TESTS, Wald
from consilience.meta.univariate.location_scale import LocationScaleFit
from consilience.meta.univariate.mantel_haenszel import PooledCounts, rma_mh, rma_peto
from consilience.meta.univariate.permutation import PermutationTest
from consilience.meta.univariate.results import RmaFit
from consilience.meta.univariate.sandwich import RobustRma
from consilience.meta.univariate.tau2 import METHODS

__all__ = [
    "METHODS",
    "TESTS",
    "LocationScaleFit",
    "PermutationTest",
    "PooledCounts",
    "RmaFit",
    "RobustRma",
    "Wald",
    "rma",
    "rma_mh",
    "rma_peto",
]
