"""What people decide, what came before, and what the result is made of."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.dedupe import Columns, Decision, count, dedupe, explain, link_reports, merge, merged, undo
from consilience.errors import InputError
from consilience.records import Author, Record

TITLE = "Mindfulness and interleukin-6 in nurses with burnout: a randomised trial"


def record(source: str = "PubMed", **changes: object) -> Record:
    told = {
        "title": TITLE, "authors": (Author("Lim", "S M"),), "year": 2018, "journal": "Stress", "volume": "3",
        "pages": "4-9", "source": source, **changes,
    }  # fmt: skip
    return Record(**told)  # type: ignore[arg-type]


def columns(*records: Record) -> Columns:
    return Columns.from_records(records, ids=[f"r{at}" for at in range(len(records))])


def test_a_person_parts_what_the_program_joins_and_undo_joins_it_again() -> None:
    pair = columns(record(), record("Scopus"))
    decided = [Decision("r1", "r0", "different", who="A. Reader")]
    assert dedupe(pair).n_works == 1
    assert dedupe(pair, decisions=decided).n_works == 2
    assert dedupe(pair, decisions=undo(decided, "r0", "r1")).n_works == 1


def test_a_person_joins_what_the_program_never_compared() -> None:
    pair = columns(record(), record(title="Achtsamkeit bei Pflegenden", year=1999, pages="", volume=""))
    assert dedupe(pair).n_works == 2
    found = dedupe(pair, decisions=[Decision("r0", "r1", "same")])
    assert found.n_works == 1
    assert explain(found, "r0", "r1") == () or explain(found, "r0", "r1")[0].outcome == "different"


def test_the_last_decision_on_a_pair_counts() -> None:
    pair = columns(record(), record("Scopus"))
    decided = [Decision("r0", "r1", "different"), Decision("r0", "r1", "same")]
    assert dedupe(pair, decisions=decided).n_works == 1


def test_a_parted_pair_is_not_joined_through_a_third() -> None:
    three = columns(record(), record("Scopus"), record("Embase"))
    works = dedupe(three, decisions=[Decision("r0", "r1", "different")]).labels
    assert works["r0"] != works["r1"]
    assert works["r2"] in (works["r0"], works["r1"])


def test_contradictory_decisions_are_named() -> None:
    three = columns(record(), record("Scopus"), record("Embase"))
    decided = [Decision("r0", "r1", "same"), Decision("r1", "r2", "same"), Decision("r0", "r2", "different")]
    with pytest.raises(InputError, match=r"contradict.*undo"):
        dedupe(three, decisions=decided)


def test_unknown_outcomes_and_single_records_are_refused() -> None:
    with pytest.raises(InputError, match="same"):
        Decision("a", "b", "perhaps")
    with pytest.raises(InputError, match="two records"):
        Decision("a", "a", "same")


def test_later_batches_keep_works_and_their_names() -> None:
    first = dedupe(
        columns(record(), record(title="Another work about sleep in shift workers", pages="70-77"))
    )
    grown = [
        record(),
        record(title="Another work about sleep in shift workers", pages="70-77"),
        record("Scopus"),
    ]
    names = ["r0", "r1", "a-new-one"]
    later = dedupe(Columns.from_records(grown, ids=names), previous=first.labels)
    assert later.works == ("r0", "r1", "r0")
    assert dedupe(Columns.from_records(grown, ids=names), previous=later.labels).works == later.works


def test_earlier_works_are_joined_by_people_only() -> None:
    pair = columns(record(), record("Scopus"))
    earlier = {"r0": "r0", "r1": "r1"}
    assert dedupe(pair, previous=earlier).n_works == 2
    assert dedupe(pair, previous=earlier, decisions=[Decision("r0", "r1", "same")]).n_works == 1


def test_an_earlier_work_can_be_parted() -> None:
    pair = columns(record(), record("Scopus"))
    found = dedupe(pair, previous={"r0": "r0", "r1": "r0"}, decisions=[Decision("r0", "r1", "different")])
    assert found.works == ("r0", "r1")


def test_a_merged_record_keeps_what_each_source_tells() -> None:
    one = record(doi="10.1000/x", keywords=("stress",), extra={"AN": ("1",)})
    other = record(
        "Scopus", pmid="7", journal="Stress (Amsterdam)", keywords=("nurses",), extra={"AN": ("2",)}
    )
    (work,) = merge([one, other], dedupe([one, other]))
    assert (work.record.doi, work.record.pmid) == ("10.1000/x", "7")
    assert set(work.record.keywords) == {"stress", "nurses"}
    assert set(work.record.extra["AN"]) == {"1", "2"}
    assert work.sources == ("PubMed", "Scopus")
    assert set(work.variants("journal")) == {("PubMed", "Stress"), ("Scopus", "Stress (Amsterdam)")}
    assert set(work.members) == {one, other}
    assert merged([one, other]) == merged([other, one])


def test_merging_other_records_is_refused() -> None:
    with pytest.raises(InputError, match="same ones"):
        merge([record()], dedupe([record(), record("Scopus")]))


def test_counts_say_where_records_came_from() -> None:
    told = count(
        dedupe(
            [record(), record(), record("Scopus"), record("Scopus", title="Only here " * 5, pages="50-59")]
        )
    )
    assert (told.identified, told.duplicates, told.screened) == (4, 2, 2)
    pubmed, scopus = told.by_source
    assert (pubmed.identified, pubmed.copies_within, pubmed.shared_works, pubmed.only_here) == (2, 1, 1, 0)
    assert (scopus.identified, scopus.copies_within, scopus.shared_works, scopus.only_here) == (2, 0, 1, 1)
    assert told.prisma()["records_screened"] == 2


def test_registration_and_article_are_linked_not_removed() -> None:
    article = record(abstract="Registered as NCT01234567.", registry_numbers=("NCT01234567",))
    entry = Record(
        title="Mindfulness for nurses", registry_numbers=("NCT01234567",), journal="ClinicalTrials.gov"
    )
    protocol = record(title=f"{TITLE}: study protocol", year=2015, journal="Trials", volume="16", pages="88")
    records = [article, entry, protocol]
    found = dedupe(columns(*records))
    links = {
        (link.one, link.other)
        for link in link_reports(found, (" ".join(one.registry_numbers) for one in records))
    }
    assert found.n_works == 3
    assert links == {("r0", "r1"), ("r0", "r2")}


def test_the_same_file_twice_adds_no_work() -> None:
    records = [record(), record(title="Only here " * 5, pages="50-59"), Record(title="")]
    once, twice = dedupe(records), dedupe(records + records[:2])
    assert twice.n_works == once.n_works


def test_columns_say_what_is_wrong() -> None:
    with pytest.raises(InputError, match="'title'"):
        dedupe({"name": ["a"]})
    with pytest.raises(InputError, match="'year' has 1 entries"):
        Columns(ids=["a", "b"], title=["x", "y"], year=["1999"])
    with pytest.raises(InputError, match="'a' stands more than once"):
        Columns(ids=["a", "a"], title=["x", "y"])


def test_nothing_in_nothing_out() -> None:
    found = dedupe([])
    assert (len(found), found.n_works, found.maybe()) == (0, 0, [])


WORDS = st.sampled_from(
    [
        "sleep",
        "stress",
        "mood",
        "pain",
        "women",
        "men",
        "trial",
        "part",
        "I",
        "II",
        "exercise",
        "inflammation",
        "cortisol",
    ]
)
ROWS = st.fixed_dictionaries(
    {
        "title": st.lists(WORDS, max_size=7).map(" ".join) | st.text(max_size=20),
        "authors": st.sampled_from(["Lim, S.", "Doe, J.; Lim, S.", "", "WHO"]),
        "year": st.sampled_from(["2001", "2002", "2009", ""]),
        "journal": st.sampled_from(["Stress", "J Pain", "Journal of Pain", ""]),
        "volume": st.sampled_from(["1", "2", ""]),
        "pages": st.sampled_from(["1-9", "5-9", "S5", ""]),
        "doi": st.sampled_from(["10.1000/a", "10.1000/b", "", ""]),
    }
)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(ROWS, max_size=14), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_works_and_adding_nothing_changes_nothing(
    rows: list[dict[str, str]], draw: random.Random
) -> None:
    named = [{**row, "ids": f"r{at:02}"} for at, row in enumerate(rows)]
    mixed = draw.sample(named, len(named))
    tables = [{name: [row[name] for row in some] for name in (*BASE_NAMES, "ids")} for some in (named, mixed)]
    first, second = (dedupe(one) for one in tables)
    assert first.labels == second.labels
    assert dedupe(tables[0], previous=first.labels).labels == first.labels
    assert all(first.labels[work] == work for work in first.works)


BASE_NAMES = ("title", "authors", "year", "journal", "volume", "pages", "doi")
