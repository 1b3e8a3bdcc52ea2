"""The use case behind ``consilience protocol draft``: a first protocol file from a trial table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consilience.errors import InputError
from consilience.extraction import draft_protocol, read_trials
from consilience.protocol import Protocol, dump_protocol
from consilience.protocol.model import Direction
from consilience.workflow.simulate import write_whole


@dataclass(frozen=True)
class DraftCommand:
    """The table to draft from, the file to write, and which way is better where no row says so."""

    trials: Path
    out: Path
    name: str = "my-review"
    direction: Direction = "harmful"
    force: bool = False


def run_draft(command: DraftCommand) -> Protocol:
    """Draft the protocol and write it; the file appears whole or not at all."""
    if command.out.is_dir():
        raise InputError(f"{command.out} is a folder. Name the file to write, such as protocol.yaml.")
    if command.out.exists() and not command.force:
        raise InputError(f"{command.out} is already there. Choose another name, or add --force.")
    draft = draft_protocol(read_trials(command.trials), name=command.name, direction=command.direction)
    write_whole(command.out, dump_protocol(draft))
    return draft
