from __future__ import annotations

import re
from pathlib import Path

from consilience.protocol import parse_protocol
from consilience.protocol.model import AnalysisPlan, EffectPlan, PrePostCorrelation, Protocol

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"


def example() -> Protocol:
    """The protocol that the page's examples make together."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), flags=re.S)
    return parse_protocol("\n".join(blocks), source="docs/protocol.md")


def test_the_pages_examples_are_one_protocol_that_uses_every_block():
    review = example()
    assert review.name == "walking-and-mood"
    assert review.model_fields_set == set(Protocol.model_fields)


def test_the_page_shows_the_defaults():
    plan = example().analysis
    r = PrePostCorrelation(by_marker={"bdi": 0.6})
    assert plan == AnalysisPlan(effect=EffectPlan(pre_post_r=r), bias_methods=("regtest", "pet_peese"))


def test_the_page_names_every_key_of_the_plan():
    page = PAGE.read_text("utf-8")
    for name, block in AnalysisPlan.model_fields.items():
        assert name in page
        for inner in getattr(block.annotation, "model_fields", {}):
            assert inner in page, inner
