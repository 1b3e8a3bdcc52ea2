"""The numbers that name a publication or a trial everywhere: DOI, PMID, PMCID, registry numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DOI_IN_FIELD = re.compile(r"\b10\.\d{4,9}(?:\.\d+)*/\S+")
_DOI_IN_TEXT = re.compile(r"(?:\bdoi:?\s*|doi\.org/)(10\.\d{4,9}(?:\.\d+)*/[^\s\"<>,;|&?#]+)", re.IGNORECASE)
_QUOTED = {"%2f": "/", "%28": "(", "%29": ")", "%3c": "<", "%3e": ">", "%3a": ":", "%3b": ";"}
_PERCENT = re.compile("|".join(_QUOTED), re.IGNORECASE)
_PMID = re.compile(r"(?<![\d-])0*([1-9]\d{0,8})(?!\d)")
_PMID_IN_TEXT = re.compile(
    r"(?:PMID\W{0,3}|pubmed/|pubmed\.ncbi\.nlm\.nih\.gov/)(\d{1,9})|(\d{1,9})\s*\[PMID\]", re.I
)
_PMCID = re.compile(r"PMC\s?(\d{3,10})", re.IGNORECASE)
_ISSN = re.compile(r"(?<![\dXx-])(\d{4})-?(\d{3}[\dXx])(?![\d-])")
_REGISTRY = re.compile(
    r"\b(?:NCT\W?\d{8}|ISRCTN\W?\d{8}|ACTRN\W?\d{14}|DRKS\W?\d{8}|CTRI\W?\d{4}/\d{2,3}/\d{5,6}"
    r"|ChiCTR(?:-[A-Z]{2,5})?\W?\d{8,10}|(?:JPRN-)?UMIN\W?\d{9}|(?:JPRN-)?jRCTs?\d{6,12}|IRCT\d{8,20}N\d{1,3}"
    r"|KCT\d{7}|NTR\W?\d{2,5}|PACTR\d{15,16}|RBR-[0-9a-z]{6,8}|SLCTR/\d{4}/\d{3}|TCTR\d{11}|RPCEC\d{8}"
    r"|LBCTR\d{10}|PER-\d{3}-\d{2}|CRD\W?42\d{9,11}|EUCTR\d{4}-\d{6}-\d{2}|U1111-\d{4}-\d{4}"
    r"|20(?:0[4-9]|1\d|2[0-9])-[05]\d{5}-\d{2}(?:-\d{2})?)(?![\dA-Za-z])",
    re.IGNORECASE,
)
# Most texts hold none: looking for the letters first costs a fraction of trying the whole pattern.
_LETTERS = (
    "NCT", "ISRCTN", "ACTRN", "DRKS", "CTRI", "CHICTR", "UMIN", "JRCT", "IRCT", "KCT", "NTR", "RBR-", "SLCTR",
    "TCTR", "PACTR", "LBCTR", "RPCEC", "PER-", "CRD", "EUCTR", "U1111",
)  # fmt: skip
_EUDRACT = re.compile(r"20[0-2]\d-[05]\d{5}-")
_EXACT = {name.upper(): name for name in ("ChiCTR", "jRCT", "jRCTs")}


def normal_doi(text: str) -> str:
    """The DOI in a field, without address and in lower case; empty where there is none.

    >>> normal_doi("https://doi.org/10.1177%2F1359105317742958.")
    '10.1177/1359105317742958'
    >>> normal_doi("10.1016/S0140-6736(16)31533-1 [doi]")
    '10.1016/s0140-6736(16)31533-1'
    """
    found = _DOI_IN_FIELD.search(_PERCENT.sub(lambda part: _QUOTED[part[0].lower()], text))
    return _trim(found[0]).lower() if found else ""


def doi_in_text(text: str) -> str:
    """The DOI that a text is, or the first that it announces (``doi: 10...`` or ``doi.org/10...``)."""
    if text.startswith("10.") and _DOI_IN_FIELD.fullmatch(text):
        return normal_doi(text)
    found = _DOI_IN_TEXT.search(_PERCENT.sub(lambda part: _QUOTED[part[0].lower()], text))
    return normal_doi(_trim(found[1])) if found else ""


def normal_pmid(text: str) -> str:
    """The PubMed number in a field: digits only.

    >>> normal_pmid("35957633 [PMID]"), normal_pmid("MEDLINE:31234567"), normal_pmid("PMC9359172")
    ('35957633', '31234567', '')
    """
    found = None if _PMCID.search(text) else _PMID.search(text)
    return found[1] if found else ""


def pmid_in_text(text: str) -> str:
    """The first PubMed number that a text announces."""
    found = _PMID_IN_TEXT.search(text)
    return (found[1] or found[2]).lstrip("0") if found else ""


def normal_pmcid(text: str) -> str:
    """The PubMed Central number: ``PMC`` and digits.

    >>> normal_pmcid("PMC9359172 [PMCID]")
    'PMC9359172'
    """
    found = _PMCID.search(text)
    return f"PMC{found[1]}" if found else ""


def issns(text: str) -> tuple[str, ...]:
    """Every ISSN in a field, with its hyphen; ISBNs and the like give none.

    >>> issns("0893-8512 (Print) 10986618"), issns("978-3-86680-192-9")
    (('0893-8512', '1098-6618'), ())
    """
    return tuple(f"{hit[0]}-{hit[1].upper()}" for hit in _ISSN.findall(text))


def registry_numbers(texts: Iterable[str]) -> tuple[str, ...]:
    """Every trial registry number in some texts, written one way, sorted.

    >>> registry_numbers(["Trial: NCT 01234567, isrctn12345678.", "EudraCT 2010-018418-53"])
    ('2010-018418-53', 'ISRCTN12345678', 'NCT01234567')
    """
    likely = (text for text in texts if _may_hold_registry_number(text))
    return tuple(sorted({_registry_form(hit) for text in likely for hit in _REGISTRY.findall(text)}))


def _may_hold_registry_number(text: str) -> bool:
    """Whether a registry's letters, or the shape of a EudraCT number, are in a text."""
    upper = text.upper()
    return any(letters in upper for letters in _LETTERS) or _EUDRACT.search(text) is not None


def _registry_form(found: str) -> str:
    """One way to write a registry number: no blank after the registry's letters."""
    upper = found.upper().removeprefix("JPRN-")
    plain = re.sub(r"^(NCT|ISRCTN|ACTRN|DRKS|UMIN|NTR|CTRI|CRD|CHICTR)\W(?=\d)", r"\1", upper)
    plain = plain.replace("CTRI2", "CTRI/2", 1) if plain.startswith("CTRI2") else plain
    if plain.startswith("RBR-"):
        return "RBR-" + plain[4:].lower()
    letters = re.match(r"[A-Z]+", plain)
    return plain if letters is None else plain.replace(letters[0], _EXACT.get(letters[0], letters[0]), 1)


def _trim(doi: str) -> str:
    """A DOI without the sentence's punctuation, and without a bracket that it did not open."""
    while doi:
        last = doi[-1]
        if (
            last in ".,;:'\"}]*"
            or (last == ")" and doi.count(")") > doi.count("("))
            or (last == ">" and doi.count(">") > doi.count("<"))
        ):
            doi = doi[:-1]
        else:
            break
    return doi
