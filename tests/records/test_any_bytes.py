"""Whatever the bytes: records, parts kept aside, or a clear error; never a fault, never without end."""

# ruff: noqa: E501 (tables of samples are easier to read unwrapped)

from __future__ import annotations

import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consilience.errors import InputError
from consilience.records import ReadResult, read_records
from consilience.records.readers.registry import READERS

EXPORTS = Path(__file__).parents[2] / ".." / "shared" / "records"
SAMPLES = [
    "ovid_psycinfo.ris", "rispy_wos.ris", "jabref_test.nbib", "scopus_colrev.bib", "entrez_pubmed1.xml", "embase.csv",
    "endnote_jabref_article2.xml", "esearch1.xml", "NCT03630471.json", "ovid_tagged_jabref4.txt", "scopus_api_abstract.xml",
]  # fmt: skip
PIECES = st.sampled_from(
    [b"TY  - JOUR\n", b"ER  - \n", b"PMID- 1\n", b"TI  - a\n", b"@article{", b"@string{a = {b}}\n", b"title = {", b"}", b"{", b'"',
     b"<PubmedArticle>", b"</PubmedArticle>", b"<record>", b"</record>", b"<!DOCTYPE x>", b"<!ENTITY a 'b'>", b"&a;", b"<i>",
     b"PT J\n", b"%0 Book\n", b"%T x\n", b"<1>\n", b"Title\n", b"Record #1 of 2\n", b"title,doi,year\n", b",", b"\n", b"\r", b"\x00",
     b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9", b"[", b"]", b'{"title": ', b'{"DOI": {"a": [1]}}', b"null", b"1e999", b"PK\x03\x04", b"\x1f\x8b",
     b"<?xml version='1.0' encoding='utf-7'?>", b"<Article>", b"<AuthorList>", b"DP  - 99999 Foo\n", b"PY  - 2020\n", b"#", b"=", b"a"]
)  # fmt: skip


def attempt(content: bytes, format: str | None = None) -> ReadResult | None:
    """Read, and look at what came; InputError is an answer too."""
    try:
        result = read_records(content, format=format)
    except InputError:
        return None
    assert not any("could not follow" in one.reason for one in result.kept_aside), result.kept_aside
    assert len(result.records) == result.expected or result.problems
    return result


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    attempt(content)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=25).map(b"".join))
def test_pieces_of_formats(content: bytes) -> None:
    attempt(content)


@pytest.mark.parametrize("format", READERS)
@settings(deadline=None, max_examples=25, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=20).map(b"".join))
def test_a_named_format_with_any_bytes(format: str, content: bytes) -> None:
    attempt(content, format)


@pytest.mark.parametrize("name", SAMPLES)
def test_cut_and_garbled_files(name: str) -> None:
    if not EXPORTS.exists():
        pytest.skip("the real exports are not here")
    content = (EXPORTS / name).read_bytes()[:30_000]
    chance = random.Random(7)
    for _ in range(12):
        cut = content[: chance.randrange(len(content))]
        attempt(cut)
        garbled = bytearray(content)
        for _ in range(chance.randrange(1, 40)):
            garbled[chance.randrange(len(garbled))] = chance.randrange(256)
        attempt(bytes(garbled))
        start = chance.randrange(len(content))
        attempt(content[:start] + content[start + chance.randrange(500) :])


def test_a_cut_file_says_what_is_missing() -> None:
    whole = (
        b"<PubmedArticleSet>"
        + b"<PubmedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation></PubmedArticle>" * 3
    )
    result = read_records(whole[:-40])
    assert (len(result.records), result.expected, len(result.kept_aside)) == (2, 3, 1)
    assert result.kept_aside[0].raw.startswith("<PubmedArticle>")
    assert any("3 records expected, 2 read" in problem for problem in result.problems)


def test_one_bad_record_spoils_no_other() -> None:
    good = b"<PubmedArticle><MedlineCitation><PMID>1</PMID></MedlineCitation></PubmedArticle>"
    result = read_records(
        b"<PubmedArticleSet>" + good + b"<PubmedArticle><x></PubmedArticle>" + good + b"</PubmedArticleSet>"
    )
    assert [record.pmid for record in result.records] == ["1", "1"]
    assert len(result.kept_aside) == 1


def test_entities_are_refused() -> None:
    laughs = b"".join(b'<!ENTITY l%d "&l%d;&l%d;">' % (n + 1, n, n) for n in range(30))
    bomb = (
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY l0 'ha'>"
        + laughs
        + b"]><PubmedArticleSet><PubmedArticle>&l30;</PubmedArticle></PubmedArticleSet>"
    )
    with pytest.raises(InputError, match="entities"):
        read_records(bomb)


def test_external_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    text = f"<!DOCTYPE x [<!ENTITY e SYSTEM 'file://{secret}'>]><xml><records><record><titles><title>&e;</title></titles></record></records></xml>"
    with pytest.raises(InputError, match="entities"):
        read_records(text.encode())


def test_bombs_are_refused(tmp_path: Path) -> None:
    packed = gzip.compress(b"TY  - JOUR\n" + b" " * 200_000_000)
    with pytest.raises(InputError, match="unpack"):
        read_records(packed)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("a.ris", b" " * 200_000_000)
    with pytest.raises(InputError, match="unpack"):
        read_records(archive.getvalue())


def test_packed_files_are_read() -> None:
    ris = b"TY  - JOUR\nTI  - Sleep\nER  - \n"
    assert read_records(gzip.compress(ris)).records[0].title == "Sleep"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("a.ris", ris)
        files.writestr("b.nbib", b"PMID- 1\nTI  - Wake\n")
    result = read_records(archive.getvalue())
    assert [record.title for record in result.records] == ["Sleep", "Wake"]
    assert result.format == "ris, nbib"


@pytest.mark.parametrize(
    "content", [b"", b"   \n", b"\xef\xbb\xbf", b"hello world", b"a,b\n1,2\n", b"{}", b"[]"]
)
def test_what_is_no_export_is_told(content: bytes) -> None:
    with pytest.raises(InputError):
        read_records(content)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.ris"):
        read_records(tmp_path / "nowhere.ris")
    with pytest.raises(InputError, match="format 'docx'"):
        read_records(b"TY  - JOUR\n", format="docx")
