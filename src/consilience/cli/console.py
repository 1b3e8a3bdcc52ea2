"""What a person at the terminal sees: errors in plain words, and how far a long job is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


def tell_error(error: Exception) -> None:
    """Print an error to stderr as text: nothing in it is read as markup."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    console.print(Text("This could not be done.", style="bold red"))
    console.print(Text(str(error)))


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Progress]:
    """Show a bar on stderr while the block runs; silent when asked, or when nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Starting", total=None)
        yield lambda what, done, total: bars.update(task, description=what, completed=done, total=total)
