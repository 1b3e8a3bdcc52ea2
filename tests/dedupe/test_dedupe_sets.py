"""Measured on published sets whose duplicates were marked by people."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from consilience.dedupe import Deduplicated, dedupe

SETS = Path(__file__).parents[2] / ".." / "shared" / "dedupe"
# set -> works lost and duplicates missed at most; bib-dedupe 0.11.0 reaches (0, 6), (0, 2) and (0, 1).
LIMITS = {"rathbone_cytology": (0, 6), "rathbone_stroke": (0, 2), "sra_copper": (0, 1)}


def load(name: str) -> tuple[dict[str, list[str]], dict[str, int]]:
    if not (SETS / f"{name}.csv.gz").exists():
        pytest.skip(f"the set {name} is not on this machine")
    with gzip.open(SETS / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (SETS / f"{name}_groups.csv").open(encoding="utf-8", newline="") as file:
        groups = [row["merged_ids"].split(";") for row in csv.DictReader(file)]
    return {key: [row[key] for row in rows] for key in rows[0]}, {
        one: at for at, group in enumerate(groups) for one in group
    }


@cache
def whole(name: str) -> Deduplicated:
    return dedupe(load(name)[0])


def lost_and_missed(found: Deduplicated, truth: dict[str, int]) -> tuple[int, int]:
    true = [truth.get(one, one) for one in found.ids]
    by_found, by_truth = defaultdict(set), defaultdict(set)
    for work, real in zip(found.works, true, strict=True):
        by_found[work].add(real)
        by_truth[real].add(work)
    return sum(len(reals) - 1 for reals in by_found.values()), sum(
        len(works) - 1 for works in by_truth.values()
    )


@pytest.mark.parametrize("name", LIMITS)
def test_accuracy_is_at_least_that_of_the_best_program(name: str) -> None:
    _, truth = load(name)
    lost, missed = lost_and_missed(whole(name), truth)
    most_lost, most_missed = LIMITS[name]
    assert lost <= most_lost
    assert missed <= most_missed


@pytest.mark.parametrize("name", LIMITS)
def test_order_of_records_does_not_matter(name: str) -> None:
    table, _ = load(name)
    turned = {key: values[::-1] for key, values in table.items()}
    assert dedupe(turned).labels == whole(name).labels


@pytest.mark.parametrize("name", LIMITS)
def test_what_is_left_has_no_more_duplicates(name: str) -> None:
    table, _ = load(name)
    found = whole(name)
    kept = [row for row, (one, work) in enumerate(zip(found.ids, found.works, strict=True)) if one == work]
    again = dedupe({key: [values[row] for row in kept] for key, values in table.items()})
    assert again.n_duplicates == 0


@pytest.mark.parametrize("name", LIMITS)
def test_a_second_batch_leaves_earlier_works_as_they_were(name: str) -> None:
    table, truth = load(name)
    half = len(table["title"]) // 2
    first = dedupe({key: values[:half] for key, values in table.items()})
    both = dedupe(table, previous=first.labels)
    assert {one: both.labels[one] for one in first.ids} == first.labels
    assert lost_and_missed(both, truth)[0] == 0
