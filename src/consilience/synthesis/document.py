"""A synthesis as a JSON document: schema-versioned, deterministic, readable by any program."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from consilience.extraction.problems import Problem
from consilience.protocol.model import Protocol
from consilience.synthesis.result import (
    SCHEMA_VERSION,
    ComparatorResult,
    Estimate,
    GridCell,
    ModeratorAnalysis,
    Provenance,
    PublishedComparison,
    StudyAverage,
    SynthesisResult,
    UnusedRow,
)

PROGRAM = "consilience"


@dataclass(frozen=True)
class ResultsDocument:
    """The top level of results.json; all but the tables of effects, which stand in CSV files."""

    program: str
    schema_version: str
    notice: str
    protocol: Protocol
    overall: Estimate
    interventions: tuple[Estimate, ...]
    outcomes: tuple[Estimate, ...]
    markers: tuple[Estimate, ...]
    grid: tuple[GridCell, ...]
    moderators: tuple[ModeratorAnalysis, ...]
    percent_change: tuple[Estimate, ...]
    persistence: tuple[Estimate, ...]
    time_slope: Estimate
    comparators: tuple[ComparatorResult, ...]
    published: tuple[PublishedComparison, ...]
    study_averages: tuple[StudyAverage, ...]
    sensitivity: tuple[Estimate, ...]
    unused: tuple[UnusedRow, ...]
    problems: tuple[Problem, ...]
    provenance: Provenance
    prisma: dict[str, Any] | None = None


@cache
def adapter() -> TypeAdapter[ResultsDocument]:
    """Writes and checks documents; built once, when first needed."""
    return TypeAdapter(ResultsDocument)


def to_json_dict(result: SynthesisResult) -> dict[str, Any]:
    """The result as plain dictionaries, lists, numbers and text; what is not a number becomes null.

    The tables ``effects`` and ``percent_effects`` are left out: they are files of their own, joined
    by ``effect_ids``.
    """
    shared = {f.name: getattr(result, f.name) for f in fields(ResultsDocument) if hasattr(result, f.name)}
    document = ResultsDocument(program=PROGRAM, schema_version=SCHEMA_VERSION, **shared)
    plain: dict[str, Any] = finite(adapter().dump_python(document, mode="json"))
    return plain


def to_json(result: SynthesisResult) -> str:
    """The result as the text of results.json; the same result gives the same text."""
    return json.dumps(to_json_dict(result), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of results.json."""
    schema = adapter().json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Consilience results {SCHEMA_VERSION}",
        **schema,
    }


def finite(value: Any) -> Any:
    """Replace NaN and infinities, which JSON cannot hold, by null, at every depth."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def schema_path() -> Path:
    """Where the schema that ships with the program stands."""
    return Path(__file__).with_name("results.schema.json")


if __name__ == "__main__":
    schema_path().write_text(json.dumps(json_schema(), indent=1) + "\n", encoding="utf-8")
