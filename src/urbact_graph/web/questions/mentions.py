"""What the words of a question mean: things of the graph, numbers, years and distances."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from urbact_graph.rdf.namespaces import urb
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Country
from urbact_graph.web.questions.vocabulary import ADJECTIVES, OTHER_COUNTRY_NAMES, THEME_WORDS
from urbact_graph.web.search.entries import entries
from urbact_graph.web.search.index import SearchIndex
from urbact_graph.web.search.words import folded

# The kinds that parameters take, of those that are searched.
_KINDS = ("city", "network", "theme", "country", "programme", "call", "person")
_LONGEST = 14
# Of all that is similar, only what is as alike as one typing error leaves it.
_ALIKE = 88.0
_SHORTEST = 5
_WORD = re.compile(r"[^\W_](?:[\w'\u2019.&+-]*[\w+])?|&")
_DATE = r"(?P<date>\d{4}-\d{2}-\d{2})"
_YEAR = r"((?:19|20)\d\d)"
# What is written in figures: the kinds of its values, and how it stands in a sentence.
_FIGURES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("date",), r"\b(\d{4}-\d{2}-\d{2})\b"),
    (("latitude", "longitude"), r"(-?\d{1,2}\.\d+)\s*[,;/ ]\s*(-?\d{1,3}\.\d+)"),
    (("firstYear", "lastYear"), rf"\b(?:between|from)\s+{_YEAR}\s+(?:and|to|until|till)\s+{_YEAR}"),
    (("firstYear", "lastYear"), rf"\b{_YEAR}\s*[-–]\s*{_YEAR}\b"),
    (("firstYear",), rf"\b(?:since|after|from)\s+{_YEAR}(?:\s+on(?:wards)?\b)?"),
    (("lastYear",), rf"\b(?:before|until|till|up to|by)\s+{_YEAR}\b"),
    (("year",), rf"\b(?:in |during |the year )?{_YEAR}\b"),
    (
        ("kilometres",),
        r"\b(?:(?:with)?in\s+|less than\s+|up to\s+|at most\s+)?(?:a\s+)?"
        r"(\d+(?:\.\d+)?)\s*(?:km|kilomet(?:re|er)s?)\b(?:\s+(?:of|from|around))?",
    ),
    (("level",), r"\b(?:NUTS|level)[ -]?([0-3])\b"),
    (("moreThan",), r"\b(?:more than|over)\s+(\d+|one|once|twice|two|three|four|five)\b"),
    (("atLeast",), r"\bat least\s+(\d+|one|once|twice|two|three|four|five)\b"),
    (("atLeast",), r"\b(\d+|two|three|four|five)\s+(?:times|or more)\b"),
)
_NUMBERS = {"one": 1, "once": 1, "two": 2, "twice": 2, "three": 3, "four": 4, "five": 5}
# Nouns of classes that sources are read for, by the local name of the class.
_CLASSES = {
    "networks": "Network",
    "partnerships": "Partnership",
    "plans": "Plan",
    "recommendations": "Recommendation",
    "calls": "Call",
    "cities": "City",
    "programmes": "Programme",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words can mean: ``text`` is the value of a parameter of ``kind``, ``label`` its name."""

    kind: str
    text: str
    label: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a sentence, from ``start`` to ``end``, that mean something.

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


class Lexicon:
    """The names of the graph that may stand in a question."""

    def __init__(self, atlas: Atlas, index: SearchIndex) -> None:
        self._index = index
        self._vocabulary = str(urb(atlas.base))
        self._names: dict[str, dict[Meaning, None]] = defaultdict(dict)
        self._texts: set[str] = set()
        self._by_iri: dict[str, Meaning] = {}
        for entry in entries(atlas):
            for _, text in entry.texts:
                # What is an ordinary word is no name, unless it has a capital.
                self._texts.update(w for w in re.findall(r"\w+", text) if w.islower())
            if entry.kind not in _KINDS:
                continue
            thing = entry.thing
            meaning = (
                Meaning("country", thing.iri.rpartition("/")[2], thing.name, thing.iri)
                if isinstance(thing, Country)
                else Meaning(entry.kind, thing.path, thing.label, atlas.base + thing.path)
            )
            self._by_iri[meaning.iri] = meaning
            others = self._others(thing) if isinstance(thing, Country) else ()
            if entry.kind == "theme":
                others = THEME_WORDS.get(meaning.text, ())
            for name in (*(one.text for one in entry.names), *others):
                self._add(name, meaning)
        for local, label in atlas.words.items():
            self._add_word(local, label)
        for noun, local in _CLASSES.items():
            self._add(noun, Meaning("class", f"urb:{local}", local, self._vocabulary + local))

    def _others(self, country: Country) -> Iterable[str]:
        return filter(
            None, (ADJECTIVES.get(country.code), *OTHER_COUNTRY_NAMES.get(country.code, ()))
        )

    def _add_word(self, local: str, label: str) -> None:
        """Add a kind of network or plan, or an addressee, by its label."""
        kind = (
            "addressee"
            if local.endswith("Addressee")
            else "planKind"
            if local.endswith(("Plan", "Framework"))
            else "networkKind"
        )
        meaning = Meaning(kind, f"urb:{local}", label, self._vocabulary + local)
        for name in (label, f"{label}s"):
            self._add(name, meaning)

    def _add(self, name: str, meaning: Meaning) -> None:
        spelling = folded(name)
        if len(spelling) < 2:  # noqa: PLR2004 - one letter is no name
            return
        self._names[spelling][meaning] = None
        if meaning.kind == "theme":
            self._names[spelling.removesuffix("s")][meaning] = None
            self._names[f"{spelling}s"][meaning] = None
            self._names[spelling.replace(" and ", " ")][meaning] = None
        elif meaning.kind in ("network", "call", "city"):
            self._names[spelling.replace(" ", "")][meaning] = None

    def mentions(self, sentence: str) -> list[Mention]:
        """Return what is meant in ``sentence``, in the order of its words, without overlaps."""
        found = list(_figures(sentence))
        taken = [(one.start, one.end) for one in found]
        words = [
            match
            for match in _WORD.finditer(sentence)
            if not any(start < match.end() and match.start() < end for start, end in taken)
        ]
        place, unknown = 0, []
        while place < len(words):
            for length in range(min(_LONGEST, len(words) - place), 0, -1):
                mention = self._mention(sentence, words[place : place + length], place)
                if mention:
                    found.append(mention)
                    place += length
                    break
            else:
                unknown.append(words[place])
                place += 1
        found += self._similar(unknown)
        return sorted(found, key=lambda one: one.start)

    def _mention(self, sentence: str, words: list[re.Match[str]], place: int) -> Mention | None:
        start, end = words[0].start(), words[-1].end()
        text = re.sub(r"['\u2019]s?$", "", sentence[start:end])
        meanings = self._names.get(folded(text))
        if not meanings:
            return None
        before = sentence[:start].lower().split()[-1:]
        after = sentence[end:].lower().split()[:1]
        is_ordinary = len(words) == 1 and text.lower() in self._texts
        has_capital = not text.islower() and (place > 0 or not is_ordinary)
        is_named = bool({"network", "project"} & {*before, *after})
        chosen = [
            one
            for one in meanings
            if (
                one.kind in ("city", "network", "person", "call")
                and (has_capital or not is_ordinary or (is_named and one.kind == "network"))
                and (len(text) > 2 or text.isupper())  # noqa: PLR2004 - as the city of Y
            )
            or one.kind in ("theme", "programme", "networkKind", "planKind", "class")
            or (one.kind == "country" and not text.islower() | (len(text) < 3))  # noqa: PLR2004
            or (one.kind == "country" and len(text) > 4)  # noqa: PLR2004 - "it" is no country
            or (one.kind == "addressee" and (before in (["for"], ["to"]) or len(words) > 1))
        ]
        if not chosen:
            return None
        kinds = {one.kind for one in chosen}
        is_hint = kinds == {"class"}
        plain = is_hint or bool(kinds & {"networkKind", "planKind"})
        return Mention(start, start + len(text), text, tuple(chosen), plain, is_hint)

    def _similar(self, words: list[re.Match[str]]) -> Iterator[Mention]:
        """Yield the cities and networks whose names are like words with a capital, within it."""
        for match in words:
            text = match.group()
            is_name = text[0].isupper() and match.start() > 0 and text.lower() not in self._texts
            if not is_name or len(text) < _SHORTEST:
                continue
            best = next(
                (
                    one
                    for one in self._index.search(text)[:3]
                    if one.name and one.entry.kind in ("city", "network", "country", "theme")
                ),
                None,
            )
            if best is None or best.score < _ALIKE - 20:
                continue
            thing = best.entry.thing
            for meaning in self._of(thing.path if not isinstance(thing, Country) else thing.iri):
                note = f"similar to {best.name.text}" if best.name else ""
                yield Mention(match.start(), match.end(), text, (meaning,), note=note)

    def _of(self, path: str) -> Iterator[Meaning]:
        for iri, meaning in self._by_iri.items():
            if path in (meaning.text, iri):
                yield meaning
                return

    @classmethod
    def of(cls, atlas: Atlas, index: SearchIndex) -> Self:
        """Make the lexicon of ``atlas``; what is misspelt is looked for in ``index``."""
        return cls(atlas, index)


def _figures(sentence: str) -> Iterator[Mention]:
    left = sentence
    for kinds, pattern in _FIGURES:
        for match in re.finditer(pattern, left, re.IGNORECASE):
            meanings = tuple(
                _figure(kind, value) for kind, value in zip(kinds, match.groups(), strict=True)
            )
            yield Mention(
                match.start(),
                match.end(),
                sentence[match.start() : match.end()],
                meanings,
                is_joint=True,
            )
            hidden = " " * (match.end() - match.start())
            left = left[: match.start()] + hidden + left[match.end() :]


def _figure(kind: str, text: str) -> Meaning:
    number = _NUMBERS.get(text.lower())
    value = str(number) if number else text
    if kind == "moreThan":
        return Meaning("atLeast", str(int(value) + 1), f"at least {int(value) + 1}")
    return Meaning(kind, value, value)
