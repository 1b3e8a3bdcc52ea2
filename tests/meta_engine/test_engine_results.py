"""What a fit says: tables, contrasts, predictions, subgroups, words, R code, a user's V."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_engine_properties import trials

from consilience import meta


def test_coefficient_table_has_the_promised_columns() -> None:
    table = meta.meta_regression("yi ~ x + g", trials(1)).coef_table()
    assert list(table) == ["term", "estimate", "se", "statistic", "df", "p_value", "ci_lower", "ci_upper"]
    np.testing.assert_allclose(table["statistic"], table["estimate"] / table["se"])
    t = stats.t(table["df"])
    np.testing.assert_allclose(table["p_value"], 2 * t.sf(np.abs(table["statistic"])), rtol=1e-9)
    np.testing.assert_allclose(table["ci_upper"], table["estimate"] + t.ppf(0.975) * table["se"])


def test_terms_can_be_named_in_every_way() -> None:
    fit = meta.meta_regression("yi ~ x + C(g)", trials(1))
    by_term, by_variable = fit.wald_test("C(g)"), fit.wald_test("g")
    by_columns, by_matrix = fit.wald_test(list(by_term.labels)), fit.wald_test(np.eye(4)[2:])
    for other in (by_variable, by_columns, by_matrix):
        assert other.p_value == by_term.p_value
    assert len(fit.wald_test().labels) == 3


def test_contrast_of_levels_is_the_difference() -> None:
    frame = trials(2)
    treatment = meta.meta_regression("yi ~ g", frame)
    means = meta.meta_regression("yi ~ 0 + g", frame)
    one = treatment.contrasts([[0, 1, -1]], ["b - c"]).iloc[0]
    two = means.contrasts([[0, 1, -1]]).iloc[0]
    for column in ("estimate", "se", "df", "p_value"):
        assert one[column] == pytest.approx(two[column], rel=1e-7)
    for fit in (treatment, means):
        pairs = fit.pairwise("g", adjust="bonferroni").set_index("term")
        assert list(pairs.index) == ["a - b", "a - c", "b - c"]
        assert pairs.loc["b - c", "estimate"] == pytest.approx(one["estimate"], rel=1e-7)
        np.testing.assert_allclose(pairs["p_adjusted"], np.minimum(3 * pairs["p_value"], 1))


def test_bad_contrasts_are_named() -> None:
    fit = meta.meta_regression("yi ~ g", trials(2))
    with pytest.raises(meta.InputError, match="2 columns but the model has 3"):
        fit.contrasts([[1, 0]])
    with pytest.raises(meta.InputError, match="repeat each other"):
        fit.wald_test(np.array([[0, 1, 0], [0, 2, 0]]))
    with pytest.raises(meta.InputError, match="not categorical"):
        meta.meta_regression("yi ~ x", trials(2)).pairwise("x")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # the numbers that R's p.adjust gives for these p-values
        ("holm", [0.05, 0.08, 0.09, 0.09, 0.09]),
        ("hochberg", [0.05, 0.05, 0.05, 0.05, 0.05]),
        ("bonferroni", [0.05, 0.10, 0.15, 0.20, 0.25]),
        ("BH", [0.05, 0.05, 0.05, 0.05, 0.05]),
        ("BY", [0.114166666666667] * 5),
        ("none", [0.01, 0.02, 0.03, 0.04, 0.05]),
    ],
)
def test_adjusted_p_values(method: str, expected: list[float]) -> None:
    p = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    np.testing.assert_allclose(meta.adjust_p(p, method), expected, rtol=1e-12)
    np.testing.assert_allclose(meta.adjust_p(p[::-1], method), expected[::-1], rtol=1e-12)
    assert np.isnan(meta.adjust_p(np.array([0.1, np.nan]), method)[1])


def test_prediction_interval_adds_the_spread_of_true_effects() -> None:
    fit = meta.meta_regression("yi ~ 1", trials(3), working_model="CHE")
    row, t = fit.predict().iloc[0], stats.t(fit.df[0]).ppf(0.975)
    half = t * np.sqrt(fit.se[0] ** 2 + fit.tau2 + fit.omega2)
    assert row["pi_upper"] == pytest.approx(row["estimate"] + half)
    assert row["ci_lower"] == pytest.approx(fit.coef_table()["ci_lower"].item())


def test_prediction_for_new_values() -> None:
    fit = meta.meta_regression("yi ~ x + g", trials(3))
    new = pd.DataFrame({"x": [0.0, 1.0], "g": ["b", "a"]})
    predicted = fit.predict(new)
    b = dict(zip(fit.terms, fit.beta))
    np.testing.assert_allclose(
        predicted["estimate"], [b["Intercept"] + b["g[T.b]"], b["Intercept"] + b["x"]], rtol=1e-10
    )
    with pytest.raises(meta.InputError, match="needs column 'g'"):
        fit.predict(new[["x"]])


def test_heterogeneity_levels_add_up() -> None:
    h = meta.meta_regression("yi ~ 1", trials(4), working_model="CHE").heterogeneity()
    assert pytest.approx(sum(h.I2_levels.values())) == h.I2
    assert 0 <= h.I2 <= 100


def test_moderator_means_are_the_cell_means_model() -> None:
    frame = trials(5, J=20)
    result = meta.moderator(frame, "g", working_model="CE")
    fit = meta.meta_regression("yi ~ g", frame, working_model="CE")
    assert result.test.p_value == pytest.approx(fit.wald_test("g").p_value, rel=1e-7)
    assert list(result.rows["term"]) == ["a", "b", "c"]
    assert result.rows["effects"].sum() == len(frame)
    assert result.rows["estimate"].iloc[0] == pytest.approx(fit.beta[0], rel=1e-7)
    slope = meta.moderator(frame, "x", working_model="CE")
    assert slope.kind == "continuous"
    assert slope.test.statistic == pytest.approx(slope.rows["statistic"].item() ** 2)


def test_tables_in_one_call() -> None:
    frame = trials(6, J=20)
    table = meta.moderator_table(frame, ["g", "x"], working_model="HE")
    assert list(table["moderator"]) == ["g", "g", "g", "x"]
    lonely = pd.concat([frame, frame.iloc[:1].assign(study="z", g="d")], ignore_index=True)
    groups = meta.subgroup_table(lonely, "g")
    assert groups.loc[groups["subgroup"] == "d", "reason"].str.contains("one study").all()
    one = meta.meta_regression("yi ~ 1", lonely[lonely["g"] == "a"])
    assert groups.loc[groups["subgroup"] == "a", "estimate"].item() == pytest.approx(one.beta[0])


def test_interaction_tests_the_product_only() -> None:
    frame = trials(7, J=25)
    result = meta.interaction(frame, "x", "g", working_model="CE")
    fit = meta.meta_regression("yi ~ x * g", frame, working_model="CE")
    assert result.test.p_value == pytest.approx(fit.wald_test("x:g").p_value)
    assert result.test.df_num == 2


def test_partial_r2_and_bubble_data() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"study": np.arange(60), "x": rng.normal(size=60), "vi": 0.01})
    frame["yi"] = frame["x"] + rng.normal(size=60) * 0.11
    fit = meta.meta_regression("yi ~ x", frame)
    assert meta.partial_r2(fit, frame, "yi ~ 1") > 0.95
    dots, line = meta.bubble_data(fit, "x", points=5)
    assert dots["weight"].sum() == pytest.approx(100)
    np.testing.assert_allclose(np.diff(line["estimate"]) / np.diff(line["x"]), fit.beta[1])


def test_words_numbers_and_code() -> None:
    fit = meta.meta_regression("yi ~ 1", trials(8))
    assert fit.explain().count(". ") >= 1
    assert f"{fit.k} effects of {fit.J} studies" in fit.explain()
    assert "CHE working model" in fit.summary()
    text = json.dumps(fit.to_dict())
    assert '"term": "Intercept"' in text
    assert "rma.mv(yi ~ 1, V = V, random = ~ 1 | study / es" in fit.r_code()
    assert 'modelweights = "CORR", rho = 0.8' in meta.robu("yi ~ 1", trials(8)).r_code()


def test_users_v_by_matrix_and_by_study() -> None:
    frame = trials(9).reset_index(drop=True)
    s = np.sqrt(frame["vi"].to_numpy())
    same = frame["study"].to_numpy()[:, None] == frame["study"].to_numpy()[None, :]
    V = np.where(same, 0.6 * np.outer(s, s), 0.0)
    np.fill_diagonal(V, frame["vi"])
    by_study = {study: V[np.ix_(rows, rows)] for study, rows in frame.groupby("study").indices.items()}
    by_rho = meta.meta_regression("yi ~ x", frame, rho=0.6)
    for given in (V, by_study):
        fit = meta.meta_regression("yi ~ x", frame, V=given)
        np.testing.assert_allclose(fit.vcov, by_rho.vcov, rtol=1e-7)
    singular = {k: np.ones_like(v) * 0.1 for k, v in by_study.items()}
    with pytest.raises(meta.InputError, match="V is not positive definite in cluster"):
        meta.meta_regression("yi ~ x", frame, V=singular)
    with pytest.raises(meta.InputError, match="between studies"):
        meta.meta_regression("yi ~ x", frame, V=V + 1e-3)
    with pytest.raises(meta.InputError, match="V has shape"):
        meta.meta_regression("yi ~ x", frame, V=V[:3, :3])


def test_the_table_of_contents_is_true() -> None:
    for name in meta.__all__:
        assert getattr(meta, name) is not None
    with pytest.raises(AttributeError):
        meta.nothing_of_that_name  # noqa: B018


def test_importing_the_engine_is_cheap() -> None:
    code = (
        "import consilience.meta, sys; print([m for m in ('numpy', 'pandas', 'scipy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "right",
    [
        "1 + x",
        "x + g",
        "0 + g",
        "g - 1",
        "x + C(year)",
        "0 + x + g + h",
        "0 + C(year) + g",
        "flag + x",
        "`a b` + g",
    ],
)
def test_simple_formulas_give_formulaics_columns(right: str) -> None:
    import formulaic

    from consilience.meta.additive import additive_spec

    frame = trials(10, J=15)
    rng = np.random.default_rng(1)
    frame["year"] = rng.integers(2000, 2003, len(frame))
    frame["h"] = np.array(["u", "v"])[rng.integers(0, 2, len(frame))]
    frame["a b"] = rng.normal(size=len(frame))
    frame["flag"] = np.array(["no", "yes"])[rng.integers(0, 2, len(frame))]
    spec = additive_spec(right, frame)
    assert spec is not None
    theirs = formulaic.model_matrix(right, frame)
    names, owners = spec.names()
    assert list(names) == [str(c).replace("`", "") for c in theirs.columns]
    np.testing.assert_allclose(spec.rows(frame), np.asarray(theirs, dtype=float))
    assert sorted(i for columns in owners.values() for i in columns) == list(range(len(names)))


def test_new_levels_are_named() -> None:
    fit = meta.meta_regression("yi ~ g", trials(3))
    with pytest.raises(meta.InputError, match="no level 'z'; it has a, b, c"):
        fit.predict({"g": ["z"]})
