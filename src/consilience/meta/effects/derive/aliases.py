"""Other names under which the columns of a trial table are known."""

from __future__ import annotations

from collections.abc import Iterable

_ARMED = {
    "n": ("n", "n_post"),
    "mean": ("m_post", "mean_post", "post_mean"),
    "sd": ("sd_post", "post_sd"),
    "baseline_m": ("m_pre", "mean_pre", "pre_mean", "baseline_mean"),
    "baseline_sd": ("sd_pre", "pre_sd"),
    "baseline_n": ("n_pre",),
    "mean_change": ("mean_change", "m_change"),
    "sd_change": ("sd_change",),
    "n_change": ("n_change",),
    "ci_change": ("ci_change",),
    "pre_post_r": ("pre_post_r", "ppcor"),
}
_ENDINGS = {"arm1": ("_t", "_T", "_1"), "arm2": ("_c", "_C", "_2")}
_METAPSY = {
    f"{new}_{arm}": (f"{old}_{arm}",)
    for arm in ("arm1", "arm2")
    for new, old in (
        ("baseline_m", "m_baseline"),
        ("baseline_sd", "sd_baseline"),
        ("baseline_n", "n_baseline"),
    )
}
_ROW = {
    "pre_post_r": ("ppcor", "pre_post_cor", "rho_pre_post"),
    "precalc_g": (".g",),
    "precalc_g_se": (".g_se",),
    "rand_arm1": ("n_randomized_arm1",),
    "rand_arm2": ("n_randomized_arm2",),
}


def _all_aliases() -> dict[str, tuple[str, ...]]:
    """Canonical name -> the other names, most specific first."""
    found: dict[str, tuple[str, ...]] = dict(_ROW)
    for stem, others in _ARMED.items():
        for arm, endings in _ENDINGS.items():
            names = tuple(o + e for o in others for e in endings)
            found[f"{stem}_{arm}"] = (*names, "N" + endings[1]) if stem == "n" else names
    found["n_arm1"] += ("N_t",)
    found["n_arm2"] += ("N_c",)
    for name, others in _METAPSY.items():
        found[name] = found[name] + others
    return found


ALIASES = _all_aliases()


def resolve(columns: Iterable[str]) -> dict[str, str]:
    """Canonical name -> the name that the table uses, for every column it is known by."""
    have = list(columns)
    names = {c: c for c in have}
    for canonical, others in ALIASES.items():
        if canonical not in names:
            hit = next((o for o in others if o in names), None)
            if hit is not None:
                names[canonical] = hit
    return names
