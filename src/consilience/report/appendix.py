"""The record behind a report: what was wrong, what was not used, every effect, how to run it again."""

from __future__ import annotations

import json
import math
import shlex
from typing import Any

import pandas as pd

from consilience.report import numerals as say
from consilience.report.document import Block, Definitions, Fold, Head, Paragraph, Section, Table, TableRow
from consilience.synthesis.result import SynthesisResult

PAGE = 100
"""Effects on a page of the provenance table."""


def appendix_sections(result: SynthesisResult) -> tuple[Section, ...]:
    """Return the sections that document the data and the run."""
    return (_problems(result), _unused(result), _effects(result), _methods(result), _reproduce(result))


def _problems(result: SynthesisResult) -> Section:
    errors = sum(p.severity == "error" for p in result.problems)
    warnings = len(result.problems) - errors
    lead = Paragraph(
        f"Checking the trial table found {say.plural(errors, 'error')} and "
        f"{say.plural(warnings, 'warning')}. An error keeps its row, or its number, out of the analysis; a "
        "warning does not."
    )
    if not result.problems:
        return Section(
            "problems", "Checks of the data", (Paragraph("Checking the trial table found nothing amiss."),)
        )
    rows = tuple(
        TableRow(p.severity, (_place(p.file, p.row), p.column, p.value, p.study, p.message, p.remedy))
        for p in result.problems
    )
    heads = ("Kind", "Where", "Column", "Value", "Study", "What", "Remedy")
    table = _text_table("problems", "What checking the trial table found", heads, rows)
    return Section("problems", "Checks of the data", (lead, Fold(f"All {len(rows)} findings", (table,))))


def _unused(result: SynthesisResult) -> Section:
    if not result.unused:
        return Section(
            "unused", "Rows not used", (Paragraph("Every row of the trial table gave an effect."),)
        )
    rows = tuple(
        TableRow(u.study, (u.outcome, u.reason, u.remedy, _place(u.file, u.row))) for u in result.unused
    )
    table = _text_table(
        "unused",
        "Rows of the trial table that gave no effect",
        ("Study", "Outcome", "Why", "What would help", "Where"),
        rows,
    )
    lead = Paragraph(
        f"{say.plural(len(rows), 'row')} of {say.count(result.provenance.n_rows)} gave no effect. Each is "
        "listed with its reason."
    )
    return Section(
        "unused", "Rows not used", (lead, Fold(f"All {say.plural(len(rows), 'row')} not used", (table,)))
    )


def _place(file: str, row: int | None) -> str:
    return (
        f"{file}, row {row}"
        if file and row is not None
        else file or (f"row {row}" if row is not None else "")
    )


def _text_table(name: str, caption: str, heads: tuple[str, ...], rows: tuple[TableRow, ...]) -> Table:
    return Table(name, caption, tuple(Head(h, numeric=False) for h in heads), rows)


EFFECT_COLUMNS: tuple[tuple[str, str, int | None], ...] = (
    ("study", "Study", None),
    ("intervention_type", "Intervention", None),
    ("marker_label", "Outcome", None),
    ("weeks_after_treatment", "Weeks after treatment", 0),
    ("n_arm1", "n, intervention", 0),
    ("n_arm2", "n, control", 0),
    ("yi", "g", 2),
    ("sei", "SE", 2),
    ("derivation", "From", None),
    ("r_used", "r", 2),
    ("r_source", "r from", None),
    ("assumptions", "Assumptions", None),
    ("source_location", "Source", None),
)
"""Column of the effects frame, header, decimals (``None``: text)."""


def _effects(result: SynthesisResult) -> Section:
    frame = result.effects
    lead = Paragraph(
        f"{say.plural(len(frame), 'effect')}, each with the path by which it was derived and what was "
        f"assumed. Positive: {result.protocol.directions.positive}. The file effects.csv holds all columns."
    )
    pages = [frame.iloc[i : i + PAGE] for i in range(0, len(frame), PAGE)]
    folds: list[Block] = [_effects_page(page, i * PAGE + 1, result) for i, page in enumerate(pages)]
    return Section("effects", "Every effect and where it comes from", (lead, *folds))


def _effects_page(page: pd.DataFrame, first: int, result: SynthesisResult) -> Fold:
    columns = [c for c in EFFECT_COLUMNS if c[0] in page.columns]
    labels = {t.key: t.label for t in result.protocol.interventions}
    rows = []
    for number, record in enumerate(page[[c[0] for c in columns]].to_dict("records"), first):
        record["intervention_type"] = labels.get(
            str(record.get("intervention_type")), record.get("intervention_type")
        )
        rows.append(
            TableRow(str(number), tuple(_cell(record[name], decimals) for name, _, decimals in columns))
        )
    heads = (Head("Effect"), *(Head(text, numeric=decimals is not None) for _, text, decimals in columns))
    last = first + len(page) - 1
    caption = f"Effects {first} to {last} of {len(result.effects)}"
    table = Table(f"effects-{first}", caption, heads, tuple(rows))
    return Fold(f"Effects {first} to {last}", (table,), group="effects")


def _cell(value: Any, decimals: int | None) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if decimals is None:
        return str(value)
    try:
        return say.number(float(value), decimals)
    except (TypeError, ValueError):
        return str(value)


def _methods(result: SynthesisResult) -> Section:
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


def _reproduce(result: SynthesisResult) -> Section:
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
