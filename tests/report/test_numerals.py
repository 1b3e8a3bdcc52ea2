"""How numbers are printed."""

from __future__ import annotations

import pytest
import report_sample
from hypothesis import given
from hypothesis import strategies as st

from consilience.report import numerals as say

MINUS = "\u2212"


@given(st.floats(-1e6, 1e6))
def test_a_printed_number_reads_back_to_what_was_printed(value: float) -> None:
    text = say.number(value)
    assert "-" not in text
    assert float(text.replace(MINUS, "-")) == pytest.approx(value, abs=0.005001)


@given(st.floats(-0.0049, 0.0049))
def test_zero_has_no_sign(value: float) -> None:
    assert say.number(value) == "0.00"


@given(st.floats(0, 1))
def test_p_has_three_digits_and_no_leading_zero(p: float) -> None:
    text = say.p_value(p)
    assert text in ("< .001", "> .999") or (text[0] == "." and len(text) == 4) or text == "1.000"
    if text[0] == ".":
        assert float(text) == pytest.approx(p, abs=0.000501)
    elif text == "< .001":
        assert p < 0.001
    else:
        assert p > 0.9994


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_not_a_number_is_a_dash(value: float | None) -> None:
    assert {say.number(value), say.p_value(value), say.count(value), say.proportion(value)} == {"–"}


def test_an_estimate_without_an_interval_prints_its_point_alone() -> None:
    alone = report_sample.percent("x", "x", -7.8, 1.0, ci_lower=None, ci_upper=None)
    assert say.estimate_ci(alone) == "−7.8"
    assert say.estimate_ci(report_sample.missing("x", "x")) == "not estimable"


def test_a_slope_gets_a_third_digit_and_a_percent_change_one() -> None:
    slope = report_sample.estimate("s", "Age", "moderator_slope", 0.0042, 0.001, per=10, unit="year")
    assert say.estimate_ci(slope).startswith("0.004 [")
    assert say.per_units(slope) == "10 years"
    assert say.estimate_ci(report_sample.percent("p", "p", 14.72, 1.0)).startswith("14.7 [")


def test_sentences_get_true_minus_signs_but_ranges_and_codes_do_not() -> None:
    assert say.typeset("from -0.02 to .64, IL-6, 10.1001/a-2, pages 3-9") == (
        "from −0.02 to .64, IL-6, 10.1001/a-2, pages 3-9"
    )
