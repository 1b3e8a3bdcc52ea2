"""All checks of a trial table that need no protocol, run one after another."""

from __future__ import annotations

import pandas as pd

from consilience.extraction.checks_design import check_design
from consilience.extraction.checks_numbers import check_numbers
from consilience.extraction.duplicates import check_duplicates
from consilience.extraction.findings import Findings


def validate(frame: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Check every row; returns the frame with derived cells filled in (``effect_id``)."""
    frame = check_design(frame, findings)
    check_numbers(frame, findings)
    check_duplicates(frame, findings)
    return frame
