"""Deletion diagnostics against metafor and against plain refits; GOSH and Baujat by their definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_case import cases, che_fixed, close
from test_engine_properties import trials

from consilience import meta
from consilience.meta.influence import hat_values, influence, residuals

MODELS = ("CE", "HE", "CHE")
WITH_R = [n for n in cases() if "influence" in cases()[n]]


@pytest.mark.parametrize("name", WITH_R)
def test_diagnostics_are_metafors(name: str) -> None:
    fit, theirs = che_fixed(name), cases()[name]["influence"]
    table = influence(fit)
    close(table["cooks_distance"], theirs["cook"], rtol=1e-7, atol=1e-10)
    close(hat_values(fit), theirs["hat"], rtol=1e-7, atol=1e-10)
    close(residuals(fit)["z"], theirs["z"], rtol=1e-7, atol=1e-10)
    close(residuals(fit)["se"], theirs["e_se"], rtol=1e-7, atol=1e-10)
    changes = table[[c for c in table if c.startswith("dfbetas_")]].to_numpy()
    close(changes, theirs["dfbetas"], rtol=1e-7, atol=1e-9)
    assert table["hat"].sum() == pytest.approx(len(fit.beta))
    assert table["weight"].sum() == pytest.approx(100)


@pytest.mark.parametrize("model", MODELS)
def test_leaving_a_study_out_is_a_refit(model: str) -> None:
    frame = trials(21)
    fit = meta.meta_regression("yi ~ x", frame, working_model=model)
    table = fit.leave_one_out()
    for study in ("s0", "s7"):
        refit = meta.meta_regression("yi ~ x", frame[frame["study"] != study], working_model=model)
        rows = table[table["left_out"] == study]
        np.testing.assert_allclose(rows["estimate"], refit.beta, rtol=1e-6)
        np.testing.assert_allclose(rows["se"], refit.se, rtol=1e-6)
        np.testing.assert_allclose(rows["df"], refit.df, rtol=1e-6)
        np.testing.assert_allclose(rows["tau2"], refit.tau2, rtol=1e-5, atol=1e-10)


def test_leaving_an_effect_out_is_a_refit() -> None:
    frame = trials(22, J=8)
    fit = meta.meta_regression("yi ~ 1", frame, working_model="CE")
    table = fit.leave_one_out(by="effect")
    refit = meta.meta_regression("yi ~ 1", frame.drop(index=3), working_model="CE")
    row = table[table["left_out"] == 3].iloc[0]
    np.testing.assert_allclose(
        [row["estimate"], row["se"], row["tau2"]], [refit.beta[0], refit.se[0], refit.tau2]
    )
    assert len(table) == len(frame)


def test_a_study_that_cannot_be_spared_has_no_numbers() -> None:
    frame = trials(23)
    frame["only"] = (frame["study"] == "s3").astype(float)
    table = meta.meta_regression("yi ~ only", frame).leave_one_out()
    assert table.loc[table["left_out"] == "s3", "estimate"].isna().all()
    assert table.loc[table["left_out"] == "s4", "estimate"].notna().all()


def test_deletion_keeps_a_users_v() -> None:
    frame = trials(24, J=8)
    V = np.diag(frame["vi"]) * 1.0
    fit = meta.meta_regression("yi ~ 1", frame, V=V)
    other = meta.meta_regression("yi ~ 1", frame, rho=0.0)
    np.testing.assert_allclose(fit.beta, other.beta, rtol=1e-8)
    np.testing.assert_allclose(fit.leave_one_out()["estimate"], other.leave_one_out()["estimate"], rtol=1e-6)


def test_baujat_adds_up_to_q() -> None:
    fit = meta.meta_regression("yi ~ 1", trials(25))
    table = meta.baujat(fit)
    assert table["contribution"].sum() == pytest.approx(fit.heterogeneity().Q)
    np.testing.assert_allclose(table["influence"], influence(fit)["cooks_distance"])


@pytest.mark.parametrize("model", MODELS)
def test_gosh_is_fits_to_subsets(model: str) -> None:
    frame = trials(26, J=6)
    fit = meta.meta_regression("yi ~ 1", frame, working_model=model)
    table = meta.gosh(fit, subsets=40, seed=1)
    again = meta.gosh(fit, subsets=40, seed=1)
    pd.testing.assert_frame_equal(table, again)
    whole = table[table["studies"] == 6]
    assert len(whole)
    np.testing.assert_allclose(whole["Intercept"], fit.beta[0], rtol=1e-6)
    assert table["studies"].between(2, 6).all()
