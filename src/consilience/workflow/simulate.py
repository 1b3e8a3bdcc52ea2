"""The use case behind ``consilience simulate``: a synthetic trial table as a CSV file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from consilience.errors import InputError
from consilience.synthesis.simulate import simulate_trials
from consilience.synthesis.spreadsheet import to_csv_text


@dataclass(frozen=True)
class SimulateCommand:
    """How large a table to draw, from which protocol, and where to put it."""

    out: Path
    protocol: str = "psychosocial-immune"
    n_studies: int = 56
    participants: int = 4060
    effect: float = 0.30
    seed: int = 0


@dataclass(frozen=True)
class SimulateOutcome:
    """The file that was written, and its number of rows."""

    file: Path
    n_rows: int


def run_simulation(command: SimulateCommand) -> SimulateOutcome:
    """Draw the table and write it; the file appears whole or not at all."""
    if command.out.is_dir():
        raise InputError(f"{command.out} is a folder. Give --out the name of a CSV file.")
    table = simulate_trials(
        command.protocol,
        n_studies=command.n_studies,
        participants=command.participants,
        effect=command.effect,
        seed=command.seed,
    )
    write_whole(command.out, to_csv_text(table))
    return SimulateOutcome(command.out, len(table))


def write_whole(path: Path, text: str) -> None:
    """Write beside the file and rename, so that no one sees half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as draft:
            draft.write(text)
        draft_path = Path(draft.name)
        draft_path.chmod(0o644)
        draft_path.replace(path)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror}. Choose another --out.") from error
