"""LaTeX's way to write letters, turned into letters, and back."""

from __future__ import annotations

import re
import unicodedata

_MARKS = {
    "'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "d":
    "\u0323", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ",
    "OE": "Œ", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”",
    "textemdash": "—",
    "textendash": "–", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<",
    "textgreater": ">", "textbar": "|", "textbraceleft": "{", "textbraceright": "}", "textregistered": "®",
    "texttrademark": "™", "textcopyright": "©", "copyright": "©", "textdegree": "°", "degree": "°",
    "dots": "…",
    "ldots": "…", "pounds": "£", "euro": "€", "texteuro": "€", "S": "§", "times": "×", "pm": "±", "leq":
    "≤", "le": "≤",
    "geq": "≥", "ge": "≥", "neq": "≠", "approx": "≈", "sim": "∼", "cdot": "·", "mu": "μ", "textmu": "µ",
    "infty": "∞",
    "rightarrow": "→", "leftarrow": "←", "prime": "′", "circ": "°", "lt": "<", "gt": ">",
    "quotesinglbase": "‚",
}  # fmt: skip
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda nu xi pi rho sigma tau upsilon phi"
    " chi psi omega"
)
for _name in _GREEK.split():
    _LETTERS[_name] = unicodedata.lookup(
        f"GREEK SMALL LETTER {'LAMDA' if _name == 'lambda' else _name.upper()}"
    )
    _LETTERS[_name.title()] = _LETTERS[_name].upper()
_ACCENT = re.compile(
    r"\\(?:(['`\"^~=.])\s*|([cvuHkrdb])(?![A-Za-z])\s*)(?:\{\s*(\\?[A-Za-z]{1,2})\s*\}|(\\[ij](?![A-Za-z])|[A-Za-z]))"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?(?:\{\}|\s+(?=[^\s])|(?![A-Za-z]))")
_STYLE = re.compile(
    r"\\(?:text(?:it|bf|sc|rm|sf|tt|sl|up|sub|superscript|subscript)?|emph|math(?:rm|bf|it|sf|cal)|mbox|url|uppercase)\s*(?=\{)"
)
_ESCAPED = re.compile(r"\\([&%$#_ ,;!/-])")


def from_latex(text: str) -> str:
    """Letters for commands; braces that only group are dropped.

    >>> from_latex("{Universit{\\\\'e} de M{\\\\\\"u}nster: $\\\\alpha$ \\\\& {B}ayes}")
    'Université de Münster: α & Bayes'
    """
    if "\\" in text:
        text = _STYLE.sub("", text)
        text = _ACCENT.sub(_accented, text)
        text = _ESCAPED.sub(
            lambda found: {"-": "", "/": "", "!": ""}.get(
                found[1], found[1].replace(",", " ").replace(";", " ")
            ),
            text,
        )
        text = text.replace("\\{", "\ue000").replace("\\}", "\ue001").replace("\\\\", " ")
        text = _COMMAND.sub(lambda found: _LETTERS.get(found[1], found[0]), text)
    text = re.sub(r"\$([^$]{0,80})\$", r"\1", text) if text.count("$") > 1 else text
    text = text.replace("{", "").replace("}", "")
    return text.replace("\ue000", "{").replace("\ue001", "}")


def to_latex(text: str) -> str:
    """Text in which the characters that LaTeX and BibTeX reserve are escaped."""
    text = text.replace("\\", "\ue000")
    text = re.sub(r"([&%$#_{}])", r"\\\1", text)
    text = text.replace("~", "\\textasciitilde{}").replace("^", "\\textasciicircum{}")
    return text.replace("\ue000", "\\textbackslash{}")


def _accented(found: re.Match[str]) -> str:
    """A letter with its mark."""
    letter = (found[3] or found[4]).lstrip("\\")
    if letter in ("i", "j") or len(letter) == 1:
        return unicodedata.normalize("NFC", letter + _MARKS[found[1] or found[2]])
    return found[0]
