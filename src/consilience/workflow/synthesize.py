"""The use case behind ``consilience synthesize``: a trial table in, results and a report out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consilience.extraction import TrialTable
from consilience.report import write_report
from consilience.synthesis.document import to_json
from consilience.synthesis.result import SynthesisResult
from consilience.synthesis.run import Progress, silent, synthesize
from consilience.synthesis.spreadsheet import to_csv_text
from consilience.workflow.output_folder import new_folder, refuse_foreign
from consilience.workflow.prisma_counts import read_prisma


@dataclass(frozen=True)
class SynthesizeCommand:
    """What to synthesise, by which protocol, and where to put the results."""

    trials: Path | TrialTable
    protocol: str
    out: Path
    seed: int = 0
    prisma: Path | None = None


@dataclass(frozen=True)
class SynthesizeOutcome:
    """The result, and the files that were written."""

    result: SynthesisResult
    files: tuple[Path, ...]


def run_synthesis(command: SynthesizeCommand, progress: Progress | None = None) -> SynthesizeOutcome:
    """Synthesise and write results.json, effects.csv, percent_effects.csv, report.html and figures.

    All files appear at once in ``command.out``, or none. A folder with other content is refused
    before any work is done.
    """
    tell = progress or silent
    refuse_foreign(command.out)
    prisma = read_prisma(command.prisma) if command.prisma else None
    result = synthesize(command.trials, command.protocol, seed=command.seed, prisma=prisma, progress=progress)
    with new_folder(command.out) as draft:
        write_tables(result, draft)
        write_report(result, draft, progress=lambda what: tell(what, 4, 4))
    files = tuple(sorted(path for path in command.out.rglob("*") if path.is_file()))
    return SynthesizeOutcome(result, files)


def write_tables(result: SynthesisResult, folder: Path) -> None:
    """Write the result as JSON, and its effects as CSV."""
    (folder / "results.json").write_text(to_json(result), encoding="utf-8")
    (folder / "effects.csv").write_text(to_csv_text(result.effects), encoding="utf-8")
    (folder / "percent_effects.csv").write_text(to_csv_text(result.percent_effects), encoding="utf-8")
