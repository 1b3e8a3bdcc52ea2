"""Size and coverage of the small-sample methods when studies are few. Run by ``make simulations``.

Each replicate draws studies with dependent effects under a true null hypothesis of a factor with three
levels, fits CE and CHE models with a wrong correlation of sampling errors, and asks every method for its
answer. Seeds belong to replicates, so the figures do not depend on the number of processes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402

from consilience import meta  # noqa: E402

PAGE = Path(__file__).parents[1] / "docs" / "simulations.md"
REPLICATES = 600
DRAWS = 399
STUDIES = (10, 20, 40, 80)
SHARES = {"balanced": (1 / 3, 1 / 3, 1 / 3), "unbalanced": (0.7, 0.2, 0.1)}
TAU2, OMEGA2, RHO, ASSUMED_RHO = 0.04, 0.02, 0.5, 0.8
TRUTH = 0.3
METHODS = ("covered_satt", "covered_z", "htz", "htz_che", "covered_che", "wild", "chi2")
TESTED = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Cell:
    """One combination: how many studies, and how the factor's levels are shared out."""

    studies: int
    balance: str

    def levels(self) -> np.ndarray:
        """The level of each study; at least two studies have each."""
        small = [max(2, round(self.studies * share)) for share in SHARES[self.balance][1:]]
        return np.repeat([0, 1, 2], [self.studies - sum(small), *small])


def draw(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Effects, sampling variances, studies and model matrix; the levels do not differ in truth."""
    sizes = rng.integers(1, 8, cell.studies)
    study = np.repeat(np.arange(cell.studies), sizes)
    k = len(study)
    vi = np.repeat(4 / rng.integers(20, 200, cell.studies), sizes) * rng.uniform(0.9, 1.1, k)
    shared, own = rng.normal(size=cell.studies)[study], rng.normal(size=k)
    error = np.sqrt(vi) * (np.sqrt(RHO) * shared + np.sqrt(1 - RHO) * own)
    between = rng.normal(0, np.sqrt(TAU2), cell.studies)[study]
    yi = TRUTH + between + rng.normal(0, np.sqrt(OMEGA2), k) + error
    return yi, vi, study, np.eye(3)[cell.levels()][study] @ np.array([[1, 0, 0], [1, 1, 0], [1, 0, 1]])


def answers(cell: Cell, seed: int) -> np.ndarray:
    """For one replicate what each of METHODS says (1 or 0; NaN where it refuses)."""
    rng = np.random.default_rng([seed, cell.studies, list(SHARES).index(cell.balance)])
    yi, vi, study, X = draw(cell, rng)
    common = {"vi": vi, "cluster": study, "X": X, "rho": ASSUMED_RHO}
    ce = meta.meta_regression(yi, working_model="CE", **common)
    che = meta.meta_regression(yi, working_model="CHE", **common)
    naive = ce.with_vcov("CR0")
    wild = ce.wald_test_cwb(TESTED, reps=DRAWS, seed=seed)
    return np.array(
        [
            _covers(ce, "Satterthwaite"),
            _covers(naive, "z"),
            _rejects(ce.wald_test(TESTED, "HTZ").p_value),
            _rejects(che.wald_test(TESTED, "HTZ").p_value),
            _covers(che, "Satterthwaite"),
            _rejects(wild.p_value),
            _rejects(naive.wald_test(TESTED, "chi-sq").p_value),
        ]
    )


def _covers(fit: meta.MetaFit, test: str) -> float:
    """Whether the interval of the third level's difference contains the truth, 0."""
    found = fit.infer(TESTED[1:], test=test)
    return float(found.ci_lower[0] <= 0 <= found.ci_upper[0]) if np.isfinite(found.se[0]) else np.nan


def _rejects(p: float) -> float:
    return float(p <= 0.05) if np.isfinite(p) else np.nan


def batch(job: tuple[Cell, range]) -> np.ndarray:
    """Answers of some replicates of a cell."""
    cell, seeds = job
    return np.array([answers(cell, seed) for seed in seeds])


def jobs() -> Iterator[tuple[Cell, range]]:
    """Cells in parts of a hundred replicates."""
    for studies, balance in product(STUDIES, SHARES):
        for start in range(0, REPLICATES, 100):
            yield Cell(studies, balance), range(start, min(start + 100, REPLICATES))


def spoken(values: np.ndarray) -> str:
    """A share in percent, and in brackets how often the method refused."""
    kept = values[np.isfinite(values)]
    refused = 1 - len(kept) / len(values)
    text = f"{100 * kept.mean():.1f}" if len(kept) else "-"
    return f"{text} ({100 * refused:.0f} % refused)" if refused > 0.005 else text


def table(found: dict[Cell, np.ndarray]) -> str:
    """The page's table."""
    head = ["studies", "levels", "CR2 + Satterthwaite, CE", "same, CHE", "CR0 + z"]
    head += ["HTZ, CE", "HTZ, CHE", "wild bootstrap, CE", "CR0 + chi²"]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * 9]
    for cell, values in found.items():
        share = dict(zip(METHODS, values.T))
        order = ("covered_satt", "covered_che", "covered_z", "htz", "htz_che", "wild", "chi2")
        cells = [str(cell.studies), cell.balance, *(spoken(share[name]) for name in order)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run every cell on the machine's processors and write the table into docs/simulations.md."""
    started, found = time.perf_counter(), {}
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        todo = list(jobs())
        for (cell, _), part in zip(todo, pool.map(batch, todo)):
            found.setdefault(cell, []).append(part)
            if len(found[cell]) * 100 >= REPLICATES:
                print(
                    f"{cell.studies} studies, {cell.balance}: {time.perf_counter() - started:.0f} s",
                    file=sys.stderr,
                )
    text = table({cell: np.concatenate(parts) for cell, parts in found.items()})
    before, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- begin table -->")
    after = rest.partition("<!-- end table -->")[2]
    error = 100 * np.sqrt(0.05 * 0.95 / REPLICATES)
    told = f"{REPLICATES} replicates a row; "
    told += f"Monte Carlo standard error of a rate near 5 % or 95 %: {error:.1f} points."
    PAGE.write_text(
        f"{before}<!-- begin table -->\n{text}\n\n{told}\n<!-- end table -->{after}", encoding="utf-8"
    )
    print(text)


if __name__ == "__main__":
    main()
