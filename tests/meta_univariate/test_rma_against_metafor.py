"""``rma`` against metafor 3.8.1 at full precision: data sets x methods x tests x moderators."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from consilience.meta.univariate import rma

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "rma.json").read_text())
ITERATED = {"ML", "REML", "EB", "PM", "PMM"}
EXACT, LOOSE = 1e-8, 1e-6
LIMITS = ("ci_lower", "ci_upper", "pi_lower", "pi_upper")
IDS = [
    "-".join(str(c.get(x)) for x in ("set", "design", "method", "test", "weights"))
    for c in REFERENCE["cases"]
]


def fit_of(case, **more):
    data = REFERENCE["sets"][case["set"]]
    yi, vi = np.array(data["yi"]), np.array(data["vi"])
    mods = np.column_stack(list(data["mods"].values())) if case.get("design") == "mods" else None
    weights = np.sqrt(1 / vi) if case.get("weights") == "sqrt" else None
    return rma(yi, vi, mods=mods, method=case["method"], test=case.get("test", "z"), weights=weights, **more)


def close(ours, theirs, rtol, atol=0.0):
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float), rtol=rtol, atol=atol
    )


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=IDS)
def test_rma_agrees_with_metafor(case):
    fit = fit_of(case)
    rtol = LOOSE if case["method"] in ITERATED else EXACT
    typical = float(np.median(fit.vi))
    close(fit.tau2, case["tau2"], rtol, atol=1e-10 * typical)
    for name in ("beta", "se", "vcov", "statistic", "QE", "QM", "H2", "ci_lower", "ci_upper"):
        close(getattr(fit, name), case[name], rtol, atol=1e-9 * abs(np.asarray(case[name])).max())
    for name in ("p_value", "QE_p", "QM_p"):
        close(getattr(fit, name), case[name], 10 * rtol, atol=1e-280)
    close(fit.I2, case["I2"], rtol, atol=1e-6 * rtol)
    if case["se_tau2"] is not None:
        close(fit.se_tau2, case["se_tau2"], rtol)
    if case["R2"] is not None:
        close(fit.R2, case["R2"], rtol, atol=1e-6)


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=IDS)
def test_likelihood_and_criteria_agree_with_metafor(case):
    fit = fit_of(case)
    close(fit.estimates.loglik_ml, case["fit_ml"][0], LOOSE)
    close(fit.estimates.loglik_reml, case["fit_reml"][0], LOOSE)
    ours = fit.fit_statistics()
    theirs = case["fit_reml" if case["method"] == "REML" else "fit_ml"]
    close([ours["AIC"], ours["BIC"], ours["AICc"]], theirs[2:5], LOOSE)


WITH_PREDICTIONS = [(c, i) for c, i in zip(REFERENCE["cases"], IDS) if "predict" in c]


@pytest.mark.parametrize("case", [c for c, _ in WITH_PREDICTIONS], ids=[i for _, i in WITH_PREDICTIONS])
def test_predictions_and_blups_agree_with_metafor(case):
    fit = fit_of(case)
    rtol = LOOSE if case["method"] in ITERATED else EXACT
    ours = fit.predict()
    for mine, theirs in [("estimate", "pred"), *((n, n) for n in ("se", *LIMITS))]:
        if case["predict"][theirs] != {}:  # an equal-effects model has no prediction interval
            close(ours[mine], np.atleast_1d(case["predict"][theirs]), rtol, atol=1e-8)
    if "blup" in case:
        blup = fit.blup()
        for mine, theirs in (
            ("estimate", "pred"),
            ("se", "se"),
            ("pi_lower", "pi_lower"),
            ("pi_upper", "pi_upper"),
        ):
            close(blup[mine], case["blup"][theirs], rtol, atol=1e-8)


@pytest.mark.parametrize(
    "case", REFERENCE["intervals"], ids=lambda c: f"{c['set']}-{c['method']}-{c['type']}"
)
def test_q_profile_intervals_agree_with_metafor(case):
    fit = fit_of(case)
    ours = fit.confint(type="QP").to_numpy()
    close(ours, case["random"], LOOSE, atol=1e-7 * float(np.median(fit.vi)))
