"""Text as an export holds it, made into plain text: one line, Unicode NFC, no markup, no entities."""

from __future__ import annotations

import re
import unicodedata
from html.entities import html5

_INLINE = (
    "i|b|u|em|strong|sub|sup|inf|span|font|tt|small|italic|bold|underline|scp|sc|a|ext-link|xref"
    "|style|named-content"
)
_BLOCK = "p|br|div|title|sec|h[1-6]|li|ul|ol|abstract|list|list-item|label|abstracttext|para|table|tr|td"
_MATH = r"math|m(?:i|n|o|s|row|sup|sub|subsup|frac|sqrt|text|style|over|under|space|fenced|table|tr|td)"
_TAG = rf"(?:jats:|mml:|ce:)?(?:{_INLINE}|{_BLOCK}|{_MATH}|inline-formula|tex-math|semantics|annotation)"
_MARKUP = re.compile(rf"</?{_TAG}(?:\s[^<>]*)?\s*/?>", re.IGNORECASE)
_BREAKING = re.compile(rf"</?(?:jats:)?(?:{_BLOCK})\b", re.IGNORECASE)
ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = dict.fromkeys((*range(9), *range(14, 28), *range(127, 133), *range(134, 160), 65279))
_CONTROL |= dict.fromkeys(range(55296, 57344), "�")
_UNUSUAL = re.compile(r"[^\x20-\x7e]|  |^ | $")


def clean(text: str) -> str:
    """Plain text of one value; cleaning ``protect(clean(x))`` gives ``clean(x)`` again.

    >>> clean("<i>TNF</i>-&alpha; in\\n   H<sub>2</sub>O, p &lt; .05 or n<5")
    'TNF-α in H2O, p < .05 or n<5'
    """
    if "<" in text:
        text = _MARKUP.sub(_spaced, text.translate(_CONTROL))
    if "&" in text:
        text = ENTITY.sub(character, text)
    if not _UNUSUAL.search(text):
        return text
    return unicodedata.normalize("NFC", " ".join(text.translate(_CONTROL).split()))


def protect(text: str) -> str:
    """Text in which what looks like markup or an entity is escaped, so that it is read as itself."""
    if "&" in text:
        text = ENTITY.sub(lambda found: f"&amp;{found[1]};", text)
    if "<" in text:
        text = _MARKUP.sub(lambda found: f"&lt;{found[0][1:]}", text)
    return text


def _spaced(found: re.Match[str]) -> str:
    """A space where a block ends, nothing where only the style of letters changes."""
    return " " if _BREAKING.match(found[0]) else ""


def character(found: re.Match[str]) -> str:
    """The character that an entity names; unknown names stay as they are."""
    name = found[1]
    if not name.startswith("#"):
        return html5.get(f"{name};", found[0])
    code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    if code in (0x92, 0x93, 0x94, 0x96, 0x97, 0x91, 0x85):
        return bytes([code]).decode("cp1252")
    return chr(code) if 32 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
