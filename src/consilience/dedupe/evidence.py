"""The evidence of a pair, field by field: which level it stands at, what that weighs, how it is said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One level of agreement: its weight in the sum and its words in an explanation."""

    weight: float
    words: str


TITLE = (
    Level(-8.0, "the titles differ"),
    Level(-1.0, "the titles share some words"),
    Level(2.5, "the titles are alike"),
    Level(5.0, "the titles differ by a few letters"),
    Level(6.0, "the titles are the same"),
    Level(4.0, "one title holds the other"),
    Level(-0.5, "the titles differ by a word that carries meaning"),
    Level(3.0, "the titles are the same but short"),
    Level(0.5, "the titles are the same but say little"),
    Level(-1.0, "a title is not told in both"),
)
AUTHORS = (
    Level(-3.5, "the authors differ"),
    Level(0.0, "authors are not told in both"),
    Level(1.5, "the authors overlap"),
    Level(2.0, "the first author is the same"),
)
YEAR = (
    Level(-4.0, "the years are more than two apart"),
    Level(-1.5, "the years are two apart"),
    Level(-0.3, "the years are one apart"),
    Level(0.0, "the year is not told in both"),
    Level(1.0, "the year is the same"),
)
JOURNAL = (
    Level(-2.5, "the journals differ"),
    Level(0.0, "the journal is not told in both"),
    Level(1.0, "the journals are alike"),
    Level(2.0, "the journal is the same"),
)
VOLUME = (
    Level(-2.5, "the volumes differ"),
    Level(0.0, "the volume is not told in both"),
    Level(0.5, "volume and issue are exchanged"),
    Level(2.0, "the volume is the same"),
)
ISSUE = (
    Level(-0.5, "the issues differ"),
    Level(0.0, "the issue is not told in both"),
    Level(0.5, "the issue is the same"),
)
PAGES = (
    Level(-3.0, "the first pages differ"),
    Level(0.0, "pages are not told in both"),
    Level(2.5, "the first page has the same number"),
    Level(3.0, "the first page is the same"),
)
DOI = (
    Level(-4.0, "the DOIs differ"),
    Level(0.0, "the DOI is not told in both"),
    Level(7.0, "the DOI is the same"),
)
PMID = (
    Level(-7.0, "the PubMed numbers differ"),
    Level(0.0, "the PubMed number is not told in both"),
    Level(9.0, "the PubMed number is the same"),
)
ABSTRACT = (
    Level(-2.0, "the abstracts differ"),
    Level(0.0, "abstracts are not told in both, or not telling"),
    Level(3.0, "the abstracts begin alike"),
)
FIELDS = {
    "title": TITLE, "authors": AUTHORS, "year": YEAR, "journal": JOURNAL, "volume": VOLUME, "issue": ISSUE,
    "pages": PAGES, "doi": DOI, "pmid": PMID, "abstract": ABSTRACT,
}  # fmt: skip
SAME_FROM, MAYBE_FROM = 8.0, 4.5
