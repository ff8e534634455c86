"""What a question was understood as, as its page and JSON show it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import NamedNode

from urbact_graph.names import KINDS, Names
from urbact_graph.problems import ProblemError
from urbact_graph.stored.query import StoredQuery
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.questions.meanings import Meaning, Mention
from urbact_graph.web.questions.understanding import Guess, Understanding
from urbact_graph.web.stored.answering import address
from urbact_graph.web.stored.asked import Asked
from urbact_graph.web.stored.form import label_of, shown_value
from urbact_graph.web.stored.library import Library
from urbact_graph.web.stored.page import answer_of_page

# Questions that show what can be asked.
EXAMPLES = (
    "Which cities did Mailand work with on food?",
    "Who was in the network BioCanteens?",
    "Portuguese cities that worked on urban renewal since 2015",
    "What should cities do about waste?",
)
EMPTY = "There is no question yet. Write one about a city, a network, a theme or a programme."
NOTHING = (
    "No stored query fits these words. Name a city, a network, a theme, a country or a programme, "
    "and say what you want to know of it."
)
# The rows that the page of a question shows; the page of the query has the others.
_ROWS = 25
# The kinds of things that have pages.
_WITH_PAGES = frozenset(("city", "network", "theme", "programme", "call", "person"))


@dataclass(frozen=True)
class Part:
    """Words of a question, and what was made of them for the first guess.

    ``role`` is "value" where they fill a parameter, "word" where its query has them, "little" where
    they say nothing of what is asked, "unused" where the query does not use them, and "unknown".
    ``meaning`` says it in words, ``path`` is the page of what is meant.
    """

    text: str
    role: str
    meaning: str = ""
    path: str = ""


@dataclass(frozen=True)
class ShownGuess:
    """A guess as it is shown; ``given`` are its values as people write them.

    ``assumed`` are those that the query has by default, of which the question says nothing.
    """

    query: StoredQuery
    score: float
    given: Mapping[str, str]
    assumed: Mapping[str, str]
    unused: tuple[str, ...]

    @property
    def path(self) -> str:
        """The path of the answer on this instance."""
        return address(self.query, self.given)

    @property
    def values(self) -> list[str]:
        """The values as a title has them: the names of things, and numbers with what they are."""
        kinds = {one.name: one.kind for one in self.query.parameters}
        return [
            text if kinds[name] in KINDS else f"{label_of(name).lower()} {text}"
            for name, text in self.given.items()
        ]

    @property
    def wider(self) -> list[tuple[str, str]]:
        """The paths of the answers that leave out one value each, after that value."""
        optional = {one.name for one in self.query.parameters if one.default is None}
        return [
            (text, address(self.query, {n: t for n, t in self.given.items() if n != name}))
            for name, text in self.given.items()
            if name in optional
        ]

    @property
    def defaults(self) -> list[tuple[str, str]]:
        """The label and the value of each parameter of which the question says nothing."""
        return [(label_of(name).lower(), text) for name, text in self.assumed.items()]


def guesses(found: Understanding, names: Names) -> list[ShownGuess]:
    """Return the guesses as they are shown, the best first.

    Raises:
        ProblemError: as the engine raises it.
    """
    return [
        ShownGuess(
            one.query,
            one.score,
            {value.parameter.name: _written(value.meaning, names) for value in one.values},
            _assumed(one, names),
            one.unused,
        )
        for one in found.guesses
    ]


def as_json(found: Understanding, shown: list[ShownGuess], root: str) -> dict[str, Any]:
    """Return the understanding as JSON has it; ``root`` is the address of the instance."""
    return {
        "question": found.sentence,
        "understood": [_meanings(one) for one in found.mentions],
        "unknown": list(found.unknown),
        "guesses": [
            {
                "query": one.query.name,
                "title": one.query.title,
                "question": one.query.question,
                "score": one.score,
                "values": dict(one.given),
                "assumed": dict(one.assumed),
                "unused": list(one.unused),
                "address": f"{root}/{one.path}",
            }
            for one in shown
        ],
        "note": note_of(found),
    }


def note_of(found: Understanding) -> str:
    """Return the sentence for a question that means nothing; empty for any other."""
    if found.guesses:
        return ""
    return NOTHING if found.sentence else EMPTY


def parts(found: Understanding, atlas: Atlas) -> Iterator[Part]:
    """Yield the words of the question in their order, with what each means."""
    first = found.guesses[0] if found.guesses else None
    unused = set(first.unused) if first else set()
    pieces: list[tuple[int, Part]] = []
    for word in found.words:
        text = found.sentence[word.start : word.end]
        read = f"read as {word.corrected}" if word.corrected else ""
        if word.text in found.unknown:
            pieces.append((word.start, Part(text, "unknown", "not understood")))
        elif word.is_little:
            pieces.append((word.start, Part(text, "little")))
        elif word.text in unused or first is None:
            pieces.append((word.start, Part(text, "unused", read or "not used")))
        else:
            pieces.append((word.start, Part(text, "word", read)))
    pieces += [(one.start, _part(one, first, atlas)) for one in found.mentions]
    yield from (part for _, part in sorted(pieces, key=lambda piece: piece[0]))


def first_answer(guess: ShownGuess, library: Library, base: str) -> dict[str, Any]:
    """Return what the page shows of the first guess: its answer, or the problem in its way."""
    values = {name: [text] for name, text in guess.given.items()}
    try:
        asked = Asked.of(guess.query, values, library.names, base)
        limit = _ROWS if guess.query.form == "SELECT" else None
        return {**answer_of_page(replace(asked, limit=limit), library), "query": guess.query}
    except ProblemError as error:
        return {"problem": error.detail, "query": guess.query}


def _written(meaning: Meaning, names: Names) -> str:
    """Return the value as people write it: a thing by its name, where this names nothing else."""
    if not meaning.iri or meaning.kind not in KINDS:
        return meaning.text
    return shown_value(NamedNode(meaning.iri), meaning.kind, names) or meaning.text


def _assumed(guess: Guess, names: Names) -> dict[str, str]:
    filled = {value.parameter.name for value in guess.values}
    return {
        one.name: shown_value(one.default, one.kind or one.datatype, names)
        for one in guess.query.parameters
        if one.default is not None and one.name not in filled
    }


def _meanings(mention: Mention) -> dict[str, Any]:
    return {
        "words": mention.words,
        "start": mention.start,
        "end": mention.end,
        "meanings": [
            {
                "kind": one.kind,
                "value": one.text,
                "label": one.label,
                **({"iri": one.iri} if one.iri else {}),
            }
            for one in mention.meanings
        ],
        "note": mention.note,
    }


def _part(mention: Mention, first: Guess | None, atlas: Atlas) -> Part:
    values = first.values if first else ()
    used = [one for one in values if one.meaning in mention.meanings]
    if not used:
        if mention.is_hint:
            return Part(mention.words, "word", mention.note)
        meant = mention.meanings if mention.is_joint else mention.meanings[:1]
        named = ", ".join(f"{_noun(one.kind)} {one.label}" for one in meant)
        return Part(mention.words, "unused", f"{named}, not used", _path(meant[0], atlas))
    texts = [f"{_noun(one.meaning.kind)} {one.meaning.label}" for one in used]
    return Part(mention.words, "value", ", ".join(texts), _path(used[0].meaning, atlas))


def _noun(kind: str) -> str:
    return KINDS[kind][0] if kind in KINDS else label_of(kind).lower()


def _path(meaning: Meaning, atlas: Atlas) -> str:
    if meaning.kind in _WITH_PAGES:
        return f"{meaning.text}.html"
    if meaning.kind == "country":
        return next((one.path for one in atlas.countries.values() if one.iri == meaning.iri), "")
    return ""
