"""What a format has no exact place for: told beside the record, in one field that our readers know."""

from __future__ import annotations

import json
import re
from typing import Any

from consilience.records.build import Fields, build
from consilience.records.record import PROVENANCE, Record

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_DELICATE = {char: f"\\u{ord(char):04x}" for char in "{}<>&@"}


def leftovers(record: Record, fields: Fields) -> str:
    """The fields that would not be read back as they are, as JSON; empty where all would.

    ``fields`` is what the format's own reader makes of the written record.
    """
    back, told = build(fields).to_dict(), record.to_dict()
    missed = {name: told[name] for name in told if name not in PROVENANCE and told[name] != back[name]}
    if not record.source:
        # Without it the reader would name the database after the look of the file.
        missed["source"] = ""
    return safe_json(missed) if missed else ""


def safe_json(value: Any) -> str:
    """JSON on one line of ASCII, in whose texts no brace, tag or entity can be seen.

    >>> safe_json({"title": "{é}"})
    '{"title": "\\\\u007b\\\\u00e9\\\\u007d"}'
    """
    return _STRING.sub(_guarded, json.dumps(value, ensure_ascii=True))


def _guarded(found: re.Match[str]) -> str:
    """A text of JSON with its delicate characters written as numbers."""
    text = found[0]
    for char, number in _DELICATE.items():
        text = text.replace(char, number)
    return text
