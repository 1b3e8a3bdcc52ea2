"""results.json is what its schema and its page say."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from synthesis_tables import given

from consilience.synthesis.document import ResultsDocument, adapter, json_schema, schema_path, to_json
from consilience.synthesis.result import Estimate
from consilience.synthesis.run import synthesize

PAGE = Path(__file__).parents[2] / "docs" / "results_json.md"


@pytest.fixture(scope="module")
def text() -> str:
    return to_json(synthesize(given(list("ABCD"), [0.1, 0.2, 0.4, 0.3])))


def test_a_document_reads_back_as_what_was_written(text: str) -> None:
    document = adapter().validate_json(text)
    assert isinstance(document, ResultsDocument)
    assert document.overall.k_studies == 4
    assert json.loads(adapter().dump_json(document)) == json.loads(text)


def test_the_shipped_schema_is_that_of_the_types() -> None:
    """If this fails after a change of the types: ``python -m consilience.synthesis.document``."""
    assert json.loads(schema_path().read_text(encoding="utf-8")) == json_schema()


def test_the_schema_names_every_part(text: str) -> None:
    assert set(json_schema()["properties"]) == set(json.loads(text))


def test_the_page_explains_every_part_and_every_field_of_an_estimate() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [
        f.name for part in (ResultsDocument, Estimate) for f in fields(part) if f"`{f.name}`" not in page
    ]
    assert missing == []
