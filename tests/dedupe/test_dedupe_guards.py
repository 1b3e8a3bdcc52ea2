"""Pairs of which every librarian knows the answer: one row, one trap."""

from __future__ import annotations

from typing import Any

import pytest

from consilience.dedupe import dedupe, explain

BASE_TITLE = "Effects of exercise on inflammation in adults with depression: a randomised controlled trial"
BASE = {
    "title": BASE_TITLE,
    "authors": "Lim, S. M.; Shiau, C. W.; Lau, Y.",
    "year": "2015",
    "journal": "Brain, Behavior, and Immunity",
    "volume": "45",
    "issue": "2",
    "pages": "101-110",
    "doi": "",
    "pmid": "",
    "abstract": "",
    "type": "",
    "registry": "",
}
ARTICLE = {"journal": "Psychoneuroendocrinology", "volume": "70", "pages": "12-20", "issue": "1"}
ABSTRACT = (
    "Background. Inflammation accompanies depression, and exercise lowers it in people without depression. "
)

SAME = {
    "another style": {
        "title": BASE_TITLE.upper().replace("RANDOMISED", "RANDOMIZED") + ".",
        "authors": "Lim SM, Shiau CW, Lau Y",
        "journal": "Brain Behav Immun",
        "pages": "101-10",
    },
    "before print": {"year": "2014", "volume": "", "issue": "", "pages": ""},
    "language noted": {"title": BASE["title"] + " [Chinese]"},
    "erratum noted": {"title": BASE["title"] + " [Erratum appears in Brain Behav Immun. 2016;51:300]"},
    "subtitle cut": {"title": "Effects of exercise on inflammation in adults with depression"},
    "letters with accents": {"authors": "Lïm, S. M.; Shiau, C. W.; Lau, Y."},
    "volume and issue exchanged": {"volume": "2", "issue": "45"},
    "a number split": {"title": BASE["title"].replace("randomised", "randomized")},
}
DIFFERENT = {
    "other part": (
        {"title": "Exercise and mood, part I: design"},
        {"title": "Exercise and mood, part II: design", "pages": "111-120"},
    ),
    "erratum": ({}, {"title": "Erratum: " + BASE["title"], "pages": "300"}),
    "reply": ({}, {"title": "Reply to: " + BASE["title"], "pages": "301-302"}),
    "protocol": ({}, {"title": BASE["title"] + ": study protocol", **ARTICLE, "year": "2012"}),
    "registration": ({}, {"journal": "ClinicalTrials.gov", "volume": "", "issue": "", "pages": ""}),
    "preprint": ({}, {"journal": "medRxiv", "volume": "", "pages": "", "doi": "10.1101/2014.1.1"}),
    "meeting": ({}, {**ARTICLE, "type": "Conference Abstract", "year": "2014", "pages": "S12"}),
    "other year of a review": (
        {"journal": "Cochrane Database of Systematic Reviews", "pages": "CD004366"},
        {"journal": "Cochrane Database of Systematic Reviews", "pages": "CD004366", "year": "2013"},
    ),
    "men and women": (
        {"title": "Exercise and inflammation in men with depression"},
        {"title": "Exercise and inflammation in women with depression", "pages": "111-120"},
    ),
    "follow-up": ({}, {"title": BASE["title"] + ": two-year follow-up", **ARTICLE, "year": "2017"}),
    "editorials": (
        {"title": "Editorial", "pages": "1-2"},
        {"title": "Editorial", "pages": "99-100", "issue": "5", "authors": "Doe, J."},
    ),
    "one supplement, one DOI": (
        {"doi": "10.1000/suppl", "pages": "S1"},
        {"doi": "10.1000/suppl", "pages": "S2", "title": "Sleep and mood after stroke in rural clinics"},
    ),
    "other registration": (
        {"journal": "ClinicalTrials.gov", "registry": "NCT01234567", "volume": "", "pages": ""},
        {"journal": "ClinicalTrials.gov", "registry": "NCT07654321", "volume": "", "pages": ""},
    ),
}  # fmt: skip


def table(*changes: dict[str, str]) -> dict[str, list[Any]]:
    rows = [{**BASE, **change, "ids": f"r{at}"} for at, change in enumerate(changes)]
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.parametrize("name", SAME)
def test_one_work_in_two_databases_is_the_same(name: str) -> None:
    found = dedupe(table({}, SAME[name]))
    assert found.n_works == 1, explain(found, "r0", "r1")


@pytest.mark.parametrize("name", DIFFERENT)
def test_two_reports_are_never_removed(name: str) -> None:
    found = dedupe(table(*DIFFERENT[name]))
    assert found.n_works == 2, explain(found, "r0", "r1")


def test_a_bare_record_does_not_chain_an_abstract_to_its_article() -> None:
    bare = {"journal": "", "volume": "", "issue": "", "pages": "", "year": "2015"}
    meeting = {"journal": "Biological Psychiatry", "volume": "77", "pages": "S310", "issue": "9"}
    found = dedupe(table({}, bare, meeting))
    works = dict(zip(found.ids, found.works, strict=True))
    assert works["r0"] != works["r2"]


def test_a_translated_title_asks_a_person() -> None:
    found = dedupe(
        table(
            {"abstract": ABSTRACT * 3},
            {"title": "Wirkung von Sport bei Depression", "abstract": ABSTRACT * 3},
        )
    )
    assert found.n_works == 1 or len(found.maybe()) == 1


def test_a_reason_names_what_agrees_and_what_does_not() -> None:
    found = dedupe(table({}, {"title": "Erratum: " + BASE["title"], "pages": "300"}))
    (why,) = explain(found, "r0", "r1")
    assert why.outcome == "different"
    assert "the first author is the same" in why.speaks_for
    assert "the first pages differ" in why.speaks_against
    assert "different kinds of report" in why.text
