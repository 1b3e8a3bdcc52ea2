"""Signs that two records with one title are two reports: corrections, replies, protocols, registrations."""

from __future__ import annotations

import re

CORRECTION, REPLY, PROTOCOL, REGISTRATION, THESIS, PREPRINT, MEETING = (1 << bit for bit in range(7))
NAMES = {
    CORRECTION: "a correction",
    REPLY: "a comment or reply",
    PROTOCOL: "a protocol",
    REGISTRATION: "a registration",
    THESIS: "a thesis",
    PREPRINT: "a preprint",
    MEETING: "a conference abstract",
}
APART = CORRECTION | REPLY | PROTOCOL | REGISTRATION | THESIS | PREPRINT

_CORRECTION = re.compile(
    r"^(?:erratum|errata|corrigend|correction|addendum|retract)"
    r"|\b(?:erratum|corrigendum|retraction (?:of|note)|expression of concern|retracted article)\b"
    r"|\bvol \d+ (?:\w+ )?(?:pg|p) \w+ (?:19|20)\d\d$"
)
_REPLY = re.compile(
    r"^(?:re|reply|response to|in reply|(?:the )?authors? repl|comments? on|commentary|letter|editorial)\b"
    r"|\b(?:authors? (?:reply|response)|reply to|in reply|a reply|a response to|a commentary"
    r"|letter to the editor)\b"
)
_PROTOCOL = re.compile(
    r"\b(?:protocol|rationale and design|design and rationale|rationale design|study design|trial design"
    r"|design and methods)\b"
)
_TITLE_TESTS = ((CORRECTION, _CORRECTION), (REPLY, _REPLY), (PROTOCOL, _PROTOCOL))
_REGISTRY = re.compile(
    r"clinicaltrials\.? ?gov|isrctn|anzctr|\btrial registr|\bictrp\b|clinical trials? register|trialsearch"
)
_THESIS = re.compile(r"\bdissertation|\bthesis\b|\btheses\b")
_PREPRINT = re.compile(r"\bpreprint|\b(?:med|bio|psy|arx|chem)r?xiv\b|\barxiv\b|research square|\bssrn\b")
_MEETING = re.compile(r"\bconference|\bmeeting|\bcongress|\bproceeding")
_PREPRINT_DOI = ("10.1101/", "10.21203/", "10.31234/", "10.2139/ssrn", "10.48550/", "10.20944/", "10.31219/")


def kinds(title: str, journal: str, type: str, doi: str) -> int:
    """The signs of one record as bits; ``title`` as words, the others folded.

    >>> kinds("erratum sleep after stroke", "lancet", "", "") == CORRECTION
    True
    """
    found = 0
    for bit, test in _TITLE_TESTS:
        if test.search(title):
            found |= bit
    place = f"{journal} {type}"
    found |= REGISTRATION * bool(_REGISTRY.search(place)) | THESIS * bool(_THESIS.search(place))
    found |= PREPRINT * (bool(_PREPRINT.search(place)) or doi.startswith(_PREPRINT_DOI))
    return found | MEETING * bool(_MEETING.search(type))


def say(bits: int) -> str:
    """The signs in words."""
    return " and ".join(name for bit, name in NAMES.items() if bits & bit)
