"""The question of a review as data: loading, checking and matching words against a protocol."""

from __future__ import annotations

from consilience.protocol.copying import copy_protocol
from consilience.protocol.findings import Finding, ProtocolError
from consilience.protocol.load import (
    bundled_protocols,
    bundled_text,
    check_protocol,
    dump_protocol,
    load_protocol,
    parse_protocol,
    protocol_sha256,
)
from consilience.protocol.model import Protocol
from consilience.protocol.vocabulary import (
    Match,
    Vocabulary,
    match_category,
    match_comparator_kind,
    match_intervention,
    match_level,
    match_marker,
    match_markers,
)

__all__ = [
    "Finding",
    "Match",
    "Protocol",
    "ProtocolError",
    "Vocabulary",
    "bundled_protocols",
    "bundled_text",
    "check_protocol",
    "copy_protocol",
    "dump_protocol",
    "load_protocol",
    "match_category",
    "match_comparator_kind",
    "match_intervention",
    "match_level",
    "match_marker",
    "match_markers",
    "parse_protocol",
    "protocol_sha256",
]
