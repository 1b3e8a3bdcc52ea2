"""Selection models: metafor's fits, published figures, derivatives, known selection, and edges."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, special, stats

from consilience.meta.bias.selection.likelihood import evaluate
from consilience.meta.bias.selection.model import selection_model
from consilience.meta.bias.selection.problem import p_values
from consilience.meta.errors import InputError
from consilience.meta.univariate.entry import rma

FOLDER = Path(__file__).parents[1] / "reference"
SETS = json.loads((FOLDER / "bias.json").read_text())["sets"]
CASES = json.loads((FOLDER / "bias_selection.json").read_text())["cases"]


def data_of(name):
    return np.array(SETS[name]["yi"]), np.array(SETS[name]["vi"])


def named(case):
    more = "-".join(map(str, case["steps"] or ["none"]))
    kinds = [k for k in ("mods", "fixed") if case[k]]
    return "-".join([case["set"], case["type"], case["alternative"], more, case["method"], *kinds])


def fit_of(case):
    y, v = data_of(case["set"])
    x = np.array(SETS[case["set"]]["x"], dtype=float)
    mods = x - x.mean() if case["mods"] else None
    delta = None if case["fixed"] is None else np.array(case["fixed"], dtype=float)
    fit = rma(y, v, mods=mods, method=case["method"])
    return selection_model(
        fit, type=case["type"], steps=case["steps"], alternative=case["alternative"], delta=delta
    )


@pytest.mark.parametrize("case", CASES, ids=named)
def test_fits_agree_with_metafor(case):
    """Where metafor stops lower (it climbs by finite differences), only the heights are compared.

    Its integrals of smooth weight functions are good to some 1e-4, and its standard errors are second
    differences of them, so those are not compared: ours rest on the brute-force and derivative tests below.
    """
    fit = fit_of(case)
    assert fit.converged
    stepped = case["type"] == "stepfun"
    assert fit.loglik >= case["loglik"] - (1e-7 if stepped else 1e-3)
    if case["LRT"] is not None and case["fixed"] is None:
        np.testing.assert_allclose(
            fit.LRT, case["LRT"], rtol=1e-4, atol=1e-5 + 2 * abs(fit.loglik - case["loglik"])
        )
    if stepped:
        np.testing.assert_allclose(fit.beta, case["beta"], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(fit.tau2, case["tau2"], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(fit.delta, np.array(case["delta"], dtype=float), rtol=1e-5, atol=1e-6)
        if None not in case["se"]:
            np.testing.assert_allclose(fit.se, case["se"], rtol=1e-3)
    elif fit.loglik - case["loglik"] < 1e-3:
        np.testing.assert_allclose(fit.beta, case["beta"], rtol=2e-3, atol=1e-3)
        np.testing.assert_allclose(fit.tau2, case["tau2"], rtol=5e-3, atol=1e-4)
        np.testing.assert_allclose(fit.delta, np.array(case["delta"], dtype=float), rtol=1e-2, atol=1e-4)


def test_published_step_function():
    """The figures metafor's own tests state for this data set, with profile likelihood limits."""
    y, v = data_of("hackshaw")
    fit = selection_model(y, v, steps=(0.05, 0.10, 0.50, 1.00))
    np.testing.assert_allclose(fit.delta, [1, 2.422079, 0.977543, 0.396713], rtol=1e-5)
    np.testing.assert_allclose(fit.se_delta[1:], [1.66085, 0.820387, 0.469234], rtol=1e-5)
    np.testing.assert_allclose([fit.LRT, fit.tau2], [7.066137, 0.03071325], rtol=1e-5)
    limits = fit.profile_confint().set_index("name")
    np.testing.assert_allclose(
        limits.loc["tau2", ["ci_lower", "ci_upper"]].astype(float), [0.000224, 0.135284], atol=2e-5
    )
    weights = limits.loc["0.05 < p <= 0.1", ["ci_lower", "ci_upper"]].astype(float)
    np.testing.assert_allclose(weights, [0.665133, 9.915798], rtol=1e-4)


KINDS = [
    {"type": "stepfun", "steps": (0.025, 0.5)},
    {"type": "stepfun", "steps": (0.05, 0.3), "alternative": "two.sided"},
    {"type": "stepfun", "steps": 0.3, "alternative": "less"},
    {"type": "beta"},
    {"type": "beta", "steps": (0.025, 0.975)},
    {"type": "halfnorm"},
    {"type": "negexp", "alternative": "two.sided"},
    {"type": "logistic"},
    {"type": "power"},
    {"type": "negexp", "steps": 0.025},
    {"type": "power", "alternative": "less"},
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: "-".join(map(str, k.values())))
def test_derivatives_against_differences(kind):
    y, v = data_of("hackshaw")
    x = np.linspace(-1, 1, y.size)
    problem = selection_model(y, v, mods=x, **kind).problem
    q = problem.neutral.size
    theta = np.r_[0.15, 0.05, 0.06, problem.neutral + 0.2 + 0.1 * np.arange(q)]
    _, score, hessian = problem.objective(theta)
    h = 1e-6 * np.maximum(1.0, np.abs(theta))
    for i in range(theta.size):
        step = np.eye(theta.size)[i] * h[i]
        up, down = problem.objective(theta + step), problem.objective(theta - step)
        np.testing.assert_allclose((up[0] - down[0]) / (2 * h[i]), score[i], rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose((up[1] - down[1]) / (2 * h[i]), hessian[i], rtol=1e-5, atol=1e-5)


WEIGHTS = {
    "beta": lambda p, d: p ** (d[0] - 1) * (1 - p) ** (d[1] - 1),
    "halfnorm": lambda p, d: np.exp(-d[0] * p**2),
    "negexp": lambda p, d: np.exp(-d[0] * p),
    "logistic": lambda p, d: 2 * np.exp(-d[0] * p) / (1 + np.exp(-d[0] * p)),
    "power": lambda p, d: (1 - p) ** d[0],
    "stepfun": lambda p, d: d[np.searchsorted([0.05, 0.4], p)],
    "power beyond .05": lambda p, d: 1.0 if p <= 0.05 else ((1 - p) / 0.95) ** d[0],
    "negexp beyond .05": lambda p, d: 1.0 if p <= 0.05 else np.exp(-d[0] * (p - 0.05)),
    "beta within .05 and .4": lambda p, d: WEIGHTS["beta"](min(max(p, 0.05), 0.4), d),
}


@pytest.mark.parametrize("alternative", ["greater", "less", "two.sided"])
@pytest.mark.parametrize("type", list(WEIGHTS))
def test_likelihood_is_the_definition_integrated_by_brute_force(type, alternative):
    y, v = np.array([0.5, -0.1, 0.9]), np.array([0.04, 0.02, 0.3])
    kind = type.split()[0]
    delta = {"beta": np.array([0.95, 1.4]), "stepfun": np.array([1.0, 0.6, 0.2])}.get(kind, np.array([1.3]))
    steps = (0.05, 0.4) if kind == "stepfun" or "within" in type else 0.05 if "beyond" in type else None
    fit = selection_model(y, v, type=kind, steps=steps, alternative=alternative, delta=delta, tau2=0.03)
    working = np.log(delta[1:]) if kind == "stepfun" else delta
    ours = evaluate(fit.problem.seen, np.r_[0.2, 0.03, working]).value
    for i in range(3):
        spread, w = np.sqrt(v[i] + 0.03), WEIGHTS[type]

        def density(t, i=i, spread=spread, w=w):
            p = p_values(np.array([t]), v[i : i + 1], alternative)[0]
            return float(w(p, delta)) * stats.norm.pdf(t, 0.2, spread)

        edges = np.array([-special.ndtri(s / (2 if alternative == "two.sided" else 1)) for s in (0.05, 0.4)])
        cuts = np.unique(np.r_[-8 * spread, 0.0, edges * np.sqrt(v[i]), -edges * np.sqrt(v[i]), 8 * spread])
        A = sum(integrate.quad(density, a, b, epsabs=1e-12)[0] for a, b in pairwise(cuts))
        np.testing.assert_allclose(ours[i], np.log(density(y[i]) / A), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("type", ["stepfun", "halfnorm", "negexp", "logistic", "power", "beta"])
def test_no_selection_is_the_ordinary_model(type):
    y, v = data_of("hackshaw")
    delta = {"stepfun": [1, 1], "beta": [1, 1]}.get(type, [0])
    fit, plain = selection_model(y, v, type=type, delta=delta), rma(y, v, method="ML")
    np.testing.assert_allclose(fit.beta, plain.beta, rtol=1e-6)
    np.testing.assert_allclose(fit.tau2, plain.tau2, rtol=1e-5)
    np.testing.assert_allclose(fit.loglik, plain.loglik, rtol=1e-9)


@pytest.mark.parametrize(("type", "steps"), [("stepfun", (0.025, 0.5)), ("negexp", None)])
def test_sign_and_units_change_nothing_else(type, steps):
    y, v = data_of("hackshaw")
    a = selection_model(y, v, type=type, steps=steps)
    b = selection_model(-3 * y, 9 * v, type=type, steps=steps, alternative="less")
    np.testing.assert_allclose(b.beta, -3 * a.beta, rtol=1e-5)
    np.testing.assert_allclose(b.tau2, 9 * a.tau2, rtol=1e-5)
    np.testing.assert_allclose(b.delta, a.delta, rtol=1e-5)
    np.testing.assert_allclose([b.LRT, b.se[0]], [a.LRT, 3 * a.se[0]], rtol=1e-5)


def selected(rng, J, mean, tau, chance, per=1):
    """Studies of which non-significant effects are seen with this chance only."""
    y, v, study = [], [], []
    while len(set(study)) < J:
        n, true, code = rng.integers(15, 90), mean + tau * rng.standard_normal(), len(set(study))
        for _ in range(per):
            var = 4 / n
            effect = true + np.sqrt(var) * rng.standard_normal()
            if effect / np.sqrt(var) > 1.96 or rng.random() < chance:
                y.append(effect), v.append(var), study.append(code)
    return np.array(y), np.array(v), np.array(study)


def test_known_selection_is_undone():
    rng = np.random.default_rng(20)
    fits = [selection_model(*selected(rng, 120, 0.2, 0.15, 0.2)[:2]) for _ in range(40)]
    adjusted = np.array([f.beta[0] for f in fits])
    naive = np.array([f.unadjusted[0] for f in fits])
    covered = np.mean([f.ci_lower[0] <= 0.2 <= f.ci_upper[0] for f in fits])
    assert abs(adjusted.mean() - 0.2) < 0.03 < naive.mean() - 0.2 - 0.05
    assert covered > 0.85
    assert np.median([f.delta[1] for f in fits]) == pytest.approx(0.2, abs=0.06)


def test_clusters_widen_and_the_bootstrap_agrees():
    y, v, study = selected(np.random.default_rng(3), 60, 0.3, 0.6, 0.4, per=4)
    plain, robust = selection_model(y, v), selection_model(y, v, cluster=study)
    assert (robust.beta == plain.beta).all()
    assert robust.se[0] > 1.2 * plain.se[0]
    assert np.isnan(robust.LRT)
    assert 0 <= robust.selection_p <= 1
    boot = robust.bootstrap_confint(reps=150, seed=7)
    assert boot["se"][0] == pytest.approx(robust.se[0], rel=0.35)
    assert boot["ci_lower"][0] < robust.beta[0] < boot["ci_upper"][0]
    assert boot.equals(robust.bootstrap_confint(reps=150, seed=7))


def test_the_sandwich_is_its_definition():
    y, v, study = selected(np.random.default_rng(5), 40, 0.3, 0.2, 0.5, per=2)
    fit = selection_model(y, v, cluster=study)
    at = evaluate(fit.problem.seen, fit.theta)
    sums = np.array([at.score[study == j].sum(axis=0) for j in np.unique(study)])
    inverse, J = np.linalg.inv(-at.hessian), len(sums)
    np.testing.assert_allclose(fit.vcov, J / (J - 1) * inverse @ sums.T @ sums @ inverse, rtol=1e-8)


def test_what_cannot_be_estimated_is_said():
    v = np.full(12, 0.04)
    none = selection_model(np.linspace(-0.1, 0.3, 12), v)
    assert any("weights are held at 1" in c for c in none.cautions)
    assert none.delta.tolist() == [1.0, 1.0]
    every = selection_model(np.linspace(0.45, 1.2, 12), v)
    assert any("Every study lies in the first interval" in c for c in every.cautions)
    assert every.delta[1] == 0.0
    same = selection_model(np.linspace(0.1, 0.9, 12), v)
    assert same.converged
    few = selection_model(np.array([0.1, 0.5, 0.9]), np.array([0.04, 0.05, 0.06]))
    assert any("3 studies" in c for c in few.cautions)
    assert set(few.to_dict()) >= {"beta", "delta", "cautions"}
    assert "Note:" in few.summary()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"type": "steps"}, "not known"),
        ({"steps": (0.5, 0.1)}, "increase"),
        ({"steps": 2.0}, "between 0 and 1"),
        ({"alternative": "up"}, "alternative"),
        ({"delta": [2, 1]}, "must be 1"),
        ({"delta": [1]}, "2 numbers"),
        ({"type": "negexp", "steps": (0.1, 0.2)}, "at most one"),
        ({"type": "beta", "steps": 0.1}, "two"),
        ({"cluster": [1, 2]}, "cluster has 2"),
    ],
)
def test_wrong_arguments_are_named(more, message):
    with pytest.raises(InputError, match=message):
        selection_model([0.1, 0.2, 0.5, 0.6], [0.1, 0.1, 0.02, 0.03], **more)
