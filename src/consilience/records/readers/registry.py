"""The readers by the names of their formats: a new format is one file and one line here."""

from __future__ import annotations

from consilience.errors import InputError
from consilience.records.readers import (
    bibtex,
    endnote_xml,
    headed,
    json_files,
    nbib,
    other_xml,
    pubmed_xml,
    refer,
    ris,
    tabular,
    workbook,
    wos,
)
from consilience.records.readers.part import Reader

READERS: dict[str, Reader] = {
    reader.format: reader
    for reader in (
        ris.READER, nbib.READER, wos.READER, refer.READER, headed.OVID_READER, headed.COCHRANE_READER,
        bibtex.READER,
        pubmed_xml.READER, endnote_xml.READER, other_xml.SEARCH_READER, other_xml.ABSTRACT_READER,
        tabular.READER, workbook.READER, json_files.READER, json_files.LINES,
    )
}  # fmt: skip


def reader_for(format: str) -> Reader:
    """The reader of a format; InputError names the formats that there are."""
    if format not in READERS:
        raise InputError(f"format {format!r} is not known; choose one of {', '.join(READERS)}")
    return READERS[format]
