"""What a person at the terminal sees: errors in plain words, and how far a long job is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_CONTROL = {code: "\ufffd" for code in (*range(32), 127, *range(128, 160)) if code not in (9, 10)}


def plain(text: str) -> str:
    """Text without characters that would steer the terminal: study names come from files."""
    return text.translate(_CONTROL)


def tell_error(error: Exception) -> None:
    """Print an error to stderr as text: nothing in it is read as markup."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    console.print(Text("This could not be done.", style="bold red"))
    console.print(Text(plain(str(error))))


def tell_fault() -> None:
    """Print the exception being handled, and say whose fault it is."""
    import traceback

    traceback.print_exc()
    print(
        "\nThis is a fault of the program, not of your data; nothing was written. "
        "Please report it with the lines above.",
        file=sys.stderr,
    )


class Progress(Protocol):
    """Called with what is being done and, where they are counted, the steps done and their total."""

    def __call__(self, what: str, done: int | None = None, total: int | None = None) -> None:
        """Tell it."""


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Progress]:
    """Show a bar on stderr while the block runs; silent when asked, or when nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield _say_nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Starting", total=None)

        def show(what: str, done: int | None = None, total: int | None = None) -> None:
            bars.update(task, description=plain(what), completed=done, total=total)

        yield show


def _say_nothing(what: str, done: int | None = None, total: int | None = None) -> None:
    """Report no progress."""
