"""`consilience demo`: the whole analysis on the example that is bundled with the program."""

from __future__ import annotations

from pathlib import Path

from consilience.cli.synthesize import AsJson, Out, Quiet, Seed


def demo(
    out: Out = Path("demo-report"), seed: Seed = 0, quiet: Quiet = False, as_json: AsJson = False
) -> None:
    """Analyse the bundled example, a starter set of real trials, and write its report.

    Example: [bold]consilience demo --out demo-report[/bold]

    In Python: [bold]consilience.synthesize(consilience.load_example())[/bold]
    """
    from consilience.cli.synthesize import run_and_tell
    from consilience.extraction import load_example
    from consilience.workflow.synthesize import SynthesizeCommand

    command = SynthesizeCommand(load_example(), "psychosocial-immune", out, seed)
    run_and_tell(command, quiet=quiet, as_json=as_json)
