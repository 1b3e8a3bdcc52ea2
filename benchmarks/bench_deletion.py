"""Leave-one-study-out and profile intervals at 56 studies, beside metafor. Run by ``make bench``."""

from __future__ import annotations

from page import Measured, write_section
from peers import run_r
from stopwatch import cpu_seconds
from workload import FORMULA, reference

from consilience import meta


def main() -> None:
    """The two jobs that refit a model again and again."""
    data = reference(56)
    r = run_r("deletion.R", data)
    fit = meta.meta_regression(FORMULA, data, rho=0.6)
    V = meta.vcalc("vi", "study", data=data, obs="es", rho=0.6)
    multilevel = meta.rma_mv(FORMULA, data, V=V, random="study/es")
    rows = [
        Measured(
            "leave one study out, CHE, with CR2",
            cpu_seconds(lambda: meta.leave_one_out(fit)),
            "metafor's cooks.distance(cluster=), without CR2",
            r.get("leave_one_study_out"),
            "10 ms",
        ),
        Measured(
            "profile intervals of both variances",
            cpu_seconds(lambda: multilevel.confint_components()),
            "metafor's confint",
            r.get("profile"),
            "2 ms",
        ),
    ]
    write_section("deletion", rows)


if __name__ == "__main__":
    main()
