"""Pydantic's complaints about a protocol, in words for the person who wrote the file."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from consilience.protocol.findings import Finding, Path, nearest_word, shown
from consilience.protocol.model import Protocol

_WANTED = {
    "string_type": "is not text; if text is meant, put it in quotes",
    "float_type": "is not a number",
    "float_parsing": "is not a number (write a decimal point, no comma)",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "tuple_type": "is not a list; begin each item's line with '- '",
    "dict_type": "is not a mapping of 'key: value' lines",
    "model_type": "is not a mapping of 'key: value' lines",
    "date_from_datetime_parsing": "is not a date; write it as 2018-12-31",
    "date_from_datetime_inexact": "is not a date; write it as 2018-12-31",
    "date_parsing": "is not a date; write it as 2018-12-31",
    "date_type": "is not a date; write it as 2018-12-31",
    "finite_number": "is not a finite number",
    "string_too_short": "is empty; write a word, or leave the line out where it is optional",
    "too_short": "is empty; list at least one",
}
_BOUNDS = {
    "greater_than": ("gt", "must be greater than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
}


def schema_findings(error: ValidationError) -> list[Finding]:
    """One finding for each complaint, places still unknown."""
    return [_finding(detail) for detail in error.errors(include_url=False)]


def _finding(detail: ErrorDetails) -> Finding:
    path: Path = tuple(step for step in detail["loc"] if step != "[key]")
    value, kind = detail["input"], detail["type"]
    if kind == "missing":
        return Finding(path, f"{shown(path[-1])} is missing here; add it.")
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind == "literal_error":
        allowed = _choices(path)
        return Finding(
            path, f"{shown(value)} is not known here.", str(value), allowed, nearest_word(value, allowed)
        )
    return Finding(path, _sentence(detail), "" if isinstance(value, dict | list) else str(value)[:200])


def _sentence(detail: ErrorDetails) -> str:
    """What is wrong with one value."""
    value, kind, context = shown(detail["input"]), detail["type"], detail.get("ctx", {})
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{value} {words} {context[name]:g}."
    if kind == "string_pattern_mismatch":
        joint = "hyphens" if "-]" in str(context.get("pattern")) else "underscores"
        example = _as_key(detail["input"], joint)
        return f"{value} is not a key: write small letters, digits and {joint}, such as {example!r}."
    if kind == "value_error":
        return f"{context['error']}."
    return f"{value} {_WANTED.get(kind, 'cannot be used here: ' + detail['msg'])}."


def _as_key(value: object, joint: str) -> str:
    """A key made from what was written."""
    parts = "".join(mark if mark.isascii() and mark.isalnum() else " " for mark in str(value).lower()).split()
    key = ("-" if joint == "hyphens" else "_").join(parts)[:40] or "my_key"
    return key if key[0].isalpha() or joint == "hyphens" else f"x_{key}"


def _unknown_key(path: Path) -> Finding:
    """A key that the block does not have, with those it has."""
    block = _annotation(path[:-1])
    allowed = tuple(block.model_fields) if isinstance(block, type) and issubclass(block, BaseModel) else ()
    word = str(path[-1])
    return Finding(
        path, f"the key {shown(word)} is not known here.", word, allowed, nearest_word(word, allowed)
    )


def _choices(path: Path) -> tuple[str, ...]:
    """The words that a field with a fixed choice takes."""
    return tuple(str(choice) for choice in get_args(_annotation(path)))


def _annotation(path: Path) -> Any:
    """The type that the protocol wants at a place."""
    wanted: Any = Protocol
    for step in path:
        if isinstance(wanted, type) and issubclass(wanted, BaseModel):
            found = wanted.model_fields.get(str(step))
            wanted = None if found is None else found.annotation
        else:
            inner = [part for part in get_args(wanted) if part is not Ellipsis]
            wanted = inner[-1] if inner else None
        wanted = _bare(wanted)
    return wanted


def _bare(wanted: Any) -> Any:
    """A type without ``Annotated`` and without ``| None``."""
    if hasattr(wanted, "__metadata__"):
        wanted = get_args(wanted)[0]
    options = [part for part in get_args(wanted) if part is not type(None)]
    return _bare(options[0]) if type(None) in get_args(wanted) and len(options) == 1 else wanted
