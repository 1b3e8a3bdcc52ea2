"""Statistics as publications print them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.meta.effects.reported import parse_reported_stat


@pytest.mark.parametrize(
    ("text", "kind", "value", "df1", "df2"),
    [
        ("t(58) = 2.12", "t", 2.12, 58, None),
        ("t58=−2.12", None, None, None, None),
        ("t (58)=−2.12", "t", -2.12, 58, None),
        ("T = -1.7", "t", -1.7, None, None),
        ("F(1,33)=3.39", "F", 3.39, 1, 33),
        ("F [1, 33.5] = 3.39, p = .07", "F", 3.39, 1, 33.5),
        ("p = .02", "p", 0.02, None, None),
        ("P=0.002", "p", 0.002, None, None),
        ("p-value: 0.03", "p", 0.03, None, None),
        ("p<.05", "p_bound", 0.05, None, None),
        ("p ≤ 0.001", "p_bound", 0.001, None, None),
        ("p > .10", "p_bound", 0.1, None, None),
        ("p = .000", "p_bound", 0.001, None, None),
        ("χ²(1) = 4.5", "chi2", 4.5, 1, None),
        ("X2(1, N = 90) = 4.5", "chi2", 4.5, 1, 90),
        ("ηp² = .12", "eta2", 0.12, None, None),
        ("η² = .12", "eta2", 0.12, None, None),
        ("Cohen's d = 0.45", "d", 0.45, None, None),
        ("Hedges’ g=-.3", "g", -0.3, None, None),
        ("phi = .2", "phi", 0.2, None, None),
        ("z = 2.1", "z", 2.1, None, None),
        ("0.2.5", None, None, None, None),
        ("p = 0.2.5", None, None, None, None),
        ("n.s.", None, None, None, None),
        ("", None, None, None, None),
    ],
)
def test_one_statistic(
    text: str, kind: str | None, value: float | None, df1: float | None, df2: float | None
) -> None:
    found = parse_reported_stat(text)
    if kind is None:
        assert found == ()
    else:
        assert (found[0].kind, found[0].value, found[0].df1, found[0].df2) == (kind, value, df1, df2)


def test_several_in_one_cell_keep_their_order() -> None:
    assert [s.kind for s in parse_reported_stat("F(1, 33) = 3.39; p = .075; d = 0.6")] == ["F", "p", "d"]


def test_an_odds_ratio_keeps_its_interval() -> None:
    stat = parse_reported_stat("OR = 2.5 (95% CI 1.2 to 5.1)")[0]
    assert (stat.value, stat.ci) == (2.5, (1.2, 5.1))
    assert parse_reported_stat("OR 2.5") == ()


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.text(max_size=60))
def test_any_text_is_read_without_error(text: str) -> None:
    assert all(s.text for s in parse_reported_stat(text))
