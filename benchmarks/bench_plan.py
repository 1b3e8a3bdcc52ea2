"""The whole analysis plan of a bundled protocol over 56 synthetic trials. Run by ``make bench``."""

from __future__ import annotations

from page import Measured, write_section
from stopwatch import cpu_seconds

import consilience


def main() -> None:
    """Synthesis alone, beyond imports and reading; then the report with its figures."""
    trials = consilience.simulate_trials(n_studies=56, participants=4060, seed=1)
    result = consilience.synthesize(trials, "psychosocial-immune")
    rows = [
        Measured(
            "synthesize: every estimate of the plan",
            cpu_seconds(lambda: consilience.synthesize(trials, "psychosocial-immune"), most=3),
            limit="0.05 s",
        ),
        Measured(
            "report in HTML with its figures", cpu_seconds(lambda: consilience.render_html(result), most=3)
        ),
    ]
    write_section("plan", rows)


if __name__ == "__main__":
    main()
