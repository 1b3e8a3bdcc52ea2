"""Puts a finished set of files in place at once, so that nothing half-written is ever seen."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consilience.errors import InputError

OURS = frozenset({"results.json", "effects.csv", "percent_effects.csv", "report.html", "figures"})
"""What a synthesis writes into its folder."""


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder beside ``out``; when all went well it takes the place of ``out``.

    Where something fails, it vanishes and ``out`` is as before. An existing ``out`` is replaced
    only if it is empty or an earlier output of this program.
    """
    out = out.absolute()
    refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise InputError(
            f"Cannot write into {out.parent}: {error.strerror}. Choose another --out."
        ) from error
    try:
        yield draft
        draft.chmod(0o755)
        put_in_place(draft, out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def refuse_foreign(out: Path) -> None:
    """Say no where the folder holds anything that this program did not write."""
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError(f"{out} is a file, so no folder can stand there. Choose another --out.")
    names = {entry.name for entry in out.iterdir()}
    if not names or (names <= OURS and is_earlier_output(out)):
        return
    shown = ", ".join(sorted(names - OURS or names)[:3])
    raise InputError(
        f"{out} already holds other files ({shown}), which are left untouched. "
        "Choose a new or empty folder with --out."
    )


def is_earlier_output(out: Path) -> bool:
    """Whether the folder's results.json says that this program wrote it."""
    try:
        content = json.loads((out / "results.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("program") == "consilience"


def put_in_place(draft: Path, out: Path) -> None:
    """Rename the draft to its name; an earlier output steps aside first and is then removed."""
    if not out.exists():
        draft.rename(out)
        return
    aside = draft.with_name(draft.name + ".earlier")
    out.rename(aside)
    try:
        draft.rename(out)
    except OSError:
        aside.rename(out)
        raise
    shutil.rmtree(aside, ignore_errors=True)
