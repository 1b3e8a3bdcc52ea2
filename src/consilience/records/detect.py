"""What kind of export a file is, told by its content; its name is never believed."""

from __future__ import annotations

import json
import re
from pathlib import Path

from consilience.errors import InputError
from consilience.records.readers import bibtex, headed, nbib, refer, ris, wos
from consilience.records.readers.tabular import separator_of
from consilience.records.result import Detected
from consilience.records.source_file import SourceFile, is_workbook, open_sources

_LINE_MARKS = (
    ("ris", ris.START),
    ("nbib", nbib.START),
    ("wos", wos.START),
    ("refer", refer.START),
    ("ovid", headed.OVID),
    ("cochrane", headed.COCHRANE),
    ("bibtex", bibtex.ENTRY),
)
_ELEMENTS = (
    ("pubmed_xml", re.compile(r"<(?:PubmedArticle|PubmedBookArticle|PubmedArticleSet)[\s>]")),
    ("esearch_xml", re.compile(r"<(?:eSearchResult|ePostResult)[\s>]")),
    ("scopus_xml", re.compile(r"<abstracts-retrieval-response[\s>]")),
    ("endnote_xml", re.compile(r"<record[\s>]")),
)
_DIALECTS = (
    ("EndNote", r"<source-app name=\"EndNote\""),
    ("Ovid", r"ovidsp\.ovid\.com|ovidweb\.cgi|Ovid Technologies|^<\d+>\s*$"),
    ("Dimensions", r"app\.dimensions\.ai|^AN  - pub\.\d"),
    ("Lens", r"lens\.org/"),
    ("Rayyan", r"rayyan-\d+|RAYYAN-"),
    ("Cochrane", r"cochranelibrary|^AN  - CN-\d|^ID: CN-\d"),
    ("Scopus", r"^DB  - Scopus|scopus\.com/|source=\{Scopus\}|^Scopus$|abstracts-retrieval-response"),
    ("ProQuest", r"search\.proquest\.com|www\.proquest\.com|^DB  - .*ProQuest"),
    ("EBSCO", r"search\.ebscohost\.com|ebsco\.com|^DP  - EBSCO"),
    ("Embase", r"embase\.com|Emtree"),
    ("LILACS", r"^DB  - LILACS"),
    ("SciELO", r"scielo\.|^DB  - SciELO"),
    ("BVS", r"bvsalud\.org"),
    ("Web of Science", r"Clarivate|Thomson Reuters Web of|ISI Export|\bWOS:[A-Z0-9]|\bISI:0|^AN  - WOS"),
    ("Zotero", r"zotero"),
    ("EndNote", r"EndNote"),
    ("ClinicalTrials.gov", r"\"protocolSection\"|NCT Number"),
    ("Crossref", r"\"reference-count\"|crossref"),
    ("PubMed", r"^PMID ?-|<Pubmed|^\"?PMID\"?,|pubmed|<eSearch|<ePost"),
)
_RECORD_NAMES = re.compile(
    r"\"(?:[A-Za-z_ ]*title|doi|pmid|abstract|protocolSection|TI|display_name|Title|DOI|PMID)\"\s*:",
    re.IGNORECASE,
)
_COMPILED = tuple((name, re.compile(pattern, re.MULTILINE)) for name, pattern in _DIALECTS)


def detect(path: str | Path | bytes) -> Detected:
    """Format, dialect and encoding of a file or of bytes; InputError where nothing is recognised.

    >>> detect(b"TY  - JOUR\\nTI  - Sleep\\nER  - \\n")
    Detected(format='ris', dialect='', encoding='utf-8')
    """
    return detect_source(open_sources(path)[0])


def detect_source(source: SourceFile, format: str = "") -> Detected:
    """The same for an opened file; ``format`` where the user names it."""
    if is_workbook(source):
        return Detected("xlsx", "", "")
    head = source.head().lstrip("\ufeff")
    if not head.strip():
        raise InputError(f"{source.name} is empty; export it again, with at least one record")
    found = format or _format(head) or _deeper(source)
    if not found:
        raise InputError(
            f"{source.name} is no export that is known (it begins {head.strip()[:60]!r}); known are RIS, "
            "MEDLINE/NBIB, PubMed XML, Web of Science, EndNote, BibTeX, CSV/TSV/XLSX with a title column, "
            "ClinicalTrials.gov and other JSON"
        )
    return Detected(found, next((name for name, mark in _COMPILED if mark.search(head)), ""), source.encoding)


def _format(head: str) -> str:
    """The format that the beginning of a text shows."""
    start = head.lstrip()
    if start.startswith("<") and not headed.OVID.match(start.split("\n")[0]):
        found = next((name for name, mark in _ELEMENTS if mark.search(head)), "")
        if found:
            return found
    if start.startswith(("{", "[")):
        found = _json(start)
        if found:
            return found
    for line in head.splitlines():
        found = next((name for name, mark in _LINE_MARKS if mark.match(line)), "")
        if found:
            return found
    if re.search(r"^%[TA] ", head, re.MULTILINE):
        return "refer"
    return "csv" if separator_of(head) else ""


def _json(start: str) -> str:
    """Whether JSON is one value, or an object on each line."""
    if not _RECORD_NAMES.search(start) or not re.match(r"\{\s*\"|\[\s*[\[{\"\]]|\{\s*\}", start):
        return ""
    first = start.split("\n", 1)[0]
    if start.startswith("{"):
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            return "json"
        return (
            "jsonl"
            if first.startswith("{") and "protocolSection" not in first[:40] and "message" not in first[:40]
            else "json"
        )
    return "json"


def _deeper(source: SourceFile) -> str:
    """The format of a file whose marks come only after a long beginning."""
    for number, line in enumerate(source.lines()):
        found = next((name for name, mark in _LINE_MARKS if mark.match(line)), "")
        if found or number > 20_000:
            return found
    return ""
