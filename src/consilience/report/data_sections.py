"""The record of the data: what was odd in them, which rows were not used, and every effect."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pandas as pd

from consilience.report import numerals as say
from consilience.report.document import Block, Fold, Head, Listing, Paragraph, Section, Table, TableRow
from consilience.synthesis.result import SynthesisResult

PAGE = 100
"""Effects on a page of the provenance table."""

COMMONEST = 6
"""Reasons that are counted in sight; the table holds all."""


def problem_section(result: SynthesisResult) -> Section:
    """Return what checking the trial table found."""
    title = "Checks of the data"
    if not result.problems:
        return Section("problems", title, (Paragraph("Checking the trial table found nothing amiss."),))
    errors = sum(p.severity == "error" for p in result.problems)
    lead = Paragraph(
        f"Checking the trial table found {say.plural(errors, 'error')} and "
        f"{say.plural(len(result.problems) - errors, 'warning')}. An error keeps its row, or its number, out "
        "of the analysis; a warning does not."
    )
    rows = tuple(
        TableRow(p.study or say.NOT_STATED, (_place(p.file, p.row, result), p.severity, p.message, p.remedy))
        for p in result.problems
    )
    heads = ("Study", "Where", "Kind", "What", "Remedy")
    table = _text_table("problems-found", "What checking the trial table found", heads, rows)
    return Section("problems", title, (lead, Fold(f"All {say.plural(len(rows), 'finding')}", (table,))))


def unused_section(result: SynthesisResult) -> Section:
    """Return the rows that gave no effect, each with its reason."""
    title = "Rows not used"
    if not result.unused:
        return Section("unused", title, (Paragraph("Every row of the trial table gave an effect."),))
    rows = tuple(
        TableRow(u.study, (_place(u.file, u.row, result), u.outcome, _sentence(u.reason), u.remedy))
        for u in result.unused
    )
    heads = ("Study", "Where", "Outcome", "Why", "What would help")
    table = _text_table("unused-rows", "Rows of the trial table that gave no effect", heads, rows)
    lead = Paragraph(
        f"{say.plural(len(rows), 'row')} of {say.count(result.provenance.n_rows)} gave no effect. Each is "
        "listed with its reason; the commonest reasons are:"
    )
    reasons = Counter(_sentence(u.reason) for u in result.unused).most_common(COMMONEST)
    counted = Listing(tuple(f"{reason}: {say.plural(n, 'row')}" for reason, n in reasons))
    every = Fold(f"All {say.plural(len(rows), 'row')} not used", (table,))
    return Section("unused", title, (lead, counted, every))


def _sentence(text: str) -> str:
    """Begin with a capital, unless the text begins with a column's name."""
    first = text.split(" ", 1)[0]
    plain = text if "_" in first else text[:1].upper() + text[1:]
    return plain.rstrip(".")


def _place(file: str, row: int | None, result: SynthesisResult) -> str:
    """Print "row 12", with the file where there are several."""
    named = file if len(result.provenance.files) > 1 or row is None else ""
    return ", ".join(part for part in (named, f"row {row}" if row is not None else "") if part)


def _text_table(name: str, caption: str, heads: tuple[str, ...], rows: tuple[TableRow, ...]) -> Table:
    return Table(name, caption, tuple(Head(h, numeric=False) for h in heads), rows)


EFFECT_COLUMNS: tuple[tuple[str, str, int | None], ...] = (
    ("marker_label", "Outcome", None),
    ("intervention_type", "Intervention", None),
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


def effects_section(result: SynthesisResult) -> Section:
    """Return every effect with its provenance, a hundred to a page."""
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
    for record in page[["study", *(c[0] for c in columns)]].to_dict("records"):
        key = record.get("intervention_type")
        record["intervention_type"] = labels.get(str(key), key)
        cells = tuple(_cell(record[name], decimals) for name, _, decimals in columns)
        rows.append(TableRow(str(record["study"]), cells))
    heads = (Head("Study", False), *(Head(text, numeric=d is not None) for _, text, d in columns))
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
