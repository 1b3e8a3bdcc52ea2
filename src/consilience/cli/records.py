"""`consilience import`: export files into a review's collection of records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from consilience.records.importing import ImportedFile


def import_command(
    files: Annotated[list[Path], typer.Argument(help="Export files of any known format; .gz and .zip too.")],
    source: Annotated[str | None, typer.Option(help="The database, where the files do not say.")] = None,
    out: Annotated[Path, typer.Option(help="The collection that the records are added to.")] = Path(
        "records.jsonl"
    ),
    column: Annotated[
        list[str] | None, typer.Option(help="What a column holds, as FIELD=HEADING; may be repeated.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Read the exports of databases into one collection; nothing is lost, nothing comes twice.

    Example: [bold]consilience import pubmed.nbib scopus.ris --out review/records.jsonl[/bold]
    """
    from consilience.cli.console import plain, progress_bar
    from consilience.records.importing import import_files

    with progress_bar(quiet) as show:
        done = import_files(files, out, source=source, mapping=_mapping(column or []), progress=show)
    _print_table(done)
    for one in done:
        for line in (*one.problems, *([one.refused] if one.refused else [])):
            typer.echo(plain(f"- {line}"))
    typer.echo(plain(f"{sum(one.added for one in done)} records added to {out}"))
    if any(one.refused for one in done):
        raise typer.Exit(2)


def _mapping(columns: list[str]) -> dict[str, str]:
    """FIELD=HEADING as a mapping."""
    from consilience.errors import InputError

    pairs = [column.partition("=") for column in columns]
    bad = next((column for column, (_, mark, _) in zip(columns, pairs, strict=True) if not mark), None)
    if bad is not None:
        raise InputError(f"--column {bad!r} should be FIELD=HEADING, such as title='Study name'")
    return {field.strip(): heading.strip() for field, _, heading in pairs}


def _print_table(done: tuple[ImportedFile, ...]) -> None:
    """The account, a row a file."""
    from rich.console import Console

    Console(markup=False, highlight=False, emoji=False).print(_table(done))


def _table(done: tuple[ImportedFile, ...]) -> Table:
    """File, what it is, and how its records were counted."""
    from rich import box
    from rich.table import Table

    from consilience.cli.console import plain

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column("File", overflow="fold")
    table.add_column("Format")
    for heading in ("Expected", "Read", "Kept aside", "Added", "Already there"):
        table.add_column(heading, justify="right")
    for one in done:
        kind = " ".join(filter(None, (one.format, f"({one.dialect})" if one.dialect else "")))
        counts = (one.expected, one.read, one.kept_aside, one.added, one.already_there)
        name = "not read" if one.refused else kind or "imported before"
        table.add_row(plain(Path(one.file).name), plain(name), *map(str, counts))
    return table
