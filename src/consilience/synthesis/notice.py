"""What a reader of a report must be told first about the data in it."""

from __future__ import annotations

from consilience.extraction import TrialTable
from consilience.synthesis.simulate import SYNTHETIC_NOTE

SYNTHETIC = "SYNTHETIC DATA. These trials were drawn at random to try out the program; none of them is real."
PARTLY_SYNTHETIC = "SYNTHETIC DATA AMONG THESE ROWS. Some trials were drawn at random and are not real."


def notice_of(table: TrialTable) -> str:
    """The table's own notice, and whether its trials are made up."""
    said = []
    if "notes" in table.frame:
        made_up = [SYNTHETIC_NOTE in str(note) for note in table.frame["notes"]]
        if any(made_up):
            said.append(SYNTHETIC if all(made_up) else PARTLY_SYNTHETIC)
    return " ".join([*said, table.notice]).strip()
