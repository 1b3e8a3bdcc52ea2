"""A protocol file's text as plain data in which every value still knows its line and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from consilience.protocol.findings import Finding, Path, ProtocolError, shown

MAX_BYTES = 2_000_000
_MAX_DEPTH = 30
_PLAIN_SCALARS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp")
)
_PLAIN_GROUPS = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAB = "a tab stands where YAML wants spaces. Put two spaces in place of each tab."


@dataclass
class PlacedYaml:
    """The data of a YAML file with the place of each value and key, and what was odd on the way."""

    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    key_places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, path: Path, of_key: bool = False) -> tuple[int, int] | tuple[None, None]:
        """Line and column (from 1) of the value at ``path``, or of the nearest block around it."""
        if of_key and path in self.key_places:
            return self.key_places[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (None, None))


def read_yaml(raw: bytes, source: str) -> PlacedYaml:
    """The data in a file's bytes; ``ProtocolError`` where they are no YAML mapping."""
    text = _decode(raw, source)
    if not text.strip():
        raise ProtocolError(source, [Finding((), "the file is empty. Start from a bundled protocol's copy.")])
    try:
        _refuse_traps(text, source)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise ProtocolError(source, [_syntax_finding(error, text)]) from None
    placed = PlacedYaml()
    if root is None:
        raise ProtocolError(
            source, [Finding((), "the file holds only comments. Start from a bundled protocol's copy.")]
        )
    placed.data = _plain(root, (), placed)
    if not isinstance(placed.data, dict):
        kind = "list" if isinstance(placed.data, list) else "single value"
        wanted = "a protocol is a mapping: lines such as 'name: my-review', 'title: ...', 'question: ...'"
        raise ProtocolError(
            source, [Finding((), f"the file holds a {kind}, but {wanted}.", line=1, column=1)]
        )
    return placed


def _decode(raw: bytes, source: str) -> str:
    """The file's text: UTF-8, or UTF-16 with its mark."""
    if len(raw) > MAX_BYTES:
        big = f"the file has {len(raw):,} bytes; a protocol may have {MAX_BYTES:,}. Is it the right file?"
        raise ProtocolError(source, [Finding((), big)])
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = raw[error.start : error.start + 1].hex()
        why = f"byte {error.start} (0x{byte}) is not {encoding[:6].upper()}. Save the file again as UTF-8."
        raise ProtocolError(source, [Finding((), why, line=line, column=1)]) from None


def _refuse_traps(text: str, source: str) -> None:
    """Stop at anchors (which can swell without end) and at blocks nested beyond reason."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if getattr(event, "anchor", None):
            why = "an anchor or alias (& or *) is not read in protocols. Write the block out."
        elif isinstance(event, yaml.CollectionStartEvent) and (depth := depth + 1) > _MAX_DEPTH:
            why = f"blocks are nested more than {_MAX_DEPTH} deep; a protocol needs fewer than 10."
        else:
            depth -= isinstance(event, yaml.CollectionEndEvent)
            continue
        line, column = _at(event)
        raise ProtocolError(source, [Finding((), why, line=line, column=column)])


def _syntax_finding(error: yaml.YAMLError, text: str) -> Finding:
    """The parser's complaint in plain words, with its place."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Finding((), f"it is not YAML: {getattr(error, 'reason', None) or error}.")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    problem = getattr(error, "problem", None) or "it cannot be read"
    if "\t" in line[: len(line) - len(line.lstrip())] or "\\t" in problem or "'\t'" in problem:
        why = _TAB
    else:
        hint = "look at its colon, quotes and indent"
        why = f"it is not YAML: {problem}. The line reads {shown(line.strip())}; {hint}."
    return Finding((), why, value=line.strip(), line=mark.line + 1, column=mark.column + 1)


def _plain(node: yaml.Node, path: Path, placed: PlacedYaml) -> Any:
    """A node as dict, list or scalar; its place is noted on the way."""
    placed.places[path] = _at(node)
    if isinstance(node, yaml.MappingNode) and node.tag in _PLAIN_GROUPS:
        return _mapping(node, path, placed)
    if isinstance(node, yaml.SequenceNode) and node.tag in _PLAIN_GROUPS:
        return [_plain(item, (*path, i), placed) for i, item in enumerate(node.value)]
    return _scalar(node, path, placed)


def _mapping(node: yaml.MappingNode, path: Path, placed: PlacedYaml) -> dict[str, Any]:
    """A mapping; a key that stands twice is a finding, the first one counts."""
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line, column = _at(key_node)
        if not isinstance(key_node, yaml.ScalarNode):
            message = "a key is a single word, not a list or mapping."
            placed.findings.append(Finding(path, message, line=line, column=column))
            continue
        key = str(key_node.value)
        if key in data:
            first = placed.key_places[(*path, key)][0]
            message = f"the key {shown(key)} stands twice here, first on line {first}. Keep one of them."
            placed.findings.append(Finding((*path, key), message, key, line=line, column=column))
            continue
        placed.key_places[(*path, key)] = (line, column)
        data[key] = _plain(value_node, (*path, key), placed)
    return data


def _scalar(node: yaml.Node, path: Path, placed: PlacedYaml) -> Any:
    """A word, number, truth value, date or nothing; other tags are findings."""
    line, column = _at(node)
    message = f"the tag {shown(node.tag)} is not read in protocols. Write a plain value."
    if isinstance(node, yaml.ScalarNode) and node.tag in _PLAIN_SCALARS:
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except (ValueError, OverflowError) as error:
            message = f"{shown(node.value)} cannot be read ({error}). If it is text, put it in quotes."
    placed.findings.append(Finding(path, message, str(node.value)[:200], line=line, column=column))
    return None


def _at(node: Any) -> tuple[int, int]:
    """Line and column where a node or event starts, counted from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1
