"""CHE by REML with CR2, Satterthwaite and HTZ; robu; how both grow with studies. Run by ``make bench``."""

from __future__ import annotations

import pandas as pd
from page import Measured, write_section
from peers import run_pymare, run_r
from stopwatch import cpu_seconds, peak_megabytes
from workload import FORMULA, TESTED, reference

from consilience import meta

LIMITS = {56: "0.3 ms", 500: "2 ms", 5000: "20 ms", 20000: "80 ms"}
MEMORY = """
from consilience import meta
from workload import FORMULA, reference
fit = meta.meta_regression(FORMULA, reference({studies}), rho=0.6)
fit.coef_table(), fit.wald_test("f")
"""


def whole_job(data: pd.DataFrame) -> None:
    """Fit, table with CR2 and Satterthwaite, joint test."""
    fit = meta.meta_regression(FORMULA, data, rho=0.6)
    fit.coef_table()
    fit.wald_test(TESTED, test="HTZ")


def main() -> None:
    """Measure at 56, 500, 5000 and 20000 studies; R as far as it goes."""
    rows, each = [], {}
    for studies in (56, 500, 5000, 20000):
        data = reference(studies)
        seconds = each[studies] = cpu_seconds(lambda data=data: whole_job(data))
        job = f"CHE, CR2, Satterthwaite, HTZ: {studies:,} studies"
        if studies <= 500:
            r = run_r("che.R", data)
            total = sum(r[part] for part in ("fit", "cr2", "htz")) if r else None
            rows.append(
                Measured(job, seconds, "metafor + clubSandwich", total, LIMITS[studies], "not installed")
            )
            robu = cpu_seconds(lambda data=data: meta.robu(FORMULA, data).coef_table())
            rows.append(Measured(f"robu: {studies:,} studies", robu, "robumeta", r.get("robu"), "0.2 ms"))
        pymare = run_pymare(data).get("fit")
        rows.append(
            Measured(job, seconds, "PyMARE (a smaller job)", pymare, LIMITS[studies], "not installed")
        )
    growth = (each[20000] / 20000) / (each[500] / 500)
    memory = peak_megabytes(MEMORY.format(studies=20000)), peak_megabytes(MEMORY.format(studies=56))
    remarks = [
        f"Cost per study at 20,000 studies is {growth:.2f} of that at 500. Peak memory of the whole process: "
        f"{memory[0]:.0f} MB at 20,000 studies (80,000 effects), {memory[1]:.0f} MB at 56."
    ]
    write_section("che", rows, remarks)


if __name__ == "__main__":
    main()
