"""The columns of tables: which of them is the title, in the words of the programs that write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from consilience.errors import InputError

NAMES: Mapping[str, str] = {
    "title": (
        "title primarytitle titleprimary articletitle documenttitle ti t1 studytitle brieftitle "
        "referencetitle"
    ),
    "abstract": "abstract ab notesabstract abstractnote briefsummary studysummary n2 abstracttext",
    "author": (
        "authors author au authornames firstauthors authorfullnames af authorsprimary "
        "primaryauthors a1 creators"
    ),
    "year": "year publicationyear py pubyear yearpublished date1 publishedyear yr coverdate",
    "date": ("date publicationdate da dateofpublication datepublished pd startdate createdate published"),
    "journal": (
        "journal journalbook journaltitle sourcetitle publicationname so t2 secondarytitle jf jo "
        "source2 periodical journalname fulljournalname publication containertitle periodicalfull "
        "jt publicationtitle conferencename"
    ),
    "volume": "volume vl vi vol",
    "issue": "issue number is ip issuenumber no",
    "pages": "pages page pg pagination",
    "start_page": "startpage pagestart sp bp beginningpage firstpage",
    "end_page": "endpage pageend ep endingpage lastpage",
    "doi": "doi di articledoi digitalobjectidentifier",
    "pmid": "pmid pubmedid pm medlinepmid pubmed",
    "pmcid": "pmcid pmc pmcidnumber",
    "registry": (
        "nctnumber nctid clinicaltrialnumbers registrynumber trialregistration otherids clinicaltrialnumber"
    ),
    "issn": "issn eissn sn ei issnisbn",
    "accession": (
        "accessionnumber an ut id eid utuniquewosid uniquewosid wosid key recordid refid "
        "embaseaccessionid covidencenumber covidence scopusid ref utuniqueid"
    ),
    "keyword": (
        "keywords keyword authorkeywords indexkeywords kw de emtreemedicalindextermsmajorfocus "
        "subjects conditions mesh meshterms keywordsplus emtreedrugindextermsmajorfocus "
        "descriptors tags2 subjectterms manualtags"
    ),
    "language": "language la languages languageofarticle languageoforiginaldocument",
    "type": (
        "type documenttype typeofreference dt itemtype publicationtype referencetype pt studytype ty reftype"
    ),
    "url": "url urls link links ur openurllink l1 fulltexturl studyurl pdfurl doilink",
    "source": "database databasename db",
    "consilience": "consilience",
}
FIELDS = {word: field for field, words in NAMES.items() for word in words.split()}
_ONE_COLUMN = frozenset(
    ("title", "abstract", "author", "journal", "volume", "issue", "accession", "source", "language")
)
_SPLITS = {"keyword": r"\s*[;|\n]\s*", "url": r"\s*[;|]\s+|\s+(?=https?:)"}


def plain_name(name: str) -> str:
    """A heading's letters and digits, lower case."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@lru_cache(maxsize=64)
def recognise(header: tuple[str, ...], mapping: tuple[tuple[str, str], ...]) -> dict[int, str]:
    """Column number to field. ``mapping`` (field to heading, or heading to field) goes first."""
    wanted = _wanted(header, dict(mapping))
    found: dict[int, str] = {}
    taken = set(wanted.values())
    for number, heading in enumerate(header):
        field = wanted.get(heading) or FIELDS.get(plain_name(heading), "")
        scalar = field in _ONE_COLUMN
        if field and not (scalar and field in taken and heading not in wanted):
            found[number] = field
            taken.add(field)
    return found


def _wanted(headings: tuple[str, ...], mapping: Mapping[str, str]) -> dict[str, str]:
    """The user's words, either way round, as heading to field; a word that fits nothing is an error."""
    wanted = {}
    for left, right in mapping.items():
        heading, field = (left, right) if left in headings else (right, left)
        if heading not in headings or field not in NAMES:
            raise InputError(
                f"mapping {left!r}: {right!r} fits no column; columns: {', '.join(headings[:40])}; "
                f"fields: {', '.join(NAMES)}"
            )
        wanted[heading] = field
    return wanted


def split_cell(field: str, text: str) -> list[str]:
    """The values in a cell: lists are told by their separators, or by brackets as Python writes them."""
    if text.startswith("[") and text.endswith("]") and field in ("keyword", "url"):
        return [one.strip(" '\"") for one in re.split(r"['\"]\s*,\s*['\"]", text.strip("[]"))]
    pattern = _SPLITS.get(field)
    if pattern is None:
        return [text]
    if field == "keyword" and ";" not in text and "|" not in text and text.count(",") > 1:
        pattern = r"\s*,\s*"
    return [one for one in re.split(pattern, text) if one.strip()]
