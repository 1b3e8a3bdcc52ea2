"""A bundled protocol as a file of one's own, to edit."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from consilience.errors import InputError
from consilience.protocol.load import bundled_text


def copy_protocol(name: str, path: str | Path, overwrite: bool = False) -> Path:
    """Write the bundled protocol ``name``, comments and all, to ``path``; whole or not at all.

    Raises ``InputError`` for an unknown name, a file that is already there (unless ``overwrite``), or
    a folder that cannot be written to.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     copy_protocol("massage-therapy", Path(folder) / "mine.yaml").name
    'mine.yaml'
    """
    text, path = bundled_text(name), Path(path)
    if path.is_dir():
        raise InputError(
            f"{str(path)!r} is a folder. Name the file to write, such as {str(path / 'protocol.yaml')!r}."
        )
    try:
        _write_whole(text, path, overwrite)
    except FileExistsError:
        raise InputError(
            f"{str(path)!r} is already there. Choose another name, or ask to overwrite it."
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{str(path)!r} cannot be written: {reason}.") from None
    return path


def _write_whole(text: str, path: Path, overwrite: bool) -> None:
    """Write beside the target, then put it in place in one step."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(beside).chmod(0o644)
        if overwrite:
            Path(beside).replace(path)
        else:
            os.link(beside, path)
    finally:
        Path(beside).unlink(missing_ok=True)
