"""Characters that spoil a query or an IRI: which one, where, and what to write instead.

Texts that were pasted from documents and web pages have invisible characters, or some that look
like others: no-break spaces, soft hyphens, curly quotes, dashes, full-width brackets.
"""

# Characters that look like others are what this module is about.
# ruff: noqa: RUF001

import re
import unicodedata
from typing import NamedTuple

from urbact_graph.rdf.terms import is_iri

# Categories of characters that cannot be seen: spaces, formats, controls, what is not assigned.
_UNSEEN = frozenset(("Zs", "Zl", "Zp", "Cf", "Cc", "Cn", "Co", "Cs"))
_SPACES = frozenset(("Zs", "Zl", "Zp"))
_LOOKALIKES = {
    **dict.fromkeys("“”„‟«»″＂", '"'),
    **dict.fromkeys("‘’‚‛‹›′´＇", "'"),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    "\u037e": ";",
    "\u2024": ".",
    "…": "...",
    "∗": "*",
    "⁄": "/",
    "∕": "/",
    "∣": "|",
    "ˆ": "^",
    "×": "*",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "。": ".",
    "、": ",",
}
# The scripts whose letters look like those of the Latin one.
_OTHER_SCRIPTS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
# RFC 3987, section 2.2, and SPARQL 1.1, rule 139: what an IRI never has as it is.
_NOT_IN_IRI = re.compile(
    r"[\x00-\x20<>\"{}|^`\x7f]|\\(?!u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})|%(?![0-9A-Fa-f]{2})"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Beyond this length the part that is valid is not looked for; that takes quadratic time.
_SEARCHED = 2_000


class Fault(NamedTuple):
    """The character that stands at ``start`` of a text, and what to do about it, as a clause."""

    start: int
    clause: str


def described(character: str) -> str:
    """Return the code point and the name of ``character``, such as U+00A0 (NO-BREAK SPACE)."""
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return f"{code} ({name})" if name else code


def unseen_fault(text: str, *, is_name: bool = False, is_right: bool = False) -> Fault | None:
    """Return the first character of ``text`` that looks like nothing, or like one of SPARQL.

    ``is_name`` is for what the grammar takes for a name, which may have letters of any script. If
    it ``is_right`` where it stands, only punctuation counts that the grammar takes for letters.
    """
    for index, character in enumerate(text):
        if is_right and unicodedata.category(character)[0] not in "PS":
            continue
        remedy = _remedy(character, is_name=is_name)
        if remedy:
            return Fault(index, f"the character {described(character)} is not SPARQL; {remedy}")
    return _foreign_letter(text) if is_name and not is_right else None


def iri_fault(iri: str) -> Fault | None:
    """Return the first character that ``iri``, without its angle brackets, must not have.

    Source: RFC 3987, section 2.2; SPARQL 1.1, rule 139. None where it has none, as where it is
    only not absolute.
    """
    match = _NOT_IN_IRI.search(iri)
    if match and match.group() == "%":
        return Fault(
            match.start(),
            "in an IRI two hexadecimal digits follow each %; write %25 for the sign itself",
        )
    if match:
        return Fault(match.start(), _not_in_iri(match.group()))
    if not _SCHEME.match(iri) or "\\" in iri or len(iri) > _SEARCHED or is_iri(iri):
        return None
    length = next((n for n in range(len(iri) - 1, 0, -1) if is_iri(iri[:n])), 0)
    shown = _shown(iri[length])
    return Fault(length, f"an IRI cannot have {shown} in this place; correct or encode it")


def _not_in_iri(character: str) -> str:
    encoded = "".join(f"%{byte:02X}" for byte in character.encode())
    return (
        f"an IRI cannot have {_shown(character)}; write it as {encoded}, or end the IRI "
        "before it with >"
    )


def _shown(character: str) -> str:
    seen = unicodedata.category(character) not in _UNSEEN
    return f"'{character}', {described(character)}" if seen else described(character)


def _remedy(character: str, *, is_name: bool) -> str:
    if character.isascii():
        is_control = unicodedata.category(character) == "Cc" and character not in "\t\r\n"
        return "delete it" if is_control else ""
    if character in _LOOKALIKES:
        return f"write {_LOOKALIKES[character]} instead"
    if "\uff01" <= character <= "\uff5e":
        return f"write {unicodedata.normalize('NFKC', character)} instead"
    category = unicodedata.category(character)
    if category in _SPACES:
        return "write an ordinary space instead"
    if category in _UNSEEN and not (is_name and category in ("Cn", "Co")):
        return "delete it"
    return ""


def _foreign_letter(name: str) -> Fault | None:
    """Return the letter of another script in a word that is otherwise of the Latin one."""
    if not re.search("[A-Za-z]", name):
        return None
    for index, character in enumerate(name):
        if unicodedata.name(character, "").startswith(_OTHER_SCRIPTS):
            return Fault(
                index, f"the letter {described(character)} is not Latin; write the Latin one"
            )
    return None
