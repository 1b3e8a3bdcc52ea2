from __future__ import annotations

import pytest

SMALL = """\
name: small-review
title: A small review
version: "1"
question:
  population: people
  intervention: talk
  comparator: no talk
  outcome: mood
  design: randomised trials
eligibility:
  include: [random allocation]
directions:
  positive: better
  negative: worse
  beneficial: more is better
  harmful: less is better
interventions:
  - {key: talk, label: Talk, synonyms: [talking]}
  - {key: walk, label: Walk}
focal_intervention: talk
outcome_categories:
  - {key: mood, label: Mood}
markers:
  - {key: bdi, label: BDI-II, category: mood, direction: harmful, synonyms: [Beck Depression Inventory]}
  - {key: who_5, label: WHO-5, category: mood, direction: beneficial}
moderators:
  - {key: age, label: Age, kind: continuous, column: mean_age, per: 10}
  - key: format
    label: Format
    kind: categorical
    column: format
    levels:
      - {key: group, label: Group}
      - {key: individual, label: Individual}
analysis:
  effect:
    formula: d_ppc2
    pre_post_r:
      default: 0.5
      by_marker: {bdi: 0.6}
  pooling: {rho: 0.8}
comparators:
  - {key: pill, label: Pill, marker: bdi, percent_change: -5, ci_lower: -9, ci_upper: -1, source: made up}
published:
  - {analysis: overall, label: All, scale: g, estimate: 0.3}
"""


@pytest.fixture(scope="session")
def small() -> str:
    """A whole protocol in few lines, to be spoiled in one place at a time."""
    return SMALL
