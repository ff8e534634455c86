"""The index of a snapshot's names and texts, and how well each fits what is looked for."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from urbact_graph.spelling import Spelt, folded
from urbact_graph.web.atlas.atlas import atlas_of
from urbact_graph.web.atlas.things import Country, Name
from urbact_graph.web.languages import language_name
from urbact_graph.web.search.entries import KINDS, Entry, entries
from urbact_graph.web.search.words import stems
from urbact_graph.web.snapshot import Snapshot

# How well a name fits, and a text that has all the words.
_SAME, _BEGINS, _HAS_WORDS, _HAS_BEGINNINGS, _SIMILAR, _IN_TEXT = (
    100.0,
    84.0,
    76.0,
    68.0,
    60.0,
    50.0,
)
# What the kind and the importance of a thing add.
_KIND_STEP, _IMPORTANCE = 0.6, 3.0
# The least likeness of similar spellings, in per cent, and how many are looked at.
_LEAST_LIKENESS, _MOST_SIMILAR = 74, 40
_PER_CENT = 100
# The least share of the words, weighted by rarity, that a text must have.
_LEAST_SHARE = 0.45
# The beginning of one or two letters says too little for texts and similar spellings.
_SHORTEST = 3
# What is of the kind that a word names, and has the other words, comes before other texts.
_KIND_NAMED = 30.0
_WORDS_OF_KINDS = {
    stems(word)[0]: kind
    for kind, words in {
        "plan": "plan strategy",
        "network": "network project",
        "recommendation": "advice advise recommend recommendation lesson",
    }.items()
    for word in words.split()
}
LONGEST_QUERY = 200
# What the name of a thing is called that has a label beside it.
_NAMES_OF_WORKS = {"plan": "its title"}
# Of the languages in which a name is spelt the same, the one that is shown.
_LANGUAGES = ("en", "de", "fr", "es", "it", "pl", "nl", "pt", "ro", "el", "hu", "cs", "ru", "uk")


@dataclass(frozen=True, slots=True)
class Match:
    """A thing that was found: how well it fits, and by which name or text."""

    entry: Entry
    score: float
    name: Name | None = None
    reason: str = ""

    def as_json(self, base: str) -> dict[str, object]:
        """Return the members of the match in JSON; ``path`` is that of its page."""
        thing, name = self.entry.thing, self.name
        is_country = isinstance(thing, Country)
        return {
            "iri": thing.iri if isinstance(thing, Country) else f"{base}{thing.path}",
            "kind": self.entry.kind,
            "kind_label": KINDS[self.entry.kind],
            "label": thing.label,
            "note": self.entry.note,
            "path": thing.path if is_country else f"{thing.path}.html",
            "matched": name.text if name else "",
            "language": name.language if name else "",
            "language_name": language_name(name.language) if name else "",
            "reason": self.reason,
            "score": round(self.score, 1),
        }


class SearchIndex:
    """The names and texts of all things, in memory."""

    def __init__(self, found: list[Entry]) -> None:
        self._entries = found
        self._texts: dict[str, dict[int, str]] = defaultdict(dict)
        for number, entry in enumerate(found):
            for what, text in entry.texts:
                for stem in stems(text):
                    self._texts[stem].setdefault(number, what)
        self._names = Spelt(
            (name.text, (number, name))
            for number, entry in enumerate(found)
            for name in entry.names
        )

    @property
    def entries(self) -> list[Entry]:
        """All that is indexed."""
        return self._entries

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Index ``snapshot``; to be called by ``snapshot.derive``.

        Raises:
            ProblemError: as the atlas raises it.
        """
        return cls(list(entries(atlas_of(snapshot))))

    def search(self, text: str, kind: str = "") -> list[Match]:
        """Return what fits ``text``, the best first; only things of ``kind`` where it is given."""
        best: dict[int, Match] = {}
        named, rest = _named_kinds(text[:LONGEST_QUERY])
        of_text = self._by_text(text[:LONGEST_QUERY])
        of_kind = (
            (number, replace(match, score=match.score + _KIND_NAMED))
            for number, match in (self._by_text(rest) if named else ())
            if match.entry.kind in named
        )
        for number, match in (*self._by_name(text[:LONGEST_QUERY]), *of_text, *of_kind):
            if (not kind or match.entry.kind == kind) and (
                number not in best or match.score > best[number].score
            ):
                best[number] = match
        return sorted(best.values(), key=lambda one: (-_rank(one), one.entry.thing.label))

    def _by_name(self, text: str) -> Iterator[tuple[int, Match]]:
        query, scores = folded(text), dict[str, float]()
        if not query:
            return
        for spelling in self._names.beginning(query):
            scores[spelling] = _BEGINS
        for spelling in self._names.with_words(query.split()):
            has_all = set(query.split()) <= set(spelling.split())
            fit = _HAS_WORDS if has_all else _HAS_BEGINNINGS
            # Of a long title few words say less than of a short name.
            fit -= 5 * (1 - len(query) / max(len(spelling), len(query)))
            scores[spelling] = max(scores.get(spelling, 0), fit)
        for same in self._names.same(text):
            scores[same] = _SAME
        similar = set()
        if len(query) >= _SHORTEST and _SAME not in scores.values():
            for spelling, likeness in self._names.similar(query, _LEAST_LIKENESS, _MOST_SIMILAR):
                fit = _SIMILAR + 24 * (likeness / _PER_CENT - 0.74) / 0.26
                if fit > scores.get(spelling, 0):
                    scores[spelling] = fit
                    similar.add(spelling)
        for spelling, score in scores.items():
            for number, name in self._names.things(spelling):
                reason = reason_of(self._entries[number], name, is_similar=spelling in similar)
                # Of the same spelling in several languages, the better known is shown.
                shown = score - 0.001 * _place(name.language)
                yield number, Match(self._entries[number], shown, name, reason)

    def _by_text(self, text: str) -> Iterator[tuple[int, Match]]:
        words = list(dict.fromkeys(stems(text)))
        # A word that no text has does not count.
        words = [word for word in words if len(word) >= _SHORTEST and word in self._texts]
        total = len(self._entries)
        rarity = {w: math.log(total / (1 + len(self._texts.get(w, ())))) for w in words}
        all_of_it = sum(rarity.values())
        shares: dict[int, float] = defaultdict(float)
        where: dict[int, list[str]] = defaultdict(list)
        for word in words:
            for number, what in self._texts.get(word, {}).items():
                shares[number] += rarity[word] / all_of_it
                where[number].append(what)
        for number, share in shares.items():
            if share >= _LEAST_SHARE:
                places = " and ".join(dict.fromkeys(where[number]))
                noun = "word" if len(where[number]) == 1 else "words"
                reason = f"{noun} in the {places}"
                yield number, Match(self._entries[number], _IN_TEXT * share, None, reason)


def _named_kinds(text: str) -> tuple[set[str], str]:
    """Return the kinds that words of ``text`` name, and the text without these words."""
    words = folded(text).split()
    kinds = {word: _WORDS_OF_KINDS.get(stem) for word in words for stem in stems(word)}
    named = {kind for kind in kinds.values() if kind}
    return named, " ".join(word for word in words if not kinds.get(word))


def _rank(match: Match) -> float:
    order = list(KINDS)
    of_kind = _KIND_STEP * (len(order) - order.index(match.entry.kind))
    return match.score + of_kind + _IMPORTANCE * match.entry.importance


def _place(language: str) -> int:
    return _LANGUAGES.index(language) if language in _LANGUAGES else len(_LANGUAGES)


def reason_of(entry: Entry, name: Name, *, is_similar: bool) -> str:
    """Say why a name was found, if it is not the thing's own or not spelt so."""
    is_own = name.text == entry.thing.label
    if is_own:
        return "similar spelling" if is_similar else ""
    kind = (
        f"name in {language_name(name.language)}"
        if entry.kind in ("city", "country") and (name.language)
        else _NAMES_OF_WORKS.get(entry.kind, "other name")
    )
    return f"similar to a {kind}" if is_similar and kind.startswith("name in") else kind
