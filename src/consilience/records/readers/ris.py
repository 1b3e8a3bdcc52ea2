"""RIS in its dialects: a record runs from its TY line to the next one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from consilience.records.build import Fields
from consilience.records.readers.part import Part, Reader, count_lines, split_at
from consilience.records.readers.tags import OVERRIDE_TAGS, sort_out, tagged
from consilience.records.source_file import SourceFile

START = re.compile(r"\s{0,4}(?:\ufeff)?TY {1,3}-")
TAG = re.compile(r"(?:\ufeff)?\s{0,4}([A-Z][A-Z0-9]) {1,3}-(?: ?(.*)|$)", re.DOTALL)
END = re.compile(r"\s{0,4}ER {1,3}-")
# Journal names come in full and short, titles in several languages: the best that is there is taken.
SCALARS = {
    "title": ("TI", "T1", "CT", "BT", "ST", "TT"),
    "journal": ("JF", "T2", "JO", "JA", "J2", "J1", "J9", "JI"),
    "abstract": ("AB", "N2"),
    "volume": ("VL", "VO"),
    "issue": ("IS", "CP"),
    "pages": ("PG",),
    "start_page": ("SP",),
    "end_page": ("EP",),
    "language": ("LA",),
    "accession": ("AN", "ID", "UT"),
    "source": ("DB",),
}
LISTS = {
    "AU": "author", "A1": "author", "KW": "keyword", "UR": "url", "L1": "url", "L2": "url", "LK": "url",
    "DO": "doi", "DI": "doi", "PMID": "pmid", "PM": "pmid", "C2": "pmcid_maybe", "SN": "issn", "TY": "type",
    "PY": "year", "Y1": "year", "YR": "year", "DA": "date", "PT": "type", **OVERRIDE_TAGS,
}  # fmt: skip
TYPES = {
    "JOUR": "Journal Article", "JFULL": "Journal", "MGZN": "Magazine Article", "NEWS": "Newspaper Article",
    "BOOK": "Book", "CHAP": "Book Chapter", "EBOOK": "Electronic Book", "ECHAP": "Electronic Book Chapter",
    "EDBOOK": "Edited Book", "CONF": "Conference Proceedings", "CPAPER": "Conference Paper", "ABST":
    "Abstract",
    "THES": "Thesis", "RPRT": "Report", "UNPB": "Unpublished Work", "DATA": "Data Set", "ELEC": "Web Page",
    "CTLG": "Catalogue", "CASE": "Case", "PAMP": "Pamphlet", "SER": "Serial", "STAND": "Standard",
    "GEN": "Generic", "EJOUR": "Electronic Article", "INPR": "In Press", "CLNTRL": "Clinical Trial",
    "ICOMM": "Internet Communication", "BLOG": "Blog", "VIDEO": "Video", "PAT": "Patent", "GOVDOC":
    "Government Document",
    "COMP": "Computer Program", "DICT": "Dictionary", "ENCYC": "Encyclopedia", "LEGAL": "Legal Rule",
    "HEAR": "Hearing",
    "MANSCPT": "Manuscript", "MULTI": "Online Multimedia", "PCOMM": "Personal Communication", "SLIDE":
    "Audiovisual Material",
}  # fmt: skip
EBSCO = {
    "psyh": "PsycINFO", "psyhref": "PsycINFO", "pdh": "PsycARTICLES", "c8h": "CINAHL", "cin20": "CINAHL",
    "rzh": "CINAHL", "ccm": "CINAHL", "mnh": "MEDLINE", "mdc": "MEDLINE", "cmedm": "MEDLINE",
    "aph": "Academic Search", "a9h": "Academic Search", "i3h": "Criminal Justice Abstracts", "eric": "ERIC",
    "sih": "SocINDEX", "sxi": "SocINDEX", "s3h": "SPORTDiscus",
}  # fmt: skip
_DATE_IN_YEAR = re.compile(r"^\s*(1[4-9]\d\d|20\d\d|21\d\d)/(\d{1,2})?/?(\d{1,2})?/?")


def split(source: SourceFile) -> Iterator[Part]:
    """One part from each TY line to the next."""
    return split_at(source.lines(), START)


def parse(part: Part, mapping: Mapping[str, str]) -> Fields:
    """The fields of one record; what follows ER belongs to it where it is tagged."""
    lines = part.raw.split("\n")
    end = next((number for number, line in enumerate(lines) if END.match(line)), len(lines))
    after = [line for line in lines[end + 1 :] if TAG.match(line)]
    pairs = tagged([*lines[:end], *after], TAG, frozenset({"KW"}))
    lists = {**LISTS, **mapping}
    fields = sort_out(pairs, SCALARS, lists)
    _settle(fields)
    return fields


def _settle(fields: Fields) -> None:
    """What differs between the dialects: type codes, dates in year fields, PMC numbers in C2."""
    fields.values["type"] = [TYPES.get(one.upper(), one) for one in fields.values.get("type", ())]
    for text in fields.values.get("year", ()):
        if _DATE_IN_YEAR.match(text):
            fields.add("date", text)
    if fields.extra.get("DP") == ["NLM"] and fields.first("accession").isdigit():
        fields.add("pmid", fields.first("accession"))
        fields.add("source", "PubMed")
    fields.values["source"] = [EBSCO.get(one, one) for one in fields.values.get("source", ())]
    for text in fields.values.pop("pmcid_maybe", ()):
        if text.upper().startswith("PMC"):
            fields.add("pmcid", text)
        else:
            fields.keep("C2", text)


READER = Reader("ris", lambda source: count_lines(source, START), split, parse)
