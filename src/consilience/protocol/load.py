"""Protocols in and out: from a bundled name or a YAML file, checked; and back to YAML."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path as FilePath

import yaml
from pydantic import ValidationError

from consilience.errors import InputError
from consilience.protocol.cross_check import cross_findings
from consilience.protocol.findings import Finding, ProtocolError, nearest_word, shown
from consilience.protocol.model import Protocol
from consilience.protocol.schema_check import schema_findings
from consilience.protocol.yaml_source import MAX_BYTES, PlacedYaml, read_yaml

_SUFFIXES = (".yaml", ".yml")


def bundled_protocols() -> tuple[str, ...]:
    """The names of the protocols that come with Consilience.

    >>> bundled_protocols()
    ('massage-therapy', 'psychosocial-immune')
    """
    folder = files("consilience.protocol") / "bundled"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def bundled_text(name: str) -> str:
    """The YAML text of a bundled protocol, comments and all."""
    if name not in bundled_protocols():
        raise InputError(_unknown_name(name))
    return (files("consilience.protocol") / "bundled" / f"{name}.yaml").read_text("utf-8")


def load_protocol(name_or_path: str | FilePath | Protocol) -> Protocol:
    """A protocol by its bundled name, or from a YAML file, with everything in it checked.

    A text that ends in ``.yaml`` or ``.yml``, holds a slash, or names a file that exists is read as a
    path; a bundled name comes first. Raises ``ProtocolError`` (an ``InputError``) that lists every
    problem at once, each with its path in the file, line, column, value and the nearest allowed word.

    >>> load_protocol("psychosocial-immune").focal_intervention
    'cbt'
    """
    if isinstance(name_or_path, Protocol):
        return name_or_path
    name = str(name_or_path)
    if name in bundled_protocols():
        return _bundled(name)
    path = FilePath(name)
    if not (path.suffix.lower() in _SUFFIXES or path.name != name or path.is_file()):
        raise InputError(_unknown_name(name))
    return parse_protocol(_read(path), source=name)


@lru_cache(maxsize=16)
def _bundled(name: str) -> Protocol:
    return parse_protocol(bundled_text(name).encode(), source=name)


def parse_protocol(raw: bytes | str, source: str = "given as text") -> Protocol:
    """A protocol from the text of its YAML; ``source`` names it in messages.

    >>> parse_protocol("- a list")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    consilience.protocol.findings.ProtocolError: The protocol given as text has 1 problem:
      line 1, column 1: the file holds a list, but a protocol is a mapping: lines such as ...
    """
    placed = read_yaml(raw.encode("utf-8", "replace") if isinstance(raw, str) else raw, source)
    found = list(placed.findings)
    protocol: Protocol | None = None
    try:
        protocol = Protocol.model_validate(placed.data)
    except ValidationError as error:
        found += _news(schema_findings(error), found)
    found += _news(cross_findings(placed.data), found)
    if found or protocol is None:
        raise ProtocolError(source, sorted((_placed(f, placed) for f in found), key=_order))
    return protocol


def check_protocol(protocol: Protocol) -> Protocol:
    """The same protocol, if its blocks agree; for protocols that were put together in Python."""
    found = cross_findings(protocol.model_dump(mode="json"))
    if found:
        raise ProtocolError(shown(protocol.name), found)
    return protocol


def dump_protocol(protocol: Protocol) -> str:
    """A protocol as YAML that ``parse_protocol`` reads back to an equal one.

    The analysis plan is written out in full, so that a reader sees every setting; other blocks leave
    out what is empty.

    >>> parse_protocol(dump_protocol(load_protocol("massage-therapy"))).name
    'massage-therapy'
    """
    data = protocol.model_dump(mode="json", exclude_defaults=True)
    data["analysis"] = protocol.analysis.model_dump(mode="json")
    order = [name for name in Protocol.model_fields if name in data]
    return yaml.safe_dump(
        {name: data[name] for name in order}, sort_keys=False, allow_unicode=True, width=100
    )


def protocol_sha256(protocol: Protocol) -> str:
    """A fingerprint of what a protocol says: 64 hexadecimal digits, blind to layout and comments.

    >>> len(protocol_sha256(load_protocol("psychosocial-immune")))
    64
    """
    said = json.dumps(protocol.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(said.encode("utf-8")).hexdigest()


def _read(path: FilePath) -> bytes:
    """A file's bytes; never more than a protocol may have."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"There is no protocol file {str(path)!r}. {_offer(path.stem)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"The protocol file {str(path)!r} cannot be read: {reason}.") from None


def _unknown_name(name: str) -> str:
    """The message for a name that is neither bundled nor a file."""
    return f"There is no protocol {shown(name)}. {_offer(name)}"


def _offer(name: str) -> str:
    """What can be named instead."""
    near = nearest_word(name, bundled_protocols())
    hint = f"Did you mean {near!r}? " if near else ""
    return f"{hint}Bundled: {', '.join(bundled_protocols())}; or give the path of a .yaml file."


def _news(findings: list[Finding], known: list[Finding]) -> list[Finding]:
    """The findings about places of which nothing has been said yet."""
    told = {finding.path for finding in known if finding.path}
    return [finding for finding in findings if finding.path not in told]


def _placed(finding: Finding, placed: PlacedYaml) -> Finding:
    """The finding with its line and column."""
    if finding.line is not None:
        return finding
    of_key = finding.message.startswith("the key") or finding.path[-2:-1] == ("by_marker",)
    line, column = placed.place(finding.path, of_key)
    return replace(finding, line=line, column=column)


def _order(finding: Finding) -> tuple[int, int]:
    """Findings are told from the top of the file downward."""
    return finding.line or 0, finding.column or 0
