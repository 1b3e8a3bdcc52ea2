"""The short summary that a synthesis prints: the answer, how sure, what was left out, what to open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consilience.synthesis.result import Estimate, SynthesisResult


def print_summary(
    result: SynthesisResult, files: Sequence[Path], out: Path, *, as_json: bool = False
) -> None:
    """Print what was found and what to open, as text for people or as JSON for programs."""
    if as_json:
        print(json.dumps(_as_dict(result, files, out), indent=2, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.text import Text

    from consilience.cli.console import plain

    console = Console(soft_wrap=True, highlight=False)
    console.print(Text(plain(result.protocol.title), style="bold"))
    for line in _lines(result, files, out):
        console.print(Text(plain(line)))


def _lines(result: SynthesisResult, files: Sequence[Path], out: Path) -> list[str]:
    """Say the result in a few lines of plain text."""
    errors = sum(problem.severity == "error" for problem in result.problems)
    warnings = len(result.problems) - errors
    lines = ["", result.notice, ""] if result.notice else [""]
    lines += [
        f"Overall effect: {say_estimate(result.overall)}",
        *(f"  Caution: {caution.message}" for caution in result.overall.cautions),
        f"Rows: {result.provenance.n_rows} read, {len(result.effects)} effects, "
        f"{len(result.unused)} not used (each listed with its reason)",
        f"Notes on the data: {_count(errors, 'error')}, {_count(warnings, 'warning')}",
        f"Written: {_count(len(files), 'file')} in {out}",
        "",
        f"Next: open {(out / 'report.html').resolve().as_uri()} in a browser",
    ]
    return lines


def say_estimate(estimate: Estimate) -> str:
    """Say an estimate with its interval, test and size, or why there is none."""
    if estimate.status != "estimated" or estimate.estimate is None:
        return f"not estimable: {estimate.reason}"
    test = f"t({_number(estimate.df, 1)}) = {_number(estimate.statistic)}, p {_p_value(estimate.p_value)}"
    size = f"{estimate.k_studies} studies, {estimate.k_effects} effects"
    return f"{estimate.scale} = {_number(estimate.estimate)}, {_interval(estimate)}, {test}, {size}"


def _count(n: int, thing: str) -> str:
    """Say how many there are."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _interval(estimate: Estimate) -> str:
    """Write the interval of an estimate."""
    return f"95% CI [{_number(estimate.ci_lower)}, {_number(estimate.ci_upper)}]"


def _number(value: float | None, digits: int = 2) -> str:
    """Write a number to fixed digits; a missing one as a dash."""
    return "–" if value is None else f"{value:.{digits}f}"


def _p_value(p_value: float | None) -> str:
    """Write a p value to three digits."""
    if p_value is None:
        return "not known"
    return "< .001" if p_value < 0.001 else f"= {p_value:.3f}".replace("0.", ".", 1)


def _as_dict(result: SynthesisResult, files: Sequence[Path], out: Path) -> dict[str, object]:
    """Give the summary's facts by name."""
    overall = result.overall
    names = (
        "status", "reason", "scale", "k_studies", "k_effects", "participants",
        "estimate", "se", "ci_lower", "ci_upper", "statistic", "df", "p_value",
    )  # fmt: skip
    return {
        "protocol": result.protocol.name,
        "notice": result.notice,
        "overall": {name: getattr(overall, name) for name in names},
        "rows_read": result.provenance.n_rows,
        "rows_not_used": len(result.unused),
        "effects": len(result.effects),
        "problems": len(result.problems),
        "out": str(out),
        "files": [str(path) for path in files],
    }
