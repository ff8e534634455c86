"""What a question is understood as: the stored queries that fit it best, with their values."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from urbact_graph.names import KINDS
from urbact_graph.sources import find_sources
from urbact_graph.stored.loading import load_queries
from urbact_graph.stored.query import Parameter, StoredQuery
from urbact_graph.web.atlas.atlas import atlas_of
from urbact_graph.web.questions.mentions import Lexicon, Meaning, Mention
from urbact_graph.web.questions.vocabulary import EMPTY, SAME
from urbact_graph.web.search.index import SearchIndex
from urbact_graph.web.search.words import folded, stems
from urbact_graph.web.snapshot import Snapshot

LONGEST_QUESTION = 300
# What each part of a query's header weighs, beside a phrase; and all of its words together.
_TITLE, _QUESTION, _WORDS = 0.95, 0.9, 0.25
# What a value adds that finds its parameter, what one takes away that does not, and a parameter
# that needs a value and has none.
_FILLED, _UNFILLED, _MISSING = 0.12, 0.3, 0.25
# A text that stands where a phrase has it.
_PATTERN = 0.9
# The weight of a value among the words.
_OF_VALUE = 1.0
_LEAST_SCORE, _GUESSES = 0.3, 6
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Value:
    """The value that a question gives a parameter, and the words that gave it."""

    parameter: Parameter
    meaning: Meaning
    words: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A stored query that a question may mean; ``unused`` are the words that it does not use."""

    query: StoredQuery
    score: float
    values: tuple[Value, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a sentence was understood as: the guesses, the best first, and what its words mean.

    ``unknown`` are the words that neither name a thing nor stand in any query.
    """

    sentence: str
    guesses: tuple[Guess, ...]
    mentions: tuple[Mention, ...]
    unknown: tuple[str, ...]


class _Indexed:
    """A query with the words of its header."""

    def __init__(self, query: StoredQuery) -> None:
        self.query = query
        kinds = {one.name: one.kind or one.datatype for one in query.parameters}
        self.texts: list[tuple[float, Counter[str]]] = [
            (_TITLE, Counter(_terms(query.title))),
            (_QUESTION, Counter(_terms(query.question))),
        ]
        self.patterns: list[tuple[re.Pattern[str], str]] = []
        for phrase in query.phrases:
            self.texts.append((1.0, _phrase(phrase, kinds)))
            names = _PLACE.findall(phrase)
            if len(names) == 1 and kinds[names[0]] == "string":
                before, after = (re.escape(part).replace(r"\ ", r"\s+") for part in _split(phrase))
                self.patterns.append(
                    (re.compile(rf"{before}(.+?){after}\s*[?.!]*$", re.IGNORECASE), names[0])
                )
        columns = " ".join(one.meaning for one in query.columns)
        self.words = {*_terms(columns), *_terms(query.name.replace("-", " "))}
        for _, text in self.texts:
            self.words |= set(text)


class Questions:
    """The stored queries of a snapshot, to be found by questions in words."""

    def __init__(self, queries: Iterable[StoredQuery], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._queries = [_Indexed(query) for query in queries]
        counts = Counter(word for one in self._queries for word in one.words)
        total = len(self._queries)
        self._rarity = {word: math.log(1 + total / count) for word, count in counts.items()}

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Index the stored queries and the names of ``snapshot``, for ``snapshot.derive``.

        Raises:
            ProblemError: as the atlas raises it.
        """
        folder = find_sources(snapshot.settings).queries
        lexicon = Lexicon.of(atlas_of(snapshot), snapshot.derive(SearchIndex.of))
        return cls(load_queries(folder, snapshot.base).values(), lexicon)

    def understand(self, sentence: str) -> Understanding:
        """Return what ``sentence`` of at most ``LONGEST_QUESTION`` characters may mean."""
        mentions = self._lexicon.mentions(sentence)
        rest = _without(sentence, mentions)
        words = _terms(rest)
        guesses = [self._guess(one, sentence, words, mentions) for one in self._queries]
        guesses = [one for one in guesses if one.score >= _LEAST_SCORE]
        guesses.sort(key=lambda one: (-one.score, one.query.name))
        known = set(self._rarity)
        unknown = [word for word in _bare(rest) if not set(_terms(word)) <= known]
        return Understanding(
            sentence, tuple(guesses[:_GUESSES]), tuple(mentions), tuple(dict.fromkeys(unknown))
        )

    def _guess(
        self, indexed: _Indexed, sentence: str, words: list[str], mentions: Sequence[Mention]
    ) -> Guess:
        query = indexed.query
        by_pattern = next(
            (
                (name, match[1].strip(" '\"“”\u2018\u2019"))
                for pattern, name in indexed.patterns
                if (match := pattern.search(sentence))
            ),
            None,
        )
        if by_pattern:
            name, text = by_pattern
            parameter = next(one for one in query.parameters if one.name == name)
            value = Value(parameter, Meaning("string", text, text), text)
            return Guess(query, 1 + _PATTERN, (value,), ())
        values, unused = _fill(query, mentions)
        kinds = Counter(
            f"{{{meaning.kind}}}"
            for mention in mentions
            if not mention.is_hint
            for meaning in _meant(mention, values)
        )
        asked = Counter(words) + kinds
        score = max(part * self._likeness(asked, text) for part, text in indexed.texts)
        total = sum(self._weight(word) for word in set(words))
        if total:
            shared = sum(self._weight(word) for word in set(words) & indexed.words)
            score += _WORDS * shared / total
        filled = {value.parameter.name for value in values}
        missing = [
            one
            for one in query.parameters
            if one.default is not None
            and one.name not in filled
            and (one.kind in KINDS or one.datatype in ("string", "decimal"))
        ]
        score += _FILLED * len(values) - _UNFILLED * len(unused) - _MISSING * len(missing)
        left = _bare(_without(sentence, mentions))
        left = [word for word in left if not set(_terms(word)) <= indexed.words]
        return Guess(query, round(score, 3), tuple(values), (*unused, *dict.fromkeys(left)))

    def _likeness(self, asked: Counter[str], text: Counter[str]) -> float:
        """Return the cosine of two texts, each word weighted by its rarity."""
        shared = sum(
            self._weight(word) ** 2 * min(count, text[word]) for word, count in asked.items()
        )
        return shared / (self._length(asked) * self._length(text) or 1)

    def _length(self, text: Counter[str]) -> float:
        return math.sqrt(sum(self._weight(word) ** 2 * count for word, count in text.items()))

    def _weight(self, word: str) -> float:
        if word.startswith("{"):
            return _OF_VALUE
        # A word that no query has says that something else may be meant.
        return self._rarity.get(word, 1.5)


def _fill(query: StoredQuery, mentions: Sequence[Mention]) -> tuple[list[Value], list[str]]:
    """Return the values that ``mentions`` give the parameters, and the words that give none."""
    values: dict[str, Value] = {}
    unused = []
    for mention in sorted(mentions, key=lambda one: (one.is_hint, one.start)):
        is_used = False
        for meaning in mention.meanings:
            for parameter in _places(query, meaning):
                if parameter.name not in values and (mention.is_joint or not is_used):
                    values[parameter.name] = Value(parameter, meaning, mention.words)
                    is_used = True
                    if meaning.kind != "year":
                        break
        if not is_used and not mention.is_hint and mention.words not in unused:
            unused.append(mention.words)
    return [values[one.name] for one in query.parameters if one.name in values], unused


def _places(query: StoredQuery, meaning: Meaning) -> list[Parameter]:
    """Return the parameters of ``query`` that ``meaning`` can be the value of."""
    if meaning.kind == "year" and not any(one.name == "year" for one in query.parameters):
        # A year alone is a period of one year.
        names: tuple[str, ...] = ("firstYear", "lastYear")
    else:
        names = (meaning.kind,)
    return [
        one for one in query.parameters if one.name in names or (one.kind == meaning.kind != "year")
    ]


def _meant(mention: Mention, values: Sequence[Value]) -> Sequence[Meaning]:
    """Return the meanings that a query uses, the first where it uses none."""
    used = [one for one in mention.meanings if any(value.meaning is one for value in values)]
    return used or mention.meanings[:1]


def _phrase(phrase: str, kinds: dict[str, str]) -> Counter[str]:
    places = Counter(f"{{{_kind(name, kinds[name])}}}" for name in _PLACE.findall(phrase))
    return Counter(_terms(_PLACE.sub(" ", phrase))) + places


def _kind(name: str, kind: str) -> str:
    return kind if kind in KINDS or kind == "date" else name


def _split(phrase: str) -> tuple[str, str]:
    before, _, rest = phrase.partition("{")
    return before, rest.partition("}")[2]


def _without(sentence: str, mentions: Sequence[Mention]) -> str:
    """Return ``sentence`` without the words that name something."""
    for mention in mentions:
        if not mention.is_plain:
            blank = " " * (mention.end - mention.start)
            sentence = sentence[: mention.start] + blank + sentence[mention.end :]
    return sentence


def _bare(text: str) -> list[str]:
    return [word for word in folded(text).split() if _terms(word)]


def _terms(text: str) -> list[str]:
    """Return the stems that say what is asked, those of the same meaning as one."""
    bare = " ".join(word for word in folded(text).split() if word not in EMPTY and len(word) > 1)
    return [SAME.get(stem, stem) for stem in stems(bare)]
