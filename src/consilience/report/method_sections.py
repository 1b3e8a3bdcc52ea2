"""How a report was made: the question, the plan as it was used, and how to run it again."""

from __future__ import annotations

import json
import shlex
from typing import Any

from consilience.report.document import Block, Definitions, Fold, Paragraph, Section
from consilience.synthesis.result import SynthesisResult


def method_section(result: SynthesisResult) -> Section:
    """Return the question, the eligibility criteria and every setting of the plan."""
    protocol = result.protocol
    q, e = protocol.question, protocol.eligibility
    question = Definitions(
        (
            ("Population", q.population),
            ("Intervention", q.intervention),
            ("Comparator", q.comparator),
            ("Outcome", q.outcome),
            ("Design", q.design),
            ("Let in", "; ".join(e.include)),
            ("Kept out", "; ".join(e.exclude) or "–"),
        )
    )
    notes: tuple[Block, ...] = tuple(Paragraph(n, "quiet") for n in protocol.notes)
    settings = result.provenance.settings or protocol.analysis.model_dump(mode="json")
    plan = Fold(
        "Every setting of the analysis plan",
        (Definitions(_flat(settings), True),),
    )
    return Section("methods", "Question and analysis plan", (question, *notes, plan))


def _flat(settings: dict[str, Any], prefix: str = "") -> tuple[tuple[str, str], ...]:
    """Turn nested settings into dotted names and values."""
    pairs: list[tuple[str, str]] = []
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            pairs.append((f"{prefix}{key}", text))
    return tuple(pairs)


def reproduce_section(result: SynthesisResult) -> Section:
    """Return what is needed to run it again."""
    p = result.provenance
    identity = Definitions(
        (
            ("Command", command_of(result)),
            ("Protocol", f"{result.protocol.name} {result.protocol.version}"),
            ("Files", ", ".join(p.files)),
            ("SHA-256 of the data", p.data_sha256),
            ("SHA-256 of the protocol", p.protocol_sha256),
            ("Seed", str(p.seed)),
            *sorted(p.versions.items()),
        ),
        literal=True,
    )
    lead = Paragraph("The same data, protocol, seed and versions give the same numbers.")
    return Section("reproduce", "How to run it again", (lead, identity))


def command_of(result: SynthesisResult) -> str:
    """Return the command line that makes this result again."""
    p = result.provenance
    if any("(bundled example)" in name for name in p.files):
        return f"consilience demo --seed {p.seed} --out DIR"
    files = " ".join(shlex.quote(name) for name in p.files) or "TRIALS"
    return f"consilience synthesize {files} --protocol {result.protocol.name} --seed {p.seed} --out DIR"
