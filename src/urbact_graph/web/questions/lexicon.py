"""The names that may stand in a question: things of the graph, and words for their kinds."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from urbact_graph.rdf.namespaces import urb
from urbact_graph.spelling import folded
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Country
from urbact_graph.web.questions.meanings import Meaning, Mention, Word
from urbact_graph.web.questions.vocabulary import (
    ADDRESSEE_WORDS,
    CLASSES,
    OTHER_COUNTRY_NAMES,
    THEME_WORDS,
)
from urbact_graph.web.search.adjectives import ADJECTIVES
from urbact_graph.web.search.entries import Entry, entries

# The kinds that parameters take, of those that are searched.
_KINDS = ("city", "network", "theme", "country", "programme", "call", "person")
_LONGEST = 14
# A name of fewer letters stands in capitals, as the city of Y does.
_SHORTEST = 3
# A name of fewer letters that is written without its spaces may be another word.
_SHORTEST_JOINED = 8
_ORDINALS = {
    "i": ("1", "first", "1st"),
    "ii": ("2", "second", "2nd"),
    "iii": ("3", "third", "3rd"),
    "iv": ("4", "fourth", "4th"),
}
# Names that one may write alone where others could not be told from ordinary words.
_PROPER = frozenset(("city", "network", "person", "call"))
_COUNTRY_AFTER_CITY = re.compile(r"\s*[,(]\s*")
_KIND_AND_YEAR = re.compile(r"(?:urbact [iv]+ )?(.+) (\d{4})")
_OF_NETWORKS = frozenset(("network", "project"))
_CALL = frozenset(("call", "calls"))
_ASKED_OF = frozenset(("for", "to", "should", "must", "can"))


class Lexicon:
    """The names of the graph that may stand in a question."""

    def __init__(self, atlas: Atlas) -> None:
        self._vocabulary = str(urb(atlas.base))
        self._names: dict[str, dict[Meaning, None]] = defaultdict(dict)
        self._joined: dict[str, dict[Meaning, None]] = defaultdict(dict)
        self._cities = {one.path: one.country for one in atlas.cities.values()}
        self._codes: dict[str, str] = {}
        # What is an ordinary word is no name, unless it has a capital.
        self.ordinary: set[str] = set()
        for entry in entries(atlas):
            for _, text in entry.texts:
                self.ordinary.update(w for w in re.findall(r"\w+", text) if w.islower())
            if entry.kind in _KINDS:
                self._add_entry(entry, atlas.base)
        for local, label in atlas.words.items():
            self._add_word(local, label)
        for noun, local in CLASSES.items():
            self._add(noun, Meaning("class", f"urb:{local}", local, self._vocabulary + local))

    @classmethod
    def of(cls, atlas: Atlas) -> Self:
        """Make the lexicon of ``atlas``."""
        return cls(atlas)

    def words(self) -> Iterator[tuple[str, bool]]:
        """Yield each word of the names, and whether the name is that of a theme or a kind."""
        for spelling, meanings in self._names.items():
            is_common = any(one.kind not in (*_PROPER, "country") for one in meanings)
            for word in spelling.split():
                yield word, is_common

    def mentions(self, sentence: str, words: Sequence[Word]) -> list[Mention]:
        """Return what ``words`` of ``sentence`` name, in their order and without overlaps.

        Of names that begin with the same word the longest is meant.
        """
        found: list[Mention] = []
        place = 0
        while place < len(words):
            for length in range(min(_LONGEST, len(words) - place), 0, -1):
                mention = self._mention(sentence, words, place, length)
                if mention:
                    found.append(mention)
                    place += length
                    break
            else:
                place += 1
        return list(self._with_places(sentence, found))

    def _add_entry(self, entry: Entry, base: str) -> None:
        thing = entry.thing
        names = [one.text for one in entry.names]
        if isinstance(thing, Country):
            meaning = Meaning("country", thing.iri.rpartition("/")[2], thing.name, thing.iri)
            self._codes[thing.iri] = thing.code
            names += [ADJECTIVES.get(thing.code, ""), *OTHER_COUNTRY_NAMES.get(thing.code, ())]
        else:
            meaning = Meaning(entry.kind, thing.path, thing.label, base + thing.path)
        if entry.kind == "theme":
            names += THEME_WORDS.get(meaning.text, ())
        elif entry.kind == "programme":
            names += _names_of_programme(thing.label)
        elif entry.kind == "call":
            names += _names_of_call(thing.path)
        elif entry.kind == "person":
            # A family name alone will do.
            names += [name.split()[-1] for name in names]
        for name in names:
            self._add(name, meaning)

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
        for name in (label, f"{label}s", *ADDRESSEE_WORDS.get(local, ())):
            self._add(name, meaning)
        if label.endswith(" Network"):
            self._add(f"{label.removesuffix(' Network')} projects", meaning)

    def _add(self, name: str, meaning: Meaning) -> None:
        spelling = folded(name)
        if len(spelling) < 2:  # noqa: PLR2004 - one letter is no name
            return
        self._names[spelling][meaning] = None
        if meaning.kind == "theme":
            self._names[spelling.removesuffix("s")][meaning] = None
            self._names[f"{spelling}s"][meaning] = None
            self._names[spelling.replace(" and ", " ")][meaning] = None
        joined = spelling.replace(" ", "")
        if meaning.kind in _PROPER and len(joined) >= _SHORTEST_JOINED:
            self._joined[joined][meaning] = None

    def _mention(
        self, sentence: str, words: Sequence[Word], place: int, length: int
    ) -> Mention | None:
        """Return what ``length`` words from ``place`` on name; None if that is nothing."""
        part = words[place : place + length]
        spelling = " ".join(word.spelling for word in part)
        meanings = self._names.get(spelling) or self._joined.get(spelling.replace(" ", ""))
        if not meanings:
            return None
        start, end = part[0].start, part[-1].end
        text = sentence[start:end]
        before = words[place - 1].spelling if place else ""
        after = words[place + length].spelling if place + length < len(words) else ""
        is_ordinary = length == 1 and text.lower() in self.ordinary
        # The capital at the beginning of a sentence says nothing.
        is_proper = not is_ordinary or (not text.islower() and place > 0)
        is_network = bool(_OF_NETWORKS & {before, after})
        chosen = []
        for one in meanings:
            if one.kind == "call":
                # A title may be that of a kind of networks too.
                is_meant = before in _CALL or bool(_CALL & {*spelling.split()})
            elif one.kind in _PROPER:
                named = is_proper or (is_network and one.kind == "network")
                is_meant = named and (len(text) >= _SHORTEST or text.isupper())
            elif one.kind == "country":
                # "it" is no country, and the Italian name is in a language.
                is_long = len(text) > _SHORTEST + 1 or not text.islower()
                is_meant = is_long and after not in ("name", "names")
            elif one.kind == "addressee":
                is_meant = before in _ASKED_OF or after in _ASKED_OF or length > 1
            else:
                is_meant = True
            if is_meant:
                chosen.append(one)
        if not chosen:
            return None
        kinds = {one.kind for one in chosen}
        is_hint = kinds == {"class"}
        corrected = [word.corrected for word in part if word.corrected]
        note = f"read as {spelling}" if corrected else ""
        return Mention(
            *(start, end, text, tuple(chosen)),
            is_plain=is_hint or bool(kinds & {"networkKind", "planKind", "class"}),
            is_hint=is_hint,
            note=note,
        )

    def _with_places(self, sentence: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
        """Join a city with the country that stands behind it: "Porto (Portugal)"."""
        last: Mention | None = None
        for mention in mentions:
            if last:
                cities = self._in_country(last, mention)
                gap = sentence[last.end : mention.start]
                if cities and _COUNTRY_AFTER_CITY.fullmatch(gap):
                    words = sentence[last.start : mention.end]
                    last = Mention(last.start, mention.end, words, cities, note=last.note)
                    continue
                yield last
            last = mention
        if last:
            yield last

    def _in_country(self, city: Mention, country: Mention) -> tuple[Meaning, ...]:
        codes = {self._codes[one.iri] for one in country.meanings if one.kind == "country"}
        return tuple(
            one
            for one in city.meanings
            if one.kind == "city" and self._cities.get(one.text) in codes
        )


def _names_of_programme(name: str) -> Iterator[str]:
    """Yield what else a programme is called: "URBACT II" also "URBACT 2" and "second programme"."""
    first, _, number = name.partition(" ")
    yield f"{first}{number}"
    for other in _ORDINALS.get(number.lower(), ()):
        if other.isdigit():
            yield from (f"{first} {other}", f"{first}{other}", f"programme {other}")
        else:
            yield from (f"{other} {first}", f"{other} programme", f"{other} {first} programme")
    yield from (f"{name} programme", f"programme {number}")


def _names_of_call(path: str) -> Iterator[str]:
    """Yield what else a call is called, by its path, which ends with its kind and its year."""
    name = path.rpartition("/")[2].replace("-", " ")
    yield name
    match = _KIND_AND_YEAR.fullmatch(name)
    if match:
        kind, year = match.groups()
        for one in (kind, kind.removesuffix("s"), kind.removesuffix(" networks")):
            yield from (f"{year} {one} call", f"{one} call {year}", f"{one} call of {year}")
        yield from (
            f"{year} call for {kind}",
            f"call for {kind} {year}",
            f"call for {kind} of {year}",
        )
