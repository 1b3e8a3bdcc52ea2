"""Meta-analysis with one effect per study: the table of contents of this room."""

from consilience.meta.univariate.entry import rma
from consilience.meta.univariate.inference import TESTS, Wald
from consilience.meta.univariate.notices import Notice
from consilience.meta.univariate.results import RmaFit
from consilience.meta.univariate.tau2 import METHODS

__all__ = ["METHODS", "TESTS", "Notice", "RmaFit", "Wald", "rma"]
