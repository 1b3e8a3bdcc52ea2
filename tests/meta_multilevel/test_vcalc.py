"""Sampling covariances: metafor's numbers, closed forms, and blocks that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from mv_reference import close, reference

from consilience import meta
from consilience.meta import vcalc

R = pd.DataFrame(reference()["vcalc"]["R"], index=list("abc"), columns=list("abc"))
OBS = {"obs": "obs"}
GROUPS = {"grp1": "grp1", "grp2": "grp2", "time1": "time", "time2": "time2", "phi": 0.8, "rho": 0.9}
CALLS: dict[str, dict[str, Any]] = {
    "obs": OBS | {"rho": 0.6},
    "obs_sub": OBS | {"rho": 0.6, "subgroup": "sub"},
    "type_obs": OBS | {"type": "type", "rho": (0.7, 0.3)},
    "type_matrix": OBS | {"type": "type", "rho": (0.7, R)},
    "time": OBS | {"time1": "time", "rho": 0.7, "phi": 0.8},
    "groups": OBS | GROUPS | {"w1": "w1", "w2": "w2"},
    "groups_equal": OBS | GROUPS,
}


def table() -> pd.DataFrame:
    return pd.DataFrame(reference()["vcalc"]["data"])


@pytest.mark.parametrize("kind", CALLS)
def test_vcalc_is_metafors(kind: str) -> None:
    theirs = reference()["vcalc"]["V"][kind]
    ours = vcalc("vi", "cluster", data=table(), **CALLS[kind]).to_dense()
    close(ours, theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kind", CALLS)
def test_order_of_rows_changes_nothing(kind: str) -> None:
    order = np.random.default_rng(0).permutation(len(table()))
    one = vcalc("vi", "cluster", data=table(), **CALLS[kind]).to_dense()
    two = vcalc("vi", "cluster", data=table().iloc[order], **CALLS[kind]).to_dense()
    np.testing.assert_allclose(two, one[np.ix_(order, order)], rtol=1e-14)


def test_shared_control_group_by_hand() -> None:
    """Two arms of 10 and 20 against one control of 30: covariance 1/30 of the common variance."""
    V = vcalc([1 / 10 + 1 / 30, 1 / 20 + 1 / 30], [1, 1], grp1=["a", "b"], grp2=["c", "c"], w1=[10, 20],
              w2=[30, 30]).to_dense()  # fmt: skip
    np.testing.assert_allclose(V[0, 1], 1 / 30, rtol=1e-14)


def test_correlations_by_pairs_of_types_in_any_form() -> None:
    pairs = {("a", "b"): 0.2, ("c", "a"): 0.3, ("b", "c"): 0.4}
    options = {"obs": "obs", "type": "type", "data": table()}
    one = vcalc("vi", "cluster", rho=(0.7, R), **options).to_dense()
    two = vcalc("vi", "cluster", rho=(0.7, pairs), **options).to_dense()
    three = vcalc("vi", "cluster", rho=(0.7, R.to_numpy()), **options).to_dense()
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, three)


def test_repeated_ids_are_named() -> None:
    frame = table()
    frame.loc[7, "obs"] = frame.loc[6, "obs"]
    with pytest.raises(meta.InputError, match=r"cluster 2: rows 6 and 7 have the same obs.*own obs"):
        vcalc("vi", "cluster", data=frame, obs="obs", rho=0.6)


def test_impossible_correlations_are_named_or_mended() -> None:
    rho = {("a", "b"): 0.9, ("a", "c"): 0.9, ("b", "c"): -0.5}
    options = {"type": ["a", "b", "c"], "rho": rho}
    with pytest.raises(meta.InputError, match=r"no data can have these correlations.*-0.547"):
        vcalc([1.0, 4, 9], [1, 1, 1], **options)
    V = vcalc([1.0, 4, 9], [1, 1, 1], nearpd=True, **options).to_dense()
    np.testing.assert_allclose(np.diag(V), [1, 4, 9], rtol=1e-12)
    assert np.linalg.eigvalsh(V)[0] > 0
    # where nothing is wrong, nothing is mended
    sound = vcalc("vi", "cluster", data=table(), obs="obs", rho=0.6).to_dense()
    same = vcalc("vi", "cluster", data=table(), obs="obs", rho=0.6, nearpd=True).to_dense()
    np.testing.assert_array_equal(sound, same)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"obs": "obs"}, "need rho"),
    ({"rho": 0.5}, "rho needs obs or type"),
    ({"obs": "obs", "rho": 1.5}, r"rho=1.5 must lie"),
    ({"obs": "obs", "type": "type", "rho": 0.5}, "within types, between types"),
    ({"time1": "time"}, "time1 needs phi"),
    ({"time2": "time"}, "time2 is given without time1"),
    ({"time1": "time", "phi": 2}, "phi=2 must lie"),
    ({"grp2": "grp1"}, "grp2 is given without grp1"),
    ({"w2": "w1"}, "give grp2 as well"),
    ({"obs": "scale", "rho": 0.5}, "obs='scale'.*no such column"),
    ({"type": "type", "rho": R.loc[["a", "b"], ["a", "b"]]}, "no row and column for 'c'"),
    ({"type": "type", "rho": {("a", "b"): 0.1}}, "no correlation for"),
    ({"rvars": ["w1", "w2"]}, "a cluster has 5 effects"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[b[1] for b in BAD])
def test_bad_input_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(meta.InputError, match=message):
        vcalc("vi", "cluster", data=table(), **options)


def test_gaps_are_named_but_a_missing_variance_is_kept_as_a_gap() -> None:
    frame = table().astype({"cluster": object})
    with pytest.raises(meta.InputError, match="cluster in row 3 is missing"):
        vcalc("vi", "cluster", data=frame.assign(cluster=[*"aaa", None, *"a" * 26]), obs="obs", rho=0.5)
    frame.loc[4, "vi"] = np.nan
    V = vcalc("vi", "cluster", data=frame, obs="obs", rho=0.5).to_dense()
    assert np.isnan(V[4, :5]).all()
    assert np.isfinite(np.delete(np.delete(V, 4, 0), 4, 1)).all()


def test_many_studies_stay_blocks() -> None:
    k = 80_000
    V = vcalc(np.full(k, 0.1), np.arange(k) // 4, obs=np.arange(k) % 4, rho=0.5)
    assert sum(part.nbytes for part in V.parts) == k * 4 * 8
    with pytest.raises(meta.InputError, match="meant for 5000"):
        V.to_dense()


def test_working_models_take_the_blocks_and_leave_out_rows() -> None:
    frame = table().assign(yi=np.linspace(-0.5, 0.9, 30), x=np.tile([0.1, 0.9, 0.4], 10))
    frame.loc[[2, 17], "x"] = np.nan
    V = vcalc("vi", "cluster", data=frame, obs="obs", rho=0.6)
    fit = meta.meta_regression("yi ~ x", frame, cluster="cluster", V=V)
    plain = meta.meta_regression("yi ~ x", frame, cluster="cluster", rho=0.6)
    np.testing.assert_allclose(fit.vcov, plain.vcov, rtol=1e-8)
    mv = meta.rma_mv("yi ~ x", frame, V=V, random="cluster/obs", cluster="cluster")
    np.testing.assert_allclose(mv.vcov, plain.vcov, rtol=1e-6)
