"""De-duplication: which records report one work, with the reason of each decision."""

from __future__ import annotations

from consilience.dedupe.columns import Columns
from consilience.dedupe.counts import Counts, SourceCount, count
from consilience.dedupe.decisions import Decision, undo
from consilience.dedupe.duplicates import find_duplicates
from consilience.dedupe.explain import Reason, explain, reason
from consilience.dedupe.links import Link, link_reports
from consilience.dedupe.merge import Work, merge, merged
from consilience.dedupe.result import Deduplicated, Pairs

__all__ = [
    "Columns",
    "Counts",
    "Decision",
    "Deduplicated",
    "Link",
    "Pairs",
    "Reason",
    "SourceCount",
    "Work",
    "count",
    "dedupe",
    "explain",
    "find_duplicates",
    "link_reports",
    "merge",
    "merged",
    "reason",
    "undo",
]

dedupe = find_duplicates
