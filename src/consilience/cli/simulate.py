"""`consilience simulate`: a synthetic trial table, to try the program or to plan a review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consilience.cli.synthesize import Quiet, Seed


def simulate(
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV file to write.", show_default=False)],
    protocol: Annotated[
        str, typer.Option("--protocol", "-p", help="A bundled protocol's name, or a YAML file.")
    ] = "psychosocial-immune",
    studies: Annotated[int, typer.Option(help="How many studies.", min=1)] = 56,
    participants: Annotated[int, typer.Option(help="How many people in all studies together.", min=4)] = 4060,
    effect: Annotated[float, typer.Option(help="Mean true effect, in standard deviations.")] = 0.3,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Write a synthetic trial table: every row says that it is not a real trial.

    Example: [bold]consilience simulate --out synthetic.csv --studies 56 --seed 1[/bold]

    In Python: [bold]consilience.simulate_trials(n_studies=56, seed=1)[/bold]
    """
    from consilience.workflow.simulate import SimulateCommand, run_simulation

    command = SimulateCommand(
        out=out, protocol=protocol, n_studies=studies, participants=participants, effect=effect, seed=seed
    )
    outcome = run_simulation(command)
    if not quiet:
        typer.echo(f"{outcome.n_rows} synthetic rows of {studies} studies are in {out}")
        typer.echo(f"Next: consilience synthesize {out} --protocol {protocol} --out results")
