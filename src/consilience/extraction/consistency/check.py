"""``check_consistency``: all comparisons of a row's numbers with each other."""

from __future__ import annotations

from consilience.extraction.consistency.changes import check_changes
from consilience.extraction.consistency.numbers import arm_numbers
from consilience.extraction.consistency.reported import check_reported
from consilience.extraction.consistency.spreads import check_spreads
from consilience.extraction.problems import Problem
from consilience.extraction.table import TrialTable, start_findings


def check_consistency(table: TrialTable) -> tuple[Problem, ...]:
    """Compare the numbers of each usable row with each other; every disagreement is a warning.

    - a reported t, F or p against the means, SDs and sizes, over the rounding of all printed numbers
      and, for changes, over pre-post correlations from 0 to .95: flagged only if none reproduces it;
    - an SD that looks like a standard error, beside the row's other SDs or other studies' of the marker;
    - a change SD that no correlation between -1 and 1 allows; arms that differ at pretest;
    - a change or percent change that the means do not give; a stated favour that they contradict.

    ``code_trials`` runs it, because the favoured side needs the marker's direction.

    >>> import pandas as pd
    >>> from consilience.extraction.read import read_trials
    >>> row = {"study": "A", "n_arm1": 20, "n_arm2": 20, "mean_arm1": 26.96, "sd_arm1": 9.01}
    >>> row |= {"mean_arm2": 22.84, "sd_arm2": 7.19}
    >>> row |= {"reported_stat": "t = 2.120", "reported_stat_of": "posttest"}
    >>> print(check_consistency(read_trials(pd.DataFrame([row])))[0].message.split(", which")[1])
     give |t| = 1.60 (from 1.43 to 1.76 allowing for rounding).
    """
    findings = start_findings(table.frame)
    a, b = arm_numbers(table.frame, "arm1"), arm_numbers(table.frame, "arm2")
    check_reported(table.frame, a, b, findings)
    check_spreads(table.frame, a, b, findings)
    check_changes(table.frame, a, b, findings)
    return findings.finished()
