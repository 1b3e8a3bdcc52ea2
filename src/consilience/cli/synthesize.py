"""`consilience synthesize`: a trial table and a protocol in, results and a report out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from consilience.workflow.synthesize import SynthesizeCommand

Out = Annotated[
    Path, typer.Option("--out", "-o", help="Folder to write the results into.", show_default=False)
]
Seed = Annotated[int, typer.Option(help="Seed of everything random.", min=0)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def synthesize(
    trials: Annotated[
        Path, typer.Argument(help="The trial table: CSV, XLSX or Metapsy's format.", show_default=False)
    ],
    protocol: Annotated[
        str, typer.Option("--protocol", "-p", help="A bundled protocol's name, or a YAML file.")
    ] = "psychosocial-immune",
    out: Out = Path("consilience-results"),
    seed: Seed = 0,
    prisma: Annotated[
        Path | None, typer.Option(help="PRISMA counts (CSV of the PRISMA2020 package), for the flow diagram.")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a protocol's analysis plan over a trial table and write the report.

    Example: [bold]consilience synthesize trials.csv --protocol psychosocial-immune --out results[/bold]

    In Python: [bold]consilience.synthesize("trials.csv", protocol="psychosocial-immune")[/bold]
    """
    from consilience.workflow.synthesize import SynthesizeCommand

    command = SynthesizeCommand(trials, protocol, out, seed, prisma)
    run_and_tell(command, quiet=quiet, as_json=as_json)


def run_and_tell(command: SynthesizeCommand, *, quiet: bool, as_json: bool) -> None:
    """Run a synthesis under a progress bar and print its summary."""
    from consilience.cli.console import progress_bar
    from consilience.cli.summary import print_summary
    from consilience.workflow.synthesize import run_synthesis

    with progress_bar(quiet or as_json) as progress:
        outcome = run_synthesis(command, progress)
    if as_json or not quiet:
        print_summary(outcome.result, outcome.files, command.out, as_json=as_json)
