"""The footnotes of a table."""

from __future__ import annotations

from consilience.report.footnotes import Notes
from consilience.synthesis.result import Caution


def test_cautions_that_say_the_same_share_a_sign_and_keep_their_numbers() -> None:
    notes = Notes()
    first = notes.mark([Caution("imputed_r", "3 of 4 effects use an assumed correlation.")])
    second = notes.mark([Caution("imputed_r", "5 of 9 effects use an assumed correlation.")])
    assert first == second == "a"
    (line,) = notes.lines()
    assert line == (
        "a",
        "Effects that use an assumed correlation: 3 of 4, 5 of 9 (in the order of the rows).",
    )


def test_a_lone_caution_is_printed_as_it_was_said() -> None:
    notes = Notes()
    message = "Without Smith the estimate is 0.31 and its interval, -0.02 to 0.64, includes zero."
    notes.mark(
        [Caution("one_study_dominates", message), Caution("p_bound", "1 of 2 effects rest on a bound.")]
    )
    assert dict(notes.lines()) == {
        "a": message.replace("-0", "\u22120"),
        "b": "1 of 2 effects rest on a bound.",
    }


def test_few_degrees_of_freedom_have_one_sign_whatever_their_number() -> None:
    notes = Notes()
    marks = {notes.mark([Caution("low_df", f"Only {df} degrees of freedom.")]) for df in (1.2, 3.3)}
    assert marks == {"†"}
    assert len(notes.lines()) == 1


def test_letters_do_not_run_out() -> None:
    notes = Notes()
    signs = [notes.mark([Caution("other", f"Message {i}.")]) for i in range(60)]
    assert len(set(signs)) == 60
    assert all(sign.isalpha() for sign in signs)
