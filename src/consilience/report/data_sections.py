"""The record of the data: what was odd in them, which rows were not used, and every effect."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pandas as pd

from consilience.report import numerals as say
from consilience.report.derivations import in_words
from consilience.report.document import Block, Fold, Head, Listing, Paragraph, Section, Table, TableRow
from consilience.synthesis.result import SynthesisResult

PAGE = 100
"""Effects on a page of the provenance table."""

MOST = 2000
"""Rows that a table of the page holds at most; the files beside the page hold all."""

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
        for p in result.problems[:MOST]
    )
    heads = ("Study", "Where", "Kind", "What", "Remedy")
    table = _text_table("problems-found", "What checking the trial table found", heads, rows)
    every = len(result.problems)
    fold = Fold(_how_many(every, "finding"), (*_cut(every, "findings", "results.json"), table))
    return Section("problems", title, (lead, fold))


def _how_many(n: int, what: str) -> str:
    """Print "All 12 rows", or how many of them are shown."""
    return (
        f"All {say.plural(n, what)}" if n <= MOST else f"The first {say.count(MOST)} of {say.plural(n, what)}"
    )


def _cut(n: int, what: str, file: str) -> tuple[Paragraph, ...]:
    """Say that a table was cut, and where all of it stands; nothing where it was not."""
    if n <= MOST:
        return ()
    shown = f"This page shows the first {say.count(MOST)} of {say.count(n)} {what}"
    return (Paragraph(f"{shown}; the file {file} holds them all."),)


def unused_section(result: SynthesisResult) -> Section:
    """Return the rows that gave no effect, each with its reason."""
    title = "Rows not used"
    if not result.unused:
        return Section("unused", title, (Paragraph("Every row of the trial table gave an effect."),))
    rows = tuple(
        TableRow(u.study, (_place(u.file, u.row, result), u.outcome, _sentence(u.reason), u.remedy))
        for u in result.unused[:MOST]
    )
    heads = ("Study", "Where", "Outcome", "Why", "What would help")
    table = _text_table("unused-rows", "Rows of the trial table that gave no effect", heads, rows)
    lead = Paragraph(
        f"{say.plural(len(result.unused), 'row')} of {say.count(result.provenance.n_rows)} gave no effect. "
        "Each is listed with its reason; the commonest reasons are:"
    )
    reasons = Counter(_sentence(u.reason) for u in result.unused).most_common(COMMONEST)
    counted = Listing(tuple(f"{reason}: {say.plural(n, 'row')}" for reason, n in reasons))
    n = len(result.unused)
    every = Fold(f"{_how_many(n, 'row')} not used", (*_cut(n, "rows not used", "results.json"), table))
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
    cut = _cut(len(frame), "effects", "effects.csv")
    pages = _pages(frame, "Effects", "effects", result)
    return Section(
        "effects", "Every effect and where it comes from", (lead, *cut, *pages, *_percent_blocks(result))
    )


def _percent_blocks(result: SynthesisResult) -> tuple[Block, ...]:
    """Return the effects in percent of the level before treatment, closed until asked for."""
    frame = result.percent_effects
    if frame.empty:
        return ()
    lead = Paragraph(
        f"{say.plural(len(frame), 'effect')} could also be put in percent of the level before treatment: the "
        "change against the control group. The file percent_effects.csv holds all columns."
    )
    cut = _cut(len(frame), "effects in percent", "percent_effects.csv")
    return (lead, *cut, *_pages(frame, "Effects in percent", "percent-effects", result))


def _pages(frame: pd.DataFrame, title: str, name: str, result: SynthesisResult) -> tuple[Fold, ...]:
    """Set the first rows of a table of effects, a hundred to a page."""
    starts = range(0, min(len(frame), MOST), PAGE)
    return tuple(_page(frame, start, title, name, result) for start in starts)


def _page(frame: pd.DataFrame, start: int, title: str, name: str, result: SynthesisResult) -> Fold:
    page = frame.iloc[start : min(start + PAGE, MOST)]
    first, last = start + 1, start + len(page)
    caption = f"{title} {first} to {last} of {len(frame)}"
    table = _effects_table(page, f"{name}-{first}", caption, name == "percent-effects", result)
    return Fold(f"{title} {first} to {last}", (table,), group=name)


def _effects_table(
    page: pd.DataFrame, name: str, caption: str, percent: bool, result: SynthesisResult
) -> Table:
    columns = [c for c in EFFECT_COLUMNS if c[0] in page.columns]
    labels = {t.key: t.label for t in result.protocol.interventions}
    rows = []
    for record in page[["study", *(c[0] for c in columns)]].to_dict("records"):
        key = record.get("intervention_type")
        record["intervention_type"] = labels.get(str(key), key)
        record["derivation"] = in_words(str(record.get("derivation", "")))
        cells = tuple(_cell(record[column], decimals) for column, _, decimals in columns)
        rows.append(TableRow(str(record["study"]), cells))
    titles = {"yi": "Change, %", "sei": "SE, %"} if percent else {}
    named = (Head(titles.get(column, text), numeric=d is not None) for column, text, d in columns)
    return Table(name, caption, (Head("Study", False), *named), tuple(rows))


def _cell(value: Any, decimals: int | None) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if decimals is None:
        return str(value)
    try:
        return say.number(float(value), decimals)
    except (TypeError, ValueError):
        return str(value)
