"""What a person at the terminal sees: errors in plain words, and how far a long job is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, float], None]
"""Called with what is being done now and the share of the work already done, from 0 to 1."""


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
        yield lambda _doing, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Starting", total=1.0)
        yield lambda doing, share: bars.update(task, description=doing, completed=share)
