"""Bias and coverage of the methods under known selection: the table of docs/bias.md.

Run: python tests/meta_bias/bias_simulation.py [replicates]
"""

from __future__ import annotations

import sys

import numpy as np

from consilience import meta

MEAN, STUDIES = 0.2, 60


def seen(rng: np.random.Generator, tau: float, chance: float) -> tuple[np.ndarray, np.ndarray]:
    """60 studies of 20 to 800 people; without a significant positive result, seen with this chance."""
    y, v = [], []
    while len(y) < STUDIES:
        var = 4.0 / np.exp(rng.uniform(np.log(20), np.log(800)))
        effect = MEAN + np.sqrt(tau**2 + var) * rng.standard_normal()
        if effect > 1.96 * np.sqrt(var) or rng.random() < chance:
            y.append(effect)
            v.append(var)
    return np.array(y), np.array(v)


def estimates(y: np.ndarray, v: np.ndarray) -> dict[str, tuple[float, float, float]]:
    """Estimate and limits of each method."""
    plain, fill, step = meta.rma(y, v), meta.trimfill(y, v), meta.selection_model(y, v)
    rows = {
        "random effects": (plain.beta[0], plain.ci_lower[0], plain.ci_upper[0]),
        "step function (.025)": (step.beta[0], step.ci_lower[0], step.ci_upper[0]),
    }
    for name, r in {
        "trim and fill": fill, "Henmi-Copas": meta.hc(y, v), "PET-PEESE": meta.pet_peese(y, v),
        "WAAP-WLS": meta.waap_wls(y, v), "limit meta-analysis": meta.limit_meta(y, v),
        "p-uniform": meta.p_uniform(y, v),
    }.items():  # fmt: skip
        rows[name] = (r.estimate, r.ci_lower, r.ci_upper)
    return rows


def main(replicates: int) -> None:
    """Print mean estimate minus 0.2, root mean squared error and coverage."""
    for tau, chance in ((0.0, 1.0), (0.2, 1.0), (0.0, 0.2), (0.2, 0.2)):
        rng = np.random.default_rng(1)
        runs = [estimates(*seen(rng, tau, chance)) for _ in range(replicates)]
        print(f"tau = {tau}, chance of non-significant results = {chance}")
        for name in runs[0]:
            e, low, high = np.array([r[name] for r in runs], dtype=float).T
            cover = np.mean((low <= MEAN) & (high >= MEAN))
            rmse = np.sqrt(np.mean((e - MEAN) ** 2))
            print(f"| {name} | {e.mean() - MEAN:+.3f} | {rmse:.3f} | {100 * cover:.0f} % |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
