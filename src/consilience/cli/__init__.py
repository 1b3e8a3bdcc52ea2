"""The command line: each verb parses its words, calls one library function, tells what came of it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from consilience.cli.dedupe import dedupe
from consilience.cli.demo import demo
from consilience.cli.protocol import app as protocol_app
from consilience.cli.records import import_command
from consilience.cli.simulate import simulate
from consilience.cli.synthesize import synthesize

app = typer.Typer(
    name="consilience",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(synthesize)
app.command()(demo)
app.command()(simulate)
app.command()(dedupe)
app.command("import")(import_command)
app.add_typer(protocol_app, name="protocol")


def _print_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from consilience import __version__

        typer.echo(f"consilience {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Carry a systematic review of randomised trials from its question to its meta-analysis.

    Start here: [bold]consilience demo[/bold]
    """


def main() -> None:
    """Run the program. Errors about the user's input go to stderr in plain words, with exit code 2."""
    from consilience.meta.errors import ConsilienceError

    try:
        app()
    except ConsilienceError as error:
        from consilience.cli.console import tell_error

        tell_error(error)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        from consilience.cli.console import tell_fault

        tell_fault()
        sys.exit(1)
