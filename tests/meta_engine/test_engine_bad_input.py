"""Input that cannot be used is refused with its name, its value and the remedy; doubtful fits are flagged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from consilience import meta


def table(**changes) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "study": ["a", "a", "b", "c", "d", "e", "f"],
            "yi": [0.1, 0.3, 0.5, 0.2, 0.4, 0.6, 0.3],
            "vi": [0.04, 0.05, 0.06, 0.05, 0.04, 0.03, 0.05],
            "format": ["group", "group", "individual", "group", "individual", "group", "individual"],
        }
    )
    return frame.assign(**changes)


def with_value(column: str, row: int, value: object) -> pd.DataFrame:
    frame = table()
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return frame


BAD = [
    ("yi ~ 1", with_value("vi", 2, -0.1), {}, r"vi in row 2 is -0.1.*above 0"),
    ("yi ~ 1", with_value("vi", 2, 0.0), {}, r"vi in row 2 is 0.0.*above 0"),
    ("yi ~ 1", with_value("vi", 2, np.nan), {}, r"vi in row 2 is missing.*fill it in"),
    ("yi ~ 1", with_value("vi", 2, np.inf), {}, r"vi in row 2 is inf"),
    ("yi ~ 1", with_value("vi", 3, "0.2.5"), {}, r"vi in row 3 is '0.2.5', which is not a number"),
    ("yi ~ 1", with_value("yi", 3, "n.s."), {}, r"yi.* in row 3 is 'n.s.'"),
    ("yi ~ 1", with_value("yi", 3, np.inf), {}, r"yi in row 3 is infinite"),
    ("yi ~ 1", with_value("study", 4, None), {}, r"cluster in row 4 is missing"),
    ("yi ~ fromat", table(), {}, r"no column 'fromat'.*Did you mean 'format'"),
    ("g ~ 1", table(), {}, r"yi='g'.*no such column"),
    ("yi", table(), {}, r"formula='yi' must name"),
    ("yi ~ (format", table(), {}, r"could not be read"),
    ("yi ~ 1", table(study="a"), {}, r"one study.*at least two studies"),
    ("yi ~ 1", table().iloc[:0], {}, r"data has no rows"),
    ("yi ~ 1", table(yi=np.nan, vi=np.nan), {}, r"Every one of the 7 rows"),
    ("yi ~ 1", table(), {"vi": "variance"}, r"vi='variance'.*no such column"),
    ("yi ~ 1", table(), {"cluster": "trial"}, r"cluster='trial'"),
    ("yi ~ 1", table(), {"vi": [0.1, 0.2]}, r"vi has 2 values but data has 7 rows"),
    ("yi ~ 1", table(), {"rho": 1.5}, r"rho=1.5 must lie"),
    ("yi ~ 1", table(), {"level": 95}, r"level=95 must lie"),
    ("yi ~ 1", table(), {"vcov": "CR9"}, r"vcov='CR9' is not known; use one of CR0"),
    ("yi ~ 1", table(), {"working_model": "XX"}, r"working_model='XX' is not known"),
    ("yi ~ 1", table(), {"working_model": "CE", "estimator": "REML"}, r"estimator='REML' does not go with"),
    ("yi ~ 1", table(), {"test": "bayes"}, r"test='bayes' is not known"),
    ("yi ~ 0 + C(yi)", table(yi=np.arange(7.0)), {}, r"7 effects cannot estimate 7 coefficients"),
]


@pytest.mark.parametrize(("formula", "data", "options", "message"), BAD, ids=[b[3] for b in BAD])
def test_bad_input_is_named(formula: str, data: pd.DataFrame, options: dict, message: str) -> None:
    with pytest.raises(meta.InputError, match=message):
        meta.meta_regression(formula, data, **options)


def test_data_of_the_wrong_kind() -> None:
    with pytest.raises(meta.InputError, match="data is a int"):
        meta.meta_regression("yi ~ 1", 3)


def codes(fit: meta.MetaFit) -> set[str]:
    return {w.code for w in fit.warnings}


def test_rows_without_an_effect_are_listed() -> None:
    frame = table()
    frame.loc[1, ["yi", "vi"]] = np.nan
    frame.loc[5, "format"] = None
    fit = meta.meta_regression("yi ~ format", frame)
    assert [(d.index, d.reason) for d in fit.dropped] == [(1, "yi, vi missing"), (5, "format missing")]
    assert fit.k == 5
    assert "dropped_rows" in codes(fit)


def test_a_level_in_one_study_is_refused_and_named() -> None:
    frame = table(format=["group"] * 3 + ["web"] + ["group"] * 3)
    for model in ("CE", "HE", "CHE"):
        fit = meta.meta_regression("yi ~ format", frame, working_model=model)
        row = fit.coef_table().set_index("term").loc["format[T.web]"]
        assert np.isfinite(row["estimate"])
        assert np.isnan(row["se"])
        assert np.isnan(row["p_value"])
        intercept = fit.coef_table().set_index("term").loc["Intercept"]
        assert np.isfinite(intercept["p_value"])
        joint = fit.wald_test("format")
        assert np.isnan(joint.p_value)
        assert "Only study c informs" in joint.reason
        assert any(w.code == "leverage_one" and w.term == "format[T.web]" for w in fit.warnings)


def test_rank_deficient_columns_are_left_out_and_named() -> None:
    frame = table(x=[1.0, 2, 3, 4, 5, 6, 7])
    frame["twice"] = 2 * frame["x"] + 1
    fit = meta.meta_regression("yi ~ x + twice", frame)
    assert fit.terms == ("Intercept", "x")
    assert fit.design.aliased == ("twice",)
    assert "rank_deficient" in codes(fit)


def test_identical_effects_have_no_p_value() -> None:
    fit = meta.meta_regression("yi ~ 1", table(yi=0.25), working_model="CE")
    table_ = fit.coef_table()
    assert table_["estimate"].item() == pytest.approx(0.25)
    assert np.isnan(table_["p_value"].item())
    assert "do not differ" in fit.inference.reason[0]


def test_zero_components_are_exact_and_told() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"study": np.repeat(np.arange(20), 3), "vi": 0.5})
    frame["yi"] = 0.2 + rng.normal(size=60) * 0.01
    fit = meta.meta_regression("yi ~ 1", frame, working_model="CHE")
    assert fit.tau2 == 0.0
    assert fit.omega2 == 0.0
    assert fit.converged
    assert "boundary" in codes(fit)


def test_too_few_degrees_of_freedom_give_a_reason() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"study": np.arange(8), "yi": rng.normal(size=8), "vi": 0.1})
    for i in range(6):
        frame[f"x{i}"] = rng.normal(size=8)
    joint = meta.meta_regression("yi ~ x0 + x1 + x2 + x3 + x4 + x5", frame, working_model="CE").wald_test()
    assert joint.df_denom <= 0
    assert np.isnan(joint.p_value)
    assert "too few studies" in joint.reason


def test_two_studies_are_flagged() -> None:
    fit = meta.meta_regression("yi ~ 1", table().iloc[:3], working_model="CE")
    assert fit.df[0] == pytest.approx(1.0)
    assert "low_df" in codes(fit)


@pytest.mark.parametrize("model", ["CE", "HE", "CHE"])
def test_single_effects_per_study(model: str) -> None:
    fit = meta.meta_regression("yi ~ 1", table().iloc[1:], working_model=model)
    assert fit.converged
    assert np.isfinite(fit.inference.p_value[0])


def test_unknown_term_names_the_nearest() -> None:
    fit = meta.meta_regression("yi ~ format", table())
    with pytest.raises(meta.InputError, match="no term 'formats'"):
        fit.wald_test("formats")


def test_polars_arrays_and_mappings_give_the_same_fit() -> None:
    import polars as pl

    frame = table()
    one = meta.meta_regression("yi ~ format", frame)
    two = meta.meta_regression("yi ~ format", pl.DataFrame(frame.to_dict(orient="list")))
    x = (frame["format"] == "individual").to_numpy(float)
    three = meta.meta_regression(
        frame["yi"].to_numpy(), vi=frame["vi"].to_numpy(), cluster=frame["study"].to_numpy(),
        X=np.column_stack([np.ones(7), x]),
    )  # fmt: skip
    four = meta.meta_regression("yi ~ format", frame.to_dict(orient="list"))
    for other in (two, three, four):
        np.testing.assert_allclose(one.vcov, other.vcov, rtol=1e-10)
