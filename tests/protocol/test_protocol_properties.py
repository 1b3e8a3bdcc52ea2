from __future__ import annotations

import json
import re

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.errors import InputError
from consilience.protocol import Protocol, dump_protocol, parse_protocol
from consilience.protocol.spelling import join, readings, spell, words

from conftest import SMALL  # isort: skip

quietly = settings(deadline=None, max_examples=150, derandomize=True)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates()
trees = st.recursive(
    scalars, lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(max_size=8), t, max_size=3)
)


def loads_or_explains(raw: bytes | str) -> Protocol | None:
    """A protocol, or nothing after a fit error."""
    try:
        return parse_protocol(raw)
    except InputError as error:
        if not str(error).strip():
            raise AssertionError("an error that says nothing") from error
        return None


@quietly
@given(st.binary(max_size=300))
def test_any_bytes(raw):
    loads_or_explains(raw)


@quietly
@given(st.text(max_size=300))
def test_any_text(text):
    loads_or_explains(text)


@quietly
@given(st.integers(0, len(SMALL)), st.integers(0, 40), st.text(max_size=12))
def test_a_protocol_with_a_piece_replaced(start, length, piece):
    protocol = loads_or_explains(SMALL[:start] + piece + SMALL[start + length :])
    if protocol is not None:
        assert parse_protocol(dump_protocol(protocol)) == protocol


def _paths(data, path=()):
    yield path
    for key, value in (
        data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    ):
        yield from _paths(value, (*path, key))


TREE = yaml.safe_load(SMALL)
PATHS = [path for path in _paths(TREE) if path]


@quietly
@given(st.sampled_from(PATHS), trees)
def test_a_protocol_with_any_value_anywhere(path, value):
    tree = json.loads(json.dumps(TREE))
    block = tree
    for step in path[:-1]:
        block = block[step]
    block[path[-1]] = value
    protocol = loads_or_explains(yaml.safe_dump(tree, allow_unicode=True))
    if protocol is not None:
        assert parse_protocol(dump_protocol(protocol)) == protocol


@quietly
@given(st.text(max_size=60))
def test_spelling_any_text(text):
    assert spell(text) == spell(text.upper().lower()) or text.upper().lower() != text.lower()
    assert len(list(readings(text, (("serum",),)))) == 3


pieces = st.sampled_from(["il", "cd", "tnf", "alpha", "1", "10", "0", "4", "8", "/", ","])


@quietly
@given(st.lists(pieces, max_size=6))
def test_joining_never_runs_numbers_together(parts):
    numbers = [part for part in parts if part.isdigit()]
    assert re.findall(r"\d+", join(tuple(parts))) == numbers
    assert join(words(join(tuple(parts)))) == join(tuple(parts))
