"""How a name that another source prints may be read: without the country, without a designation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from urbact_graph.designations import is_designation, without_designation
from urbact_graph.spelling import Spelt, folded

# How sure a reading is that knows a country, and how much less sure one that leaves out words for
# the kind of thing.
_AS_IT_IS, _WITH_COUNTRY, _LESS_DESIGNATION = 100.0, 99.0, 1.0
# At least this sure, a name that is spelt the same is one of the thing.
SURE = 95.0
# What divides a name from what stands beside it.
_BESIDE = re.compile(r"\s*[,;/|()\[\]]\s*|\s+[-\u2013\u2014]\s+")
_CODE_FIRST = re.compile(r"([A-Z]{2,3})[-_: ]+(?=\w)")
_ARTICLES = frozenset(
    (
        *("the", "la", "le", "les", "l", "el", "los", "las", "a", "o", "as", "os", "il", "lo", "i"),
        *("gli", "de", "den", "s", "die", "der"),
    )
)
# The name of a country has at most so many words.
_WORDS = 4
_PAIR = 2
# A longer list is no name.
_MOST_PARTS = 6
# Codes of ISO 3166 have two or three letters.
_LONGEST_CODE = 3


@dataclass(frozen=True)
class Reading:
    """A way to read a name: its ``text``, and how sure that is, of 100.

    ``countries`` are the codes of those that it names. ``also`` are further names that stand
    beside it, which the thing must have for the reading to be sure.
    """

    text: str
    score: float
    countries: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()


def readings(text: str, kind: str, countries: Spelt[str]) -> list[Reading]:
    """Return the ways to read ``text`` as the name of a thing of ``kind``, the surest first.

    ``countries`` are the codes of countries by their names and codes.
    """
    found = [Reading(text, _AS_IT_IS)]
    if kind in ("city", "person"):
        found += _with_parts_beside(text, kind, countries)
    if kind == "city":
        found += _with_country_without_sign(text, countries)
    for reading in tuple(found):
        spelling = folded(reading.text)
        found += [
            replace(reading, text=bare, score=reading.score - _LESS_DESIGNATION)
            for bare in without_designation(spelling, kind)
            if bare != spelling
        ]
    best: dict[tuple[str, frozenset[str]], Reading] = {}
    for reading in sorted(found, key=lambda one: -one.score):
        best.setdefault((folded(reading.text), reading.countries), reading)
    return [reading for reading in best.values() if folded(reading.text)]


def _with_parts_beside(text: str, kind: str, countries: Spelt[str]) -> Iterator[Reading]:
    """Yield the readings of a name with something behind a comma, in brackets, and so on."""
    parts = [part for part in _BESIDE.split(text) if folded(part)]
    if not _PAIR <= len(parts) <= _MOST_PARTS:
        return
    codes: set[str] = set()
    names: list[str] = []
    for place, part in enumerate(parts):
        # A country may stand first where one name follows: PL - Gdynia.
        may_be_country = kind == "city" and (place > 0 or len(parts) == _PAIR)
        if folded(part) in _ARTICLES and names:
            names[-1] = f"{part} {names[-1]}"
        elif may_be_country and (found := countries.named(part)):
            codes.update(found)
        elif not is_designation(folded(part), kind):
            names.append(part)
    if not names:
        # The name of a city can be that of a country: Luxembourg, Luxembourg.
        names = parts[:1]
    if kind == "person":
        yield Reading(" ".join(names), _AS_IT_IS)
        return
    known = frozenset(codes)
    for place, name in enumerate(names):
        others = tuple(other for other in names if other != name)
        yield Reading(name, _WITH_COUNTRY - place, known, others)


def _with_country_without_sign(text: str, countries: Spelt[str]) -> Iterator[Reading]:
    """Yield the readings of a name that a country follows, or the code of one precedes."""
    code = _CODE_FIRST.match(text)
    if code and (found := countries.named(code[1])):
        yield Reading(text[code.end() :], _WITH_COUNTRY, frozenset(found))
    words = text.split()
    for size in range(1, min(_WORDS, len(words) - 1) + 1):
        end = " ".join(words[-size:])
        # In small letters a code may be a word.
        is_word = len(end) <= _LONGEST_CODE and not end.isupper()
        if not is_word and (found := countries.named(end)):
            yield Reading(" ".join(words[:-size]), _WITH_COUNTRY - 1, frozenset(found))
