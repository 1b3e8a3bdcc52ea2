"""De-duplication: which records report one work, with the reason of each decision."""

from __future__ import annotations

from consilience.dedupe.columns import Columns
from consilience.dedupe.decisions import Decision, undo
from consilience.dedupe.duplicates import dedupe
from consilience.dedupe.result import Deduplicated, Pairs

__all__ = ["Columns", "Decision", "Deduplicated", "Pairs", "dedupe", "undo"]
