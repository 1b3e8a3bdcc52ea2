"""A table too large for a whole plan is refused at once, with what to do instead."""

from __future__ import annotations

import pandas as pd
import pytest

import consilience
from consilience.errors import InputError
from consilience.synthesis import run


def test_a_table_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MAX_ROWS", 3)
    rows = pd.DataFrame({"study": list("abcd"), "marker": ["CRP"] * 4})
    with pytest.raises(InputError, match=r"4 rows.*Split the table"):
        consilience.synthesize(rows)
