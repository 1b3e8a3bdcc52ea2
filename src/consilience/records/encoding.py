"""Which letters the bytes of a file stand for."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

SAMPLE = 1 << 16
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([A-Za-z0-9._-]{2,30})")
STRAY_BYTES = "consilience-stray-bytes"


def _stray(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that the encoding does not know as Windows-1252, the commonest slip in exports."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_western(byte) for byte in found), error.end


def _western(byte: int) -> str:
    """One Windows-1252 letter; the five bytes it leaves free are read as Latin-1."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


codecs.register_error(STRAY_BYTES, _stray)


def find_encoding(chunks: Iterable[bytes]) -> str:
    """The encoding of a file, from its mark, its XML declaration, or its bytes (all are looked at).

    >>> find_encoding([b"caf" + bytes([0xc3]), bytes([0xa9])]), find_encoding([b"caf" + bytes([0xe9])])
    ('utf-8', 'cp1252')
    """
    head, odd, good = b"", b"", True
    decoder = codecs.getincrementaldecoder("utf-8")()
    for chunk in chunks:
        head = head + chunk[: SAMPLE - len(head)] if len(head) < SAMPLE else head
        if good and not _decodes(decoder, chunk):
            good = False
        if not good and len(odd) < SAMPLE:
            odd += _around_high_bytes(chunk)
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), "")
    return (
        marked
        or _wide(head)
        or (
            "utf-8"
            if good and _decodes(decoder, b"", True)
            else _declared(head) or _guess(odd or _around_high_bytes(head))
        )
    )


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    """Whether the next bytes are UTF-8."""
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every second byte of plain text is zero."""
    sample = head[:2000]
    if len(sample) < 4 or sample.count(0) < 0.3 * len(sample):
        return ""
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _declared(head: bytes) -> str:
    """The encoding that an XML file names, where Python knows it."""
    found = _DECLARED.search(head[:300])
    name = found[1].decode("ascii").lower() if found else ""
    if not name or name in ("utf-8", "utf8"):
        return ""
    try:
        return codecs.lookup(name).name if codecs.lookup(name)._is_text_encoding else ""
    except LookupError:
        return ""


def _around_high_bytes(chunk: bytes) -> bytes:
    """The words of a chunk that hold bytes beyond ASCII."""
    return b" ".join(re.findall(rb"[^\s]{0,12}[\x80-\xff][^\s]{0,12}", chunk)[:2000])


def _guess(odd: bytes) -> str:
    """Mostly UTF-8 with slips, Western European, or what the statistics of the letters say."""
    text = odd.decode("utf-8", "replace")
    if text.count("\ufffd") * 3 < sum(char > "\x7f" for char in text):
        return "utf-8"
    if _looks_western(odd):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(odd[:20_000]).best()
    return best.encoding if best is not None else "cp1252"


def _looks_western(odd: bytes) -> bool:
    """Whether single accented letters stand among plain ones, as in Western European languages."""
    runs = re.findall(rb"[\x80-\xff]{3,}", odd)
    high = sum(byte > 127 for byte in odd)
    return sum(map(len, runs)) < 0.2 * high
