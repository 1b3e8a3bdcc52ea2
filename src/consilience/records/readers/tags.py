"""Lines that begin with a tag: what RIS, MEDLINE, Web of Science and Refer files are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from consilience.records.build import OVERRIDE, Fields

OVERRIDE_TAGS = {"XT": OVERRIDE, "XTRA": OVERRIDE}


def tagged_lines(lines: Iterable[str], pattern: re.Pattern[str]) -> Iterator[tuple[str, list[str]]]:
    """Each tag with its lines; lines without a tag continue the one before them."""
    tag, held = "", [""]
    for line in lines:
        found = pattern.match(line)
        if found:
            if tag:
                yield tag, held
            tag, held = found[1], [(found[2] or "").strip()]
        elif line.strip():
            held.append(line.rstrip())
    if tag:
        yield tag, held


def tagged(
    lines: Iterable[str], pattern: re.Pattern[str], single: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Each tag with its value; ``single`` names tags of which each unindented line is a value of its own."""
    for tag, held in tagged_lines(lines, pattern):
        if tag in single and len(held) > 1 and not held[1][0].isspace():
            yield from ((tag, line.strip()) for line in held)
        else:
            yield tag, " ".join(line.strip() for line in held)


def sort_out(
    pairs: Iterable[tuple[str, str]], scalars: Mapping[str, Sequence[str]], lists: Mapping[str, str]
) -> Fields:
    """Put tagged values in their places.

    ``scalars`` gives for each field the tags that may hold it, best first: the first that is there
    is taken, the others are kept by their tags. ``lists`` gives tag to field where all values count.
    """
    found: dict[str, list[str]] = {}
    for tag, value in pairs:
        if value:
            found.setdefault(tag, []).append(value)
    fields = Fields()
    for name, tags in scalars.items():
        taken = next((tag for tag in tags if tag in found), None)
        if taken is not None:
            fields.values[name] = found.pop(taken)
    for tag, values in found.items():
        place = lists.get(tag)
        home = fields.extra if place is None else fields.values
        home.setdefault(place or tag, []).extend(values)
    return fields
