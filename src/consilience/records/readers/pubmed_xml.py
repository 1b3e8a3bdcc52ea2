"""PubMed's XML: articles and books, as efetch, the website and the yearly baseline give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from consilience.records.build import Fields
from consilience.records.readers.elements import count_elements, local, parse_element, split_elements, text_of
from consilience.records.readers.part import Part, Reader
from consilience.records.record import Author
from consilience.records.source_file import SourceFile

NAMES = "PubmedArticle|PubmedBookArticle"
_IDS = {"doi": "doi", "pubmed": "pmid", "pmc": "pmcid"}
_TAKEN = frozenset(
    [
        "ArticleTitle",
        "Abstract",
        "AuthorList",
        "PMID",
        "Volume",
        "Issue",
        "Pagination",
        "PubDate",
        "Language",
        "PublicationTypeList",
        "MeshHeadingList",
        "KeywordList",
        "ELocationID",
        "ArticleIdList",
        "ISSN",
        "Title",
        "ReferenceList",
        "History",
        "Journal",
        "ArticleDate",
        "DataBankList",
        "Book",
    ]
)


def split(source: SourceFile) -> Iterator[Part]:
    """One part for each article or book."""
    return split_elements(source, NAMES)


def parse(part: Part, _mapping: Mapping[str, str]) -> Fields:
    """The fields of one article or book."""
    root = parse_element(part.raw)
    fields = Fields()
    article = root.find(".//Article")
    body = article if article is not None else root.find(".//BookDocument")
    body = root if body is None else body
    _texts(fields, root, body)
    fields.people = [_author(one) for one in _author_list(body) if _author(one).family]
    _numbers(fields, root, body)
    _rest(fields, root)
    return fields


def _texts(fields: Fields, root: Element, body: Element) -> None:
    """Title, abstract, journal, dates, types, keywords."""
    titles = [text_of(body.find(name)) for name in ("ArticleTitle", "Book/BookTitle", "VernacularTitle")]
    titles = [title for title in titles if title.strip()]
    fields.add("title", titles[0] if titles else "")
    for title in titles[1:]:
        fields.keep("OtherTitle", title)
    for piece in body.findall("Abstract/AbstractText"):
        label = piece.get("Label", "")
        fields.add("abstract", f"{label}: {text_of(piece)}" if label else text_of(piece))
    journal = body.find("Journal/Title")
    fields.add("journal", text_of(journal if journal is not None else body.find("Book/BookTitle")))
    for name, path in (("volume", ".//JournalIssue/Volume"), ("issue", ".//JournalIssue/Issue")):
        fields.add(name, text_of(body.find(path)))
    fields.add("language", "; ".join(text_of(one) for one in body.findall("Language")))
    for date in [*body.findall(".//PubDate"), *body.findall("ArticleDate")]:
        text = _date(date)
        fields.add("year", text)
        fields.add("date" if local(date) == "PubDate" else "ArticleDate", text)
    for text in fields.values.pop("ArticleDate", ()):
        fields.keep("ArticleDate", text)
    for one in body.findall(".//PublicationType"):
        fields.add("type", text_of(one))
    _keywords(fields, root)


def _keywords(fields: Fields, root: Element) -> None:
    """MeSH headings with their qualifiers, then the authors' keywords."""
    for heading in root.iter("MeshHeading"):
        terms = [("*" if one.get("MajorTopicYN") == "Y" else "") + text_of(one) for one in heading]
        fields.add("keyword", "/".join(terms))
    for one in root.iter("Keyword"):
        fields.add("keyword", text_of(one))


def _date(date: Element) -> str:
    """Year, month, day, or MEDLINE's own words."""
    parts = [text_of(date.find(name)) for name in ("Year", "Month", "Season", "Day", "MedlineDate")]
    if parts[1].isdigit():
        return "-".join(part for part in (parts[0], parts[1], parts[3]) if part)
    return " ".join(part for part in parts if part)


def _author_list(body: Element) -> list[Element]:
    """The authors, without a book's editors."""
    lists = body.findall("AuthorList") or body.findall("Book/AuthorList")
    chosen = [one for one in lists if one.get("Type") != "editors"] or lists
    return [author for one in chosen for author in one.findall("Author")]


def _author(author: Element) -> Author:
    """A person or a group."""
    group = text_of(author.find("CollectiveName"))
    if group.strip():
        return Author(" ".join(group.split()), collective=True)
    family, given = text_of(author.find("LastName")), text_of(author.find("ForeName"))
    given = given or text_of(author.find("Initials"))
    suffix = text_of(author.find("Suffix"))
    return Author(" ".join(family.split()), " ".join(f"{given} {suffix}".split()))


def _numbers(fields: Fields, root: Element, body: Element) -> None:
    """The article's own numbers: those of cited references stand elsewhere in the tree."""
    for number in root.findall("MedlineCitation/PMID") + root.findall("BookDocument/PMID"):
        fields.add("pmid", text_of(number))
    for path in (
        "PubmedData/ArticleIdList/ArticleId",
        "PubmedBookData/ArticleIdList/ArticleId",
        "BookDocument/ArticleIdList/ArticleId",
    ):
        for one in root.findall(path):
            name, kind = _IDS.get(one.get("IdType", "")), one.get("IdType", "")
            fields.add(name, text_of(one)) if name else fields.keep(f"ArticleId:{kind}", text_of(one))
    for one in body.findall("ELocationID"):
        kind = one.get("EIdType", "")
        fields.add("doi", text_of(one)) if kind == "doi" else fields.keep(f"ELocationID:{kind}", text_of(one))
    for one in body.findall(".//DataBank"):
        for number in one.iter("AccessionNumber"):
            fields.add("registry", text_of(number))
            fields.keep(f"DataBank:{text_of(one.find('DataBankName'))}", text_of(number))
    for one in root.findall(".//Journal/ISSN") + root.findall(".//ISSNLinking"):
        fields.add("issn", text_of(one))
    pages = text_of(body.find("Pagination/MedlinePgn")) or text_of(body.find("Pagination/StartPage"))
    fields.add("pages", pages)


def _rest(fields: Fields, root: Element) -> None:
    """Everything that has no place of its own: one value an element, by the element's name."""
    for parent in (
        root.find("MedlineCitation"),
        root.find("MedlineCitation/Article"),
        root.find("BookDocument"),
        root.find("PubmedData"),
    ):
        for child in parent if parent is not None else ():
            name = local(child)
            if name in _TAKEN or name == "Article":
                continue
            if name.startswith("Date"):
                fields.keep(name, _date(child))
                continue
            for one in child if len(child) else (child,):
                fields.keep(name, " ".join(filter(None, (text.strip() for text in one.itertext()))))
    for path in ("Article/Journal/ISOAbbreviation", "MedlineJournalInfo/MedlineTA"):
        fields.keep(path.rpartition("/")[2], text_of(root.find(f"MedlineCitation/{path}")))
    for one in root.iter("Affiliation"):
        fields.keep("Affiliation", text_of(one))
    for one in root.findall("PubmedData/ReferenceList/Reference"):
        fields.keep("Reference", text_of(one.find("Citation")))


READER = Reader("pubmed_xml", lambda source: count_elements(source, NAMES), split, parse)
