"""What words of a question mean, and the words that a question is made of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from urbact_graph.spelling import folded

# A word may have apostrophes, hyphens and stops within it; "&" is one too.
_WORD = re.compile(r"[^\W_](?:[\w'\u2019.&+-]*[\w+])?|&")
# Nouns that stand beside a name of their kind, and say nothing more: "the network BioCanteens".
_NOUNS_OF_KINDS = {
    "city": ("city", "town", "municipality"),
    "network": ("network", "project"),
    "theme": ("theme", "topic", "subject"),
    "person": ("expert",),
    "country": ("country",),
    "programme": ("programme", "program"),
}
_POSSESSIVE = re.compile(r"['\u2019]s?$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words can mean: ``text`` is the value of a parameter of ``kind``, ``label`` its name.

    ``iri`` is that of a thing of the graph; it is empty for a number, a date or a code.
    """

    kind: str
    text: str
    label: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a question, from ``start`` to ``end``, that mean something.

    One of ``meanings`` is meant, or all where ``is_joint``. Where ``is_plain``, they also count as
    words, as "plans" of "transfer plans" does; where ``is_hint``, they need not fill a parameter.
    ``note`` says how they were recognised, where they are not spelt as the thing is.
    """

    start: int
    end: int
    words: str
    meanings: tuple[Meaning, ...]
    is_plain: bool = False
    is_hint: bool = False
    is_joint: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question, from ``start`` to ``end``; ``spelling`` is folded, and corrected.

    ``text`` is without the ``'s`` of a possessive, ``corrected`` the word that a misspelt one was
    taken for. One that ``is_little`` says nothing of what is asked.
    """

    start: int
    end: int
    text: str
    spelling: str
    corrected: str = ""
    is_little: bool = False


def words_of(sentence: str) -> Iterator[Word]:
    """Yield the words of ``sentence``, in order."""
    for match in _WORD.finditer(sentence):
        text = _POSSESSIVE.sub("", match.group())
        if spelling := folded(text):
            yield Word(match.start(), match.start() + len(text), text, spelling)


def kinds_beside(words: Sequence[Word], mentions: Sequence[Mention]) -> Iterator[Word]:
    """Yield the nouns among ``words`` that say of what kind the thing beside them is."""
    places = {word.start: place for place, word in enumerate(words)}
    for mention in mentions:
        kinds = {one.kind for one in mention.meanings if one.iri}
        nouns = {noun for kind in kinds for noun in _NOUNS_OF_KINDS.get(kind, ())}
        place = places.get(mention.start)
        if place is None or not nouns:
            continue
        before = words[:place]
        if before and before[-1].spelling == "of":
            before = before[:-1]
        after = [word for word in words[place:] if word.start >= mention.end]
        yield from (one for one in (*before[-1:], *after[:1]) if one.spelling in nouns)
