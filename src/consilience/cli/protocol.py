"""`consilience protocol`: see the bundled protocols, check one's own, start from a copy or from data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from consilience.protocol.model import Protocol

app = typer.Typer(no_args_is_help=True, help="See, check and copy protocols: a review's question as data.")

Name = Annotated[str, typer.Argument(help="A bundled protocol's name, or a YAML file.", show_default=False)]
_UNSAFE = {code: "\ufffd" for code in (*range(32), 127, *range(128, 160)) if code not in (9, 10)}


@app.command("list")
def list_protocols() -> None:
    """List the protocols that come with Consilience.

    Example: [bold]consilience protocol list[/bold]
    """
    from consilience.protocol import bundled_protocols, load_protocol

    table = _table("Name", "Title", "Types", "Outcomes", "Markers", "Moderators")
    for name in bundled_protocols():
        protocol = load_protocol(name)
        parts = (protocol.interventions, protocol.outcome_categories, protocol.markers, protocol.moderators)
        table.add_row(name, protocol.title, *(str(len(part)) for part in parts))
    console = _console()
    console.print(table)
    console.print(
        "See one: consilience protocol show NAME. Start your own: consilience protocol copy NAME FILE, "
        "or consilience protocol draft TRIALS FILE."
    )


@app.command()
def show(
    name: Name,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole protocol as JSON.")] = False,
    markers: Annotated[bool, typer.Option("--markers", help="Print the table of markers.")] = False,
) -> None:
    """Show a protocol: question, vocabularies, plan.

    Example: [bold]consilience protocol show psychosocial-immune --markers[/bold]
    """
    from consilience.protocol import load_protocol

    protocol = load_protocol(name)
    if as_json:
        import json

        typer.echo(json.dumps(protocol.model_dump(mode="json"), indent=2))
    elif markers:
        _console().print(_markers(protocol))
    else:
        _show(protocol, _console())


@app.command()
def check(file: Annotated[str, typer.Argument(help="The YAML file to check.", show_default=False)]) -> None:
    """Check a protocol file; exits with 2 and lists every problem where there is one.

    Example: [bold]consilience protocol check my-review.yaml[/bold]
    """
    from consilience.errors import InputError
    from consilience.protocol import load_protocol, protocol_sha256

    try:
        protocol = load_protocol(file)
    except InputError as error:
        typer.echo(_plain(str(error)), err=True)
        raise typer.Exit(2) from None
    parts = ("interventions", "outcome_categories", "markers", "moderators")
    counts = ", ".join(f"{len(getattr(protocol, part))} {part.replace('_', ' ')}" for part in parts)
    typer.echo(f"{_plain(file)} is in order: {counts}.")
    typer.echo(f"sha256 {protocol_sha256(protocol)}")


@app.command("copy")
def copy_to(
    name: Annotated[str, typer.Argument(help="A bundled protocol's name.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="The YAML file to write.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is already there.")] = False,
) -> None:
    """Write a bundled protocol to a file, to edit for your own question.

    Example: [bold]consilience protocol copy massage-therapy my-review.yaml[/bold]
    """
    from consilience.protocol import copy_protocol

    path = copy_protocol(name, file, overwrite=force)
    typer.echo(
        f"{name} is in {_plain(str(path))}. Edit it, then: consilience protocol check {_plain(str(path))}"
    )


@app.command("draft")
def draft_from(
    trials: Annotated[Path, typer.Argument(help="A trial table: CSV, XLSX or Metapsy.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="The YAML file to write.", show_default=False)],
    name: Annotated[str, typer.Option(help="The review's short name.")] = "my-review",
    more_is_better: Annotated[
        bool, typer.Option("--more-is-better", help="Where no row says so, more of an outcome is better.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is already there.")] = False,
) -> None:
    """Draft a protocol from the words of a trial table, to complete by hand.

    Example: [bold]consilience protocol draft trials.csv my-review.yaml[/bold]
    """
    from consilience.workflow.draft_protocol import DraftCommand, run_draft

    direction: Literal["beneficial", "harmful"] = "beneficial" if more_is_better else "harmful"
    draft = run_draft(DraftCommand(trials, file, name, direction, force))
    place = _plain(str(file))
    typer.echo(
        f"{place} knows {len(draft.interventions)} interventions, {len(draft.markers)} markers and "
        f"{len(draft.moderators)} moderators of {_plain(str(trials))}."
    )
    typer.echo("Complete what says TO DO, group the words, and check every direction.")
    typer.echo(f"Then: consilience synthesize {_plain(str(trials))} --protocol {place} --out results")


def _console() -> Console:
    """A console that reads nothing in a protocol as markup."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)


def _table(*headers: str) -> Table:
    """A quiet table."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold", no_wrap=header in ("Name", "Key"))
    return table


def _plain(text: str) -> str:
    """Text without characters that would steer the terminal."""
    return text.translate(_UNSAFE)


def _markers(protocol: Protocol) -> Table:
    """Each marker with its category, direction and other names."""
    table = _table("Key", "Label", "Category", "More is", "Also called")
    better = {"beneficial": "better", "harmful": "worse"}
    for marker in protocol.markers:
        names = ", ".join(marker.synonyms)
        cells = (marker.key, marker.label, marker.category, better[marker.direction], names)
        table.add_row(*(_plain(cell) for cell in cells))
    return table


def _show(protocol: Protocol, console: Console) -> None:
    """The protocol as a person reads it, from question to notes."""
    from rich.padding import Padding

    console.print(_plain(f"{protocol.title} ({protocol.name}, version {protocol.version})"), style="bold")
    for heading, rows in _sections(protocol).items():
        if rows:
            console.print(f"\n{heading}", style="bold")
        for row in rows:
            console.print(Padding(_plain(row), (0, 0, 0, 2)))


def _sections(protocol: Protocol) -> dict[str, list[str]]:
    """Heading and lines of each part."""
    question, eligibility = protocol.question, protocol.eligibility
    through = eligibility.published_through
    return {
        "Question": [question.text] * bool(question.text)
        + [f"{part}: {getattr(question, part)}" for part in ("population", "intervention", "comparator")]
        + [f"{part}: {getattr(question, part)}" for part in ("outcome", "design")],
        "Let in": [*eligibility.include, *([f"Published through {through}"] if through else [])],
        "Kept out": list(eligibility.exclude),
        "Interventions": [f"{term.key}: {term.label}" for term in protocol.interventions],
        "Outcome categories": [
            f"{term.key}: {term.label} ({sum(m.category == term.key for m in protocol.markers)} markers)"
            for term in protocol.outcome_categories
        ],
        "Moderators": [
            f"{part.key}: {part.label} ({part.kind}, column {part.column})" for part in protocol.moderators
        ],
        "Analysis plan": _plan(protocol),
        "Benchmarks": [f"{part.label}: {part.percent_change:+g} %" for part in protocol.comparators],
        "Published results": [
            f"{part.label}: {part.estimate:g} ({part.scale})" for part in protocol.published
        ],
        "Notes": list(protocol.notes),
    }


def _plan(protocol: Protocol) -> list[str]:
    """The plan's main choices, one a line."""
    effect, pooling = protocol.analysis.effect, protocol.analysis.pooling
    follow_up = protocol.analysis.follow_up
    return [
        f"effect: {effect.measure} {effect.formula}, variance {effect.variance}",
        f"pre-post correlation where none is stated: {effect.pre_post_r.default:g}",
        f"pooling: {pooling.working_model} ({pooling.estimator}), rho {pooling.rho:g}",
        f"inference: {pooling.vcov}, {pooling.test}, {pooling.level:.0%} intervals",
        f"lasting means at least {follow_up.persistence_weeks:g} weeks after treatment",
    ]
