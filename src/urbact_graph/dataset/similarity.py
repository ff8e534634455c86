"""Similar networks and similar recommendations: by the words of their texts and by their themes.

The score of two is three parts the cosine similarity of their texts (``TermVectors``) and one part
the Jaccard similarity of their themes: how many both have, of those that one or the other has. It
lies between 0 and 1. The weights were chosen by reading the results: themes alone make all networks
on one theme equal, and texts alone link by chance words where they are short.
"""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest

from pyoxigraph import Literal, NamedNode, Store, Triple

from urbact_graph.dataset.term_vectors import TermVectors
from urbact_graph.rdf.builder import Statements
from urbact_graph.rdf.namespaces import RDF, expanded

_TEXT_WEIGHT, _THEME_WEIGHT = 0.75, 0.25
_DIGITS = 3
# So many are the most similar ones.
_MOST = 5
# A statement is shortened to so many characters in the label of a similarity.
_LABEL_WIDTH = 60


@dataclass(frozen=True)
class _Kind:
    """What is compared with its like: a class, and the beginning of its IRIs below the base.

    ``texts`` are the properties that have its texts, ``name`` the one that names it. The texts
    leave out the name of a network, which is often a play on words.
    """

    term: str
    beginning: str
    texts: tuple[str, ...]
    name: str


_KINDS = (
    _Kind(
        "urb:Network",
        "network/",
        ("dct:title", "dct:abstract", "urb:objective", "urb:targetGroup"),
        "skos:prefLabel",
    ),
    _Kind("urb:Recommendation", "recommendation/", ("urb:statement",), "urb:statement"),
)


@dataclass(frozen=True)
class Similarity:
    """How similar ``other`` is to ``one``: the score in (0, 1], and the rank from 1."""

    one: str
    other: str
    score: float
    rank: int


@dataclass(frozen=True)
class _Thing:
    """What a graph states of a network or recommendation; ``label`` is its shortened name."""

    text: str
    themes: frozenset[str]
    sources: tuple[str, ...]
    label: str


def similarities(store: Store, base: str) -> set[Triple]:
    """State of each network and recommendation in ``store`` the five most similar ones.

    ``base`` is that of the IRIs of the graph; what has none of the form that its class has by
    docs/model.md is left out. Equal graphs give equal triples on every machine.
    """
    statements = Statements(base)
    for kind in _KINDS:
        things = _read(store, statements, kind)
        texts = {iri: thing.text for iri, thing in things.items()}
        themes = {iri: thing.themes for iri, thing in things.items()}
        for found in most_similar(texts, themes):
            _state(statements, kind.beginning, found, things)
    return statements.triples


def most_similar(
    texts: Mapping[str, str], themes: Mapping[str, frozenset[str]]
) -> Iterator[Similarity]:
    """Yield for each key of ``texts`` the most similar others, the first by rank first.

    Equal scores are ranked by key. Texts are in English; both mappings have the same keys.
    """
    vectors = TermVectors(texts)
    holders: dict[str, set[str]] = {}
    for key, held in themes.items():
        for theme in held:
            holders.setdefault(theme, set()).add(key)
    for one in sorted(texts):
        cosines = vectors.cosines(one)
        scores: list[tuple[float, str]] = []
        for other in set(cosines).union(*(holders[theme] for theme in themes[one])) - {one}:
            text = _TEXT_WEIGHT * cosines.get(other, 0)
            score = round(text + _THEME_WEIGHT * _jaccard(themes[one], themes[other]), _DIGITS)
            if score > 0:
                scores.append((-score, other))
        for rank, (negative, other) in enumerate(nsmallest(_MOST, scores), start=1):
            yield Similarity(one, other, -negative, rank)


def _jaccard(some: frozenset[str], others: frozenset[str]) -> float:
    """Return the Jaccard similarity of two sets, 0 where both are empty."""
    both = len(some & others)
    return both / (len(some) + len(others) - both) if both else 0


def _read(store: Store, statements: Statements, kind: _Kind) -> dict[str, _Thing]:
    """Return the instances of ``kind`` by IRI."""

    def values(iri: str, *names: str) -> Iterable[object]:
        for name in names:
            link = NamedNode(expanded(name, statements.prefixes))
            found = store.quads_for_pattern(NamedNode(iri), link, None)
            yield from sorted((quad.object for quad in found), key=str)

    term = NamedNode(expanded(kind.term, statements.prefixes))
    subjects = (quad.subject for quad in store.quads_for_pattern(None, NamedNode(RDF.type), term))
    iris = {subject.value for subject in subjects if isinstance(subject, NamedNode)}
    return {
        iri: _Thing(
            " ".join(_texts(values(iri, *kind.texts))),
            frozenset(_iris(values(iri, "urb:theme"))),
            tuple(_iris(values(iri, "dct:source"))),
            textwrap.shorten(
                next(_texts(values(iri, kind.name)), iri), _LABEL_WIDTH, placeholder=" …"
            ),
        )
        for iri in iris
        if iri.startswith(statements.base + kind.beginning)
    }


def _texts(values: Iterable[object]) -> Iterator[str]:
    return (value.value for value in values if isinstance(value, Literal))


def _iris(values: Iterable[object]) -> Iterator[str]:
    return (value.value for value in values if isinstance(value, NamedNode))


def _state(
    statements: Statements, beginning: str, found: Similarity, things: Mapping[str, _Thing]
) -> None:
    start = len(statements.base + beginning)
    path = f"similarity/{beginning}{found.one[start:]}/{found.other[start:]}"
    one, other = things[found.one], things[found.other]
    statements.about(found.one).link("urb:similarTo", found.other)
    node = statements.about(statements.node(path)).type("urb:Similarity")
    node.link("urb:similarityOf", found.one).link("urb:similarityTo", found.other)
    node.number("urb:score", found.score).number("urb:rank", found.rank)
    node.link("dct:source", *one.sources, *other.sources)
    label = f"Similarity of “{one.label}” to “{other.label}”"
    node.text("rdfs:label", label, language="en")
