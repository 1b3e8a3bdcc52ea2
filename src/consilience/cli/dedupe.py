"""`consilience dedupe`: export files in, each work once, with open questions for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consilience.cli.synthesize import AsJson, Quiet

if TYPE_CHECKING:
    from rich.table import Table

    from consilience.workflow.deduplicate import DeduplicateOutcome


def dedupe(
    files: Annotated[list[Path], typer.Argument(help="Export files of any database.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new folder for the results.")] = Path(
        "dedupe-results"
    ),
    decisions: Annotated[
        Path | None, typer.Option(help="CSV of people's decisions: an earlier maybe.csv, filled in.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="Folder of an earlier run: its works keep their names.")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Find which records report one work; what is not sure is left to people in maybe.csv.

    Example: [bold]consilience dedupe pubmed.nbib scopus.ris --out works[/bold]

    In Python: [bold]consilience.find_duplicates(records)[/bold]
    """
    from consilience.cli.console import progress_bar
    from consilience.workflow.deduplicate import DeduplicateCommand, run_deduplication, summary

    command = DeduplicateCommand(tuple(files), out, decisions, previous)
    with progress_bar(quiet or as_json) as progress:
        progress("Reading and comparing records")
        outcome = run_deduplication(command)
    if as_json:
        import json

        typer.echo(json.dumps(summary(outcome), indent=2, ensure_ascii=False))
    elif not quiet:
        _tell(outcome, out)


def _tell(outcome: DeduplicateOutcome, out: Path) -> None:
    """Print what was read, what was found, and what to do next."""
    from rich.console import Console

    from consilience.cli.console import plain

    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    console.print(_files(outcome))
    counts = outcome.counts
    console.print(
        f"{counts.identified} records: {counts.duplicates} duplicates removed, {counts.screened} works left"
    )
    console.print(f"{outcome.n_links} pairs of works are linked as reports of one study; all of them stay")
    for row in outcome.examples:
        console.print(plain(f"\n{row['title_one']}\n{row['title_other']}\n  {row['reason']}"))
    console.print(
        plain(f"\nWritten: {out} (works.ris, works.jsonl, records.csv, maybe.csv, links.csv, summary.json)")
    )
    if counts.maybe:
        console.print(
            plain(
                f"Next: fill the column outcome (same or different) of the {counts.maybe} pairs in "
                f"{out / 'maybe.csv'}, and run again with --decisions and a new --out"
            )
        )


def _files(outcome: DeduplicateOutcome) -> Table:
    """A row per file: format found, records expected, read and kept aside."""
    from rich import box
    from rich.table import Table

    from consilience.cli.console import plain

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("File", "Format", "Expected", "Read", "Kept aside"):
        table.add_column(name, overflow="fold", justify="left" if name in ("File", "Format") else "right")
    for one in outcome.read:
        numbers = (str(one.expected), str(len(one.records)), str(len(one.kept_aside)))
        table.add_row(plain(Path(one.file).name), plain(f"{one.format} {one.dialect}".strip()), *numbers)
    return table
