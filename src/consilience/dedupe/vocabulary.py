"""Words that de-duplication knows: letters by name, languages, numbers, words that tell reports apart."""

from __future__ import annotations

_GREEK_LETTERS = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_NAMES = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho
    sigma sigma tau upsilon phi chi psi omega"""
_LATIN = {"µ": " mu ", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"}
LETTERS = {ord(one): f" {name} " for one, name in zip(_GREEK_LETTERS, _GREEK_NAMES.split(), strict=True)}
LETTERS |= {ord(one): told for one, told in _LATIN.items()}

_LANGUAGES = """chinese russian german french spanish portuguese italian japanese korean polish turkish
    persian dutch czech danish swedish norwegian finnish hungarian hebrew greek romanian serbian croatian
    bulgarian ukrainian arabic english slovak slovenian farsi"""
LANGUAGES = "|".join(_LANGUAGES.split())

_COUNTING = "one two three four five six seven eight nine ten eleven twelve"
NUMBERS = {word: str(number) for number, word in enumerate(_COUNTING.split(), 1)}
NUMBERS |= {"first": "1", "second": "2", "third": "3", "fourth": "4"}
NUMBERS |= {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}

_JOURNAL_SMALL = "the of and for in on de la le les du des et der die das und fur a an to y e i"
JOURNAL_SMALL = frozenset(_JOURNAL_SMALL.split())
_TITLE_SMALL = """a an the of in on for and or to with by from at as is its their into during after before"""
TITLE_SMALL = frozenset(_TITLE_SMALL.split())

# In one title only, these tell another report of a study from its main report.
_REPORT_WORDS = """pilot followup follow protocol preliminary interim baseline extension subgroup subanalysis
    subanalyses secondary post hoc not non without no reply erratum corrigendum correction rationale
    feasibility economic cost qualitative predictors moderators mediators long mechanisms part"""
REPORT_WORDS = frozenset(_REPORT_WORDS.split())
OPPOSED = frozenset({"with", "before", "after", "during"})
# Alike in letters, opposite in meaning.
FALSE_FRIENDS = (
    {"men", "women"},
    {"male", "female"},
    {"males", "females"},
    {"hypertension", "hypotension"},
    {"hyperglycemia", "hypoglycemia"},
    {"increase", "decrease"},
    {"increased", "decreased"},
    {"inpatients", "outpatients"},
    {"effective", "ineffective"},
)
