"""Whether a row's numbers agree with each other: recomputed, not judged."""

from consilience.extraction.consistency.check import check_consistency

__all__ = ["check_consistency"]
