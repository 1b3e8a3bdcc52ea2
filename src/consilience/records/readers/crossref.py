"""Works as Crossref and CSL describe them in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from consilience.records.build import Fields
from consilience.records.record import Author

_TEXTS = {
    "title": "title", "container-title": "journal", "abstract": "abstract", "volume": "volume", "issue":
    "issue",
    "page": "pages", "DOI": "doi", "PMID": "pmid", "PMCID": "pmcid", "ISSN": "issn", "URL": "url",
    "language": "language",
    "subject": "keyword", "keyword": "keyword", "type": "type", "source": "source",
}  # fmt: skip
_TYPES = {
    "journal-article": "Journal Article", "article-journal": "Journal Article",
    "book-chapter": "Book Chapter",
    "chapter": "Book Chapter", "proceedings-article": "Conference Paper",
    "paper-conference": "Conference Paper",
    "posted-content": "Preprint", "dissertation": "Thesis", "thesis": "Thesis", "report": "Report",
    "book": "Book", "monograph": "Book",
}  # fmt: skip


def work_fields(work: Mapping[str, Any]) -> Fields:
    """The fields of one work."""
    fields = Fields()
    for name, value in work.items():
        place = _TEXTS.get(name)
        values = value if isinstance(value, list) else [value]
        if name == "author":
            fields.people = [_author(one) for one in values]
        elif name in ("title", "container-title"):
            _first_and_rest(fields, name, [str(one) for one in values])
        elif place and all(isinstance(one, (str, int)) for one in values):
            for one in values:
                fields.add(place, _TYPES.get(str(one), str(one)) if place == "type" else str(one))
        elif name in ("issued", "published-print", "published-online", "published"):
            fields.add("date" if name == "issued" else f"{name}", _date(value))
        else:
            for one in values:
                fields.keep(name, one if isinstance(one, str) else json.dumps(one, ensure_ascii=False))
    _settle_dates(fields)
    return fields


def _first_and_rest(fields: Fields, name: str, texts: list[str]) -> None:
    """The first title or journal; others are kept."""
    for text in texts[:1]:
        fields.add(_TEXTS[name], text)
    for text in texts[1:]:
        fields.keep(name, text)


def _author(one: Mapping[str, Any]) -> Author:
    """A person or a group."""
    if one.get("family"):
        return Author(
            str(one["family"]),
            " ".join(filter(None, (str(one.get("given") or ""), str(one.get("suffix") or "")))),
        )
    return Author(str(one.get("name") or one.get("literal") or one.get("given") or ""), collective=True)


def _date(value: Any) -> str:
    """Year, month and day of Crossref's ``date-parts``."""
    parts = value.get("date-parts") if isinstance(value, dict) else None
    if parts and isinstance(parts[0], list):
        return "-".join(
            f"{part:02d}" if isinstance(part, int) else str(part) for part in parts[0] if part is not None
        )
    return str(value.get("raw") or value.get("literal") or "") if isinstance(value, dict) else str(value)


def _settle_dates(fields: Fields) -> None:
    """The date of issue, else print, else online; the others are kept."""
    for name in ("published-print", "published", "published-online"):
        for text in fields.values.pop(name, ()):
            if "date" not in fields.values:
                fields.add("date", text)
            else:
                fields.keep(name, text)
