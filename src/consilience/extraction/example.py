"""The bundled example: figures from publications of psychosocial trials with immune outcomes."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import as_file, files

from consilience.extraction.read import read_trials
from consilience.extraction.table import TrialTable

EXAMPLE_NOTICE = (
    "This is a starter set: 104 rows of figures read in the publications of trials of psychosocial "
    "interventions with immune outcomes, each with its source. It is not the set of 56 trials of the "
    "reference "
    "review (Shields, Spahr & Slavich 2020), whose trial-level data are not public. Intervention types, "
    "outcome "
    "categories and directions are our own coding. Most rows state no figure from which an effect can be "
    "computed; they are listed with the reason."
)


def load_example() -> TrialTable:
    """The bundled trial table, read and checked.

    It holds every row that was read, usable or not: a misprinted SD ("0.2.5"), a printed t that its
    own means do not give, results stated without a number. ``notice`` says what the set is not.

    >>> example = load_example()
    >>> example.n_rows_read == len(example) + len(example.unused) == 104
    True
    """
    with as_file(files("consilience.extraction") / "bundled" / "immune_trials.csv") as path:
        table = read_trials(path, notice=EXAMPLE_NOTICE)
    return replace(table, files=("immune_trials.csv (bundled example)",))
