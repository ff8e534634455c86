"""What a question is understood as: the stored queries that fit it best, with their values."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Self

from urbact_graph.spelling import folded
from urbact_graph.stored.query import Parameter, StoredQuery
from urbact_graph.web.atlas.atlas import atlas_of
from urbact_graph.web.questions.figures import figures
from urbact_graph.web.questions.headers import Header, Words, place_of
from urbact_graph.web.questions.lexicon import Lexicon
from urbact_graph.web.questions.meanings import (
    Meaning,
    Mention,
    Word,
    kinds_beside,
    words_of,
)
from urbact_graph.web.questions.spelling import Spelling
from urbact_graph.web.questions.vocabulary import ASKING, EMPTY, SAME, terms
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.stored.library import library_of

LONGEST_QUESTION = 300
# What the words of a query weigh all together, beside the part of its header that fits best.
_WORDS = 0.4
# What a value adds that finds its parameter, what one takes away that does not, and a parameter
# that needs a value and has none.
_FILLED, _UNFILLED, _MISSING = 0.1, 0.42, 0.5
# What a name takes away that finds no parameter: it is what the question is about.
_UNFILLED_NAME = 0.6
_NAMES = frozenset(("city", "network", "person", "call"))
# What it adds if the rows of the answer are about what is asked for, and takes away if not.
_ANSWER = 0.08
# A text that stands where a phrase has it.
_PATTERN = 0.9
_LEAST_SCORE, _GUESSES = 0.3, 6
# How far behind the first guess another may be.
_MOST_BEHIND = 1.0


@dataclass(frozen=True, slots=True)
class Value:
    """The value that a question gives a parameter, and the words that gave it.

    There are none where a day is today because the question names no other.
    """

    parameter: Parameter
    meaning: Meaning
    words: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A stored query that a question may mean; ``unused`` are the words that it does not use.

    ``fit`` is the score without what the unused names take away.
    """

    query: StoredQuery
    score: float
    fit: float
    values: tuple[Value, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a sentence was understood as: the guesses, the best first, and what its words mean.

    ``words`` are those that name no thing; of these the ``unknown`` stand in no query either.
    """

    sentence: str
    guesses: tuple[Guess, ...]
    mentions: tuple[Mention, ...]
    words: tuple[Word, ...]
    unknown: tuple[str, ...]


class Questions:
    """The stored queries of a snapshot, to be found by questions in words."""

    def __init__(self, queries: Iterable[StoredQuery], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._known = Words(queries)
        of_names: dict[str, bool] = {}
        for word, is_common in lexicon.words():
            of_names[word] = is_common or of_names.get(word, False)
        self._spelling = Spelling(
            (*self._known.spelt, *(word for word, is_common in of_names.items() if is_common)),
            (word for word, is_common in of_names.items() if not is_common),
            (*SAME, *EMPTY, *ASKING, *map(folded, lexicon.ordinary)),
        )

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Index the stored queries and the names of ``snapshot``, for ``snapshot.derive``.

        Raises:
            ProblemError: as the atlas raises it, or another dataset is served.
        """
        return cls(library_of(snapshot).queries.values(), Lexicon.of(atlas_of(snapshot)))

    def understand(
        self,
        sentence: str,
        today: date | None = None,
        among: Collection[str] | None = None,
    ) -> Understanding:
        """Return what ``sentence`` of at most ``LONGEST_QUESTION`` characters may mean.

        ``today`` is what "now" means: the day in UTC, unless it is given. Only the queries whose
        names are ``among`` those given are guessed, where any are.
        """
        words = [self._corrected(word, place) for place, word in enumerate(words_of(sentence))]
        mentions = self._lexicon.mentions(sentence, words)
        left = _blanked(sentence, mentions)
        today = today or datetime.now(UTC).date()
        mentions += figures(left, today)
        mentions.sort(key=lambda one: one.start)
        hidden = [one for one in mentions if not one.is_plain]
        rest = [word for word in words if not _is_within(word, hidden)]
        beside = set(kinds_beside(words, mentions))
        asked = {word: terms(word.spelling) for word in rest if word not in beside}
        question = _Asked(sentence, asked, tuple(mentions), today)
        guesses = [
            self._guess(one, question)
            for one in self._known.headers
            if among is None or one.query.name in among
        ]
        guesses = [one for one in guesses if (one.fit if one.values else one.score) >= _LEAST_SCORE]
        guesses.sort(key=lambda one: (-one.score, one.query.name))
        guesses = [one for one in guesses if one.score >= guesses[0].score - _MOST_BEHIND]
        named = [
            replace(word, is_little=not asked.get(word))
            for word in rest
            if not _is_within(word, mentions)
        ]
        unknown = [word.text for word in named if not self._known.has(terms(word.spelling))]
        return Understanding(
            sentence,
            tuple(guesses[:_GUESSES]),
            tuple(mentions),
            tuple(named),
            tuple(dict.fromkeys(unknown)),
        )

    def _corrected(self, word: Word, place: int) -> Word:
        is_name = place > 0 and word.text[0].isupper()
        found = [
            self._spelling.corrected(part, is_name=is_name) or part
            for part in word.spelling.split()
        ]
        spelling = " ".join(found)
        if spelling == word.spelling:
            return word
        return replace(word, spelling=spelling, corrected=spelling)

    def _guess(self, header: Header, question: "_Asked") -> Guess:
        query = header.query
        if by_pattern := header.text_in(question.sentence, question.mentions):
            parameter, text = by_pattern
            value = Value(parameter, Meaning("string", text, text), text)
            return Guess(query, 1 + _PATTERN, 1 + _PATTERN, (value,), ())
        values, unused = _fill(query, question.mentions)
        filled = {value.parameter.name for value in values}
        if header.asked_about - filled:
            return Guess(query, 0, 0, (), ())
        found = [term for some in question.words.values() for term in some]
        kinds = Counter(
            place_of(meaning.kind)
            for mention in question.mentions
            for meaning in _meant(mention, values)
        )
        fit = self._known.likeness(Counter(found) + kinds, header)
        fit += _WORDS * self._known.share(found, header)
        fit += _FILLED * len(values) - _MISSING * len(header.needed - filled)
        wanted = self._known.asked_for(found)
        if wanted and header.answer:
            fit += _ANSWER if wanted == header.answer else -_ANSWER
        score = fit - sum(
            _UNFILLED_NAME if one.meanings[0].kind in _NAMES else _UNFILLED for one in unused
        )
        values += _of_today(query, filled, question.today)
        left = [word.text for word, some in question.words.items() if not set(some) <= header.words]
        return Guess(
            *(query, round(score, 3), fit, tuple(values)),
            unused=tuple(dict.fromkeys((*(one.words for one in unused), *left))),
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question: its words that name nothing with their terms, what is named, and its day."""

    sentence: str
    words: Mapping[Word, list[str]]
    mentions: tuple[Mention, ...]
    today: date


def _of_today(query: StoredQuery, filled: Collection[str], today: date) -> list[Value]:
    """Return the values of the days of ``query`` of which the question says nothing: today's."""
    text = today.isoformat()
    return [
        Value(one, Meaning("date", text, text), "")
        for one in query.parameters
        if one.datatype == "date" and one.name not in filled
    ]


def _fill(query: StoredQuery, mentions: Sequence[Mention]) -> tuple[list[Value], list[Mention]]:
    """Return the values that ``mentions`` give the parameters, and the mentions that give none."""
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
        if not is_used and not mention.is_hint:
            unused.append(mention)
    return [values[one.name] for one in query.parameters if one.name in values], unused


def _places(query: StoredQuery, meaning: Meaning) -> list[Parameter]:
    """Return the parameters of ``query`` that ``meaning`` can be the value of."""
    if meaning.kind == "year" and not any(one.name == "year" for one in query.parameters):
        # A year alone is a period of one year.
        names: tuple[str, ...] = ("firstYear", "lastYear")
    else:
        names = (meaning.kind,)
    return [
        one
        for one in query.parameters
        if one.name in names
        or (one.kind == meaning.kind != "year")
        or (one.datatype == meaning.kind == "date")
    ]


def _meant(mention: Mention, values: Sequence[Value]) -> Sequence[Meaning]:
    """Return the meanings that a query uses; where it uses none, the first of what must be used."""
    used = [one for one in mention.meanings if any(value.meaning is one for value in values)]
    return used or (() if mention.is_hint else mention.meanings[:1])


def _blanked(sentence: str, mentions: Iterable[Mention]) -> str:
    """Return ``sentence`` with spaces where something is named."""
    for one in mentions:
        sentence = sentence[: one.start] + " " * (one.end - one.start) + sentence[one.end :]
    return sentence


def _is_within(word: Word, mentions: Iterable[Mention]) -> bool:
    return any(one.start < word.end and word.start < one.end for one in mentions)
