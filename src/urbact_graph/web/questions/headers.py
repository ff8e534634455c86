"""The words of the stored queries' headers, and how well a question fits each of them."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from urbact_graph.names import KINDS
from urbact_graph.spelling import folded
from urbact_graph.stored.query import Parameter, StoredQuery
from urbact_graph.web.questions.meanings import Mention
from urbact_graph.web.questions.vocabulary import terms

# What the parts of a header weigh beside a phrase.
_TITLE, _QUESTION = 0.8, 0.9
# What a word weighs that no query has: it says that something else may be meant.
_UNKNOWN = 1.5
# What a value weighs among the words.
OF_VALUE = 1.4
# Words that say what kind of thing is asked for weigh more than others that are as frequent.
_OF_NOUN = 1.3
_NOUNS = frozenset(
    terms(
        "network city plan recommendation call country expert programme region partner theme kind "
        "year who when where"
    )
)
# The kinds of what a query is about; of other kinds its default serves as well.
_ASKED_ABOUT = frozenset(("city", "network", "theme", "call"))
# The noun of what is asked for stands among so many words at the beginning of a question.
_FIRST = 2
_PLACE = re.compile(r"\{(\w+)\}")


def place_of(kind: str) -> str:
    """Return what stands among the words for a value of ``kind``."""
    return f"{{{kind}}}"


class Header:
    """The words of the header of ``query``; ``needed`` are the parameters that need a value."""

    def __init__(self, query: StoredQuery) -> None:
        self.query = query
        kinds = {one.name: one.kind or one.datatype for one in query.parameters}
        self.texts: list[tuple[float, Counter[str]]] = [
            (_TITLE, Counter(terms(query.title))),
            (_QUESTION, Counter(terms(query.question))),
        ]
        self._patterns: list[tuple[re.Pattern[str], Parameter]] = []
        self.spelt = {*folded(f"{query.title} {query.question}").split()}
        for phrase in query.phrases:
            names = _PLACE.findall(phrase)
            bare = _PLACE.sub(" ", phrase)
            self.spelt |= {*folded(bare).split()}
            places = Counter(place_of(_kind(name, kinds[name])) for name in names)
            self.texts.append((1.0, Counter(terms(bare)) + places))
            if len(names) == 1 and kinds[names[0]] == "string":
                before, after = (re.escape(part).replace(r"\ ", r"\s+") for part in _split(phrase))
                parameter = next(one for one in query.parameters if one.name == names[0])
                pattern = re.compile(rf"{before}(.+?){after}\s*[?.!]*$", re.IGNORECASE)
                self._patterns.append((pattern, parameter))
        self.main = {word for _, text in self.texts for word in text}
        # What the rows of the answer are about: the first noun of the first column.
        meanings = [term for one in query.columns[:1] for term in terms(one.meaning)]
        self.answer = next((term for term in meanings if term in _NOUNS), "")
        columns = " ".join(one.meaning for one in query.columns)
        self.words = {*terms(columns), *terms(query.name.replace("-", " ")), *self.main}
        # Without these a query asks about something that the question does not name.
        self.asked_about = {
            one.name
            for one in query.parameters
            if one.default is not None and (one.kind in _ASKED_ABOUT or one.datatype == "string")
        }
        self.needed = {
            one.name
            for one in query.parameters
            if one.default is not None
            and (one.kind in KINDS or one.datatype in ("string", "decimal"))
        }

    def text_in(self, sentence: str, mentions: Sequence[Mention]) -> tuple[Parameter, str] | None:
        """Return the text that ``sentence`` has where a phrase has it, and its parameter.

        A code is no other text.
        """
        for pattern, parameter in self._patterns:
            match = pattern.search(sentence)
            if match:
                text = match[1].strip(
                    " '\"\N{LEFT DOUBLE QUOTATION MARK}"
                    "\N{RIGHT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}"
                    "\N{RIGHT SINGLE QUOTATION MARK}"
                )
                codes = [one.words for one in mentions if one.meanings[0].kind == "code"]
                if parameter.name == "code" or text not in codes:
                    return parameter, text
        return None


class Words:
    """The headers of ``queries``, and how rare each of their words is."""

    def __init__(self, queries: Iterable[StoredQuery]) -> None:
        self.headers = [Header(query) for query in queries]
        self.spelt = {word for one in self.headers for word in one.spelt}
        counts = Counter(word for one in self.headers for word in one.words)
        total = len(self.headers)
        self._rarity = {
            word: math.log(1 + total / count) * (_OF_NOUN if word in _NOUNS else 1)
            for word, count in counts.items()
        }
        self._lengths = {
            id(text): self._length(text) for one in self.headers for _, text in one.texts
        }

    def has(self, found: Iterable[str]) -> bool:
        """Tell whether each of the terms ``found`` stands in some header."""
        return all(term in self._rarity for term in found)

    def asked_for(self, found: Sequence[str]) -> str:
        """Return the kind of thing that the terms ``found`` ask for, by the first; empty if none.

        "Which countries have the most cities" asks for countries.
        """
        return next((term for term in found[:_FIRST] if term in _NOUNS), "")

    def likeness(self, asked: Counter[str], header: Header) -> float:
        """Return how like the most similar part of ``header`` is: at most 1.

        That is the cosine of two texts, each word weighted by its rarity.
        """
        length = self._length(asked)
        best = 0.0
        for weight, text in header.texts:
            shared = sum(
                self._weight(word) ** 2 * min(count, text[word])
                for word, count in asked.items()
                if word in text
            )
            best = max(best, weight * shared / (length * self._lengths[id(text)] or 1))
        return best

    def share(self, found: Iterable[str], header: Header) -> float:
        """Return the share of the words ``found``, by their weight, that ``header`` has."""
        words = set(found)
        total = sum(self._weight(word) for word in words)
        shared = sum(self._weight(word) for word in words & header.words)
        return shared / total if total else 0.0

    def _length(self, text: Counter[str]) -> float:
        return math.sqrt(sum(self._weight(word) ** 2 * count for word, count in text.items()))

    def _weight(self, word: str) -> float:
        return OF_VALUE if word.startswith("{") else self._rarity.get(word, _UNKNOWN)


def _kind(name: str, kind: str) -> str:
    return kind if kind in KINDS or kind == "date" else name


def _split(phrase: str) -> tuple[str, str]:
    before, _, rest = phrase.partition("{")
    return before, rest.partition("}")[2]
