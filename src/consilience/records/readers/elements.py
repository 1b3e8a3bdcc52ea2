"""XML files split into records by text: one bad record spoils no other, and memory stays small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from consilience.errors import InputError
from consilience.records.clean import ENTITY, character
from consilience.records.readers.part import PART_LIMIT, Part
from consilience.records.source_file import SourceFile

_USED = re.compile(r"[<\s/]([A-Za-z_][\w.-]*):[A-Za-z_]")
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def refuse_entities(source: SourceFile) -> None:
    """Stop at files that define entities: no export needs them, and they are how XML harms."""
    head = source.head(1 << 18)
    if re.search(r"<!ENTITY", head, re.IGNORECASE):
        raise InputError(
            f"{source.name} defines XML entities, which are never read; export it again without them"
        )


def count_elements(source: SourceFile, names: str) -> int:
    """How many elements of these names begin."""
    start = re.compile(rf"<(?:{names})(?=[\s>])")
    total, tail = 0, ""
    for chunk in source.chunks():
        text = tail + chunk
        last = text.rfind("<")
        cut = len(text) if last < 0 or len(text) - last > 100 else last
        total += len(start.findall(text[:cut]))
        tail = text[cut:]
    return total + len(start.findall(tail))


def split_elements(source: SourceFile, names: str) -> Iterator[Part]:
    """One part for each element of these names, from its start tag to its end tag."""
    refuse_entities(source)
    start = re.compile(rf"<({names})(?=[\s>])")
    text, line = "", 1
    for chunk in source.chunks():
        text += chunk
        position = 0
        while found := start.search(text, position):
            end = _end(text, found, start)
            if end < 0:
                break
            line += text.count("\n", position, found.start())
            yield Part(text[found.start() : end], line)
            line += text.count("\n", found.start(), end)
            position = end
        keep = found.start() if found else max(position, text.rfind("<"))
        line += text.count("\n", position, keep)
        text = text[keep:]
        if len(text) > PART_LIMIT:
            raise InputError(f"{source.name}: the record on line {line} is larger than {PART_LIMIT >> 20} MB")
    if start.match(text):
        yield Part(text, line)


def _end(text: str, found: re.Match[str], start: re.Pattern[str]) -> int:
    """Where an element ends: at its end tag, or where the next one begins without it; -1 if not yet."""
    tag = f"</{found[1]}>"
    end = text.find(tag, found.end())
    following = start.search(text, found.end(), end if end >= 0 else len(text))
    if following:
        return following.start()
    return end + len(tag) if end >= 0 else -1


def parse_element(raw: str) -> Element:
    """The element of a part; a few slips that XML forbids are mended first."""
    try:
        return _parse(raw)
    except ParseError:
        pass
    except (DefusedXmlException, ValueError) as error:
        raise InputError(f"it is XML of a kind that is not read ({type(error).__name__})") from None
    try:
        return _parse(_mended(raw))
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise InputError(f"its XML is damaged: {error}") from None


def _parse(raw: str) -> Element:
    """Parse with every prefix declared that the piece uses: its own declarations may have been cut off."""
    prefixes = set(_USED.findall(raw)) - {"xml", "xmlns"} if ":" in raw else set()
    declared = " ".join(f'xmlns:{prefix}="urn:{prefix}"' for prefix in sorted(prefixes))
    root: Element = fromstring(f"<piece {declared}>{raw}</piece>", forbid_dtd=True)
    return root[0] if len(root) else root


def _mended(raw: str) -> str:
    """Entities of HTML as characters, bare ampersands escaped, control characters gone."""
    text = ENTITY.sub(lambda found: found[0] if found[1] in _XML_OWN else _escaped(character(found)), raw)
    text = re.sub(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)", "&amp;", text)
    return _ILLEGAL.sub("", text)


def _escaped(text: str) -> str:
    """Characters that XML reserves, escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def text_of(element: Element | None) -> str:
    """All text within an element, markup and all the rest gone."""
    return "" if element is None else "".join(element.itertext())


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
