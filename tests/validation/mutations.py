"""Plant mistakes of many kinds in a graph, the same ones for the same seed."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.namespaces import RDF, XSD
from urbact_graph.rdf.terms import Term, typed

Change = Callable[["Graph", Triple], None]

# Put in the place of any value, whatever the property wants. Two are left out: pySHACL cannot
# compare NaN with a number (sh:lessThan) and ends with an error of the decimal module, and rdflib
# writes INF as "inf".
VALUES: dict[str, Term] = {
    "empty text": Literal(""),
    "text": Literal("seven"),
    "text of digits": Literal("7"),
    "text of a decimal": Literal("47.5"),
    "text of a year": Literal("2023"),
    "text of a day": Literal("2023-06-01"),
    "text in German": Literal("sieben", language="de"),
    "text in English": Literal("seven", language="en"),
    "digits in English": Literal("7", language="en"),
    "text in a language of its own": Literal("siete", language="x-own"),
    "text of several lines": Literal('one "quoted"\n\ttwo \\ three'),
    "integer": typed("7", XSD.integer),
    "zero": typed("0", XSD.integer),
    "negative integer": typed("-7", XSD.integer),
    "huge integer": typed("9" * 30, XSD.integer),
    "padded integer": typed("007", XSD.integer),
    "signed integer": typed("+7", XSD.integer),
    "ill-typed integer": typed("seven", XSD.integer),
    "decimal": typed("47.50", XSD.decimal),
    "decimal far away": typed("-100.5", XSD.decimal),
    "ill-typed decimal": typed("4,5", XSD.decimal),
    "double": typed("4.75E1", XSD.double),
    "float": typed("47.5", XSD.float),
    "int": typed("7", XSD.int),
    "nonNegativeInteger": typed("7", XSD.nonNegativeInteger),
    "boolean": typed("true", XSD.boolean),
    "boolean as a digit": typed("1", XSD.boolean),
    "day": typed("2023-06-01", XSD.date),
    "early day": typed("1999-01-01", XSD.date),
    "late day": typed("2099-12-31", XSD.date),
    "day with a time zone": typed("2023-06-01+02:00", XSD.date),
    "day that is none": typed("2023-06-31", XSD.date),
    "day too short": typed("2023-06", XSD.date),
    "month": typed("2023-06", XSD.gYearMonth),
    "month that is none": typed("2023-13", XSD.gYearMonth),
    "year": typed("2023", XSD.gYear),
    "early year": typed("1999", XSD.gYear),
    "late year": typed("2099", XSD.gYear),
    "ill-typed year": typed("MMXX", XSD.gYear),
    "moment": typed("2023-06-01T12:00:00Z", XSD.dateTime),
    "moment without a time zone": typed("2023-06-01T12:00:00", XSD.dateTime),
    "duration": typed("P1Y", XSD.duration),
    "anyURI": typed("https://example.org/", XSD.anyURI),
    "datatype of its own": typed("7", "https://example.org/datatype"),
    "unknown IRI": NamedNode("https://example.org/unknown"),
    "IRI that is no address": NamedNode("urn:example:unknown"),
}


@dataclass
class Graph:
    """The triples to change, by subject, and where the new ones come from."""

    triples: list[Triple]
    random: random.Random

    def __post_init__(self) -> None:
        self.kept = set(self.triples)
        self._about: dict[str, list[Triple]] = {}
        self._values: dict[str, list[Term]] = {}
        for triple in self.triples:
            self._about.setdefault(str(triple.subject), []).append(triple)
            self._values.setdefault(triple.predicate.value, []).append(triple.object)  # type: ignore[arg-type]

    def about(self, triple: Triple) -> list[Triple]:
        """Return what the graph says of the subject of ``triple``."""
        return self._about[str(triple.subject)]

    def replace(self, triple: Triple, value: Term) -> None:
        self.kept.discard(triple)
        self.kept.add(Triple(triple.subject, triple.predicate, value))

    def other_value(self, triple: Triple) -> Term:
        """Return the value that another subject has for the property of ``triple``."""
        return self.random.choice(self._values[triple.predicate.value])


def _remove(graph: Graph, triple: Triple) -> None:
    graph.kept.discard(triple)


def _remove_all(graph: Graph, triple: Triple) -> None:
    graph.kept.difference_update(
        [each for each in graph.about(triple) if each.predicate == triple.predicate]
    )


def _remove_types(graph: Graph, triple: Triple) -> None:
    graph.kept.difference_update(
        [each for each in graph.about(triple) if each.predicate.value == RDF.type]
    )


def _exchange(graph: Graph, triple: Triple) -> None:
    graph.replace(triple, graph.other_value(triple))


def _repeat(graph: Graph, triple: Triple) -> None:
    graph.kept.add(Triple(triple.subject, triple.predicate, graph.other_value(triple)))


def _entity_of_any_class(graph: Graph, triple: Triple) -> None:
    subject = graph.random.choice(graph.triples).subject
    graph.replace(triple, subject)  # type: ignore[arg-type]


def _itself(graph: Graph, triple: Triple) -> None:
    graph.replace(triple, triple.subject)  # type: ignore[arg-type]


def _as_text(graph: Graph, triple: Triple) -> None:
    graph.replace(triple, Literal(_text(triple)))


def _as_german(graph: Graph, triple: Triple) -> None:
    graph.replace(triple, Literal(_text(triple), language="de"))


def _as_integer(graph: Graph, triple: Triple) -> None:
    graph.replace(triple, typed(_text(triple), XSD.integer))


def _as_iri(graph: Graph, triple: Triple) -> None:
    kept = "".join(letter for letter in _text(triple) if letter.isalnum())
    graph.replace(triple, NamedNode(f"https://example.org/{kept}"))


def _in_capitals(graph: Graph, triple: Triple) -> None:
    value = triple.object
    if isinstance(value, Literal):
        graph.replace(triple, _like(value, value.value.upper()))
    else:
        graph.replace(triple, NamedNode(_text(triple) + "/X"))


def _with_space(graph: Graph, triple: Triple) -> None:
    # Not around numbers and dates: rdflib strips it, and so takes what is ill-typed for well-typed.
    value = triple.object
    if isinstance(value, Literal) and value.datatype.value in (XSD.string, RDF.langString):
        graph.replace(triple, _like(value, f" {value.value} "))


def _rename(graph: Graph, triple: Triple) -> None:
    _copy(graph, triple)
    graph.kept.difference_update(graph.about(triple))


def _copy(graph: Graph, triple: Triple) -> None:
    name = NamedNode(f"{triple.subject.value}X")  # type: ignore[union-attr]
    graph.kept |= {Triple(name, each.predicate, each.object) for each in graph.about(triple)}


def _copy_elsewhere(graph: Graph, triple: Triple) -> None:
    name = NamedNode(f"https://example.org/{graph.random.randrange(10**9)}")
    graph.kept |= {Triple(name, each.predicate, each.object) for each in graph.about(triple)}


def _text(triple: Triple) -> str:
    return triple.object.value  # type: ignore[union-attr]


def _like(literal: Literal, text: str) -> Literal:
    if literal.language:
        return Literal(text, language=literal.language)
    return Literal(text, datatype=literal.datatype)


CHANGES: dict[str, Change] = {
    "removed": _remove,
    "all values removed": _remove_all,
    "types removed": _remove_types,
    "value of another subject": _exchange,
    "second value": _repeat,
    "entity of any class": _entity_of_any_class,
    "subject itself": _itself,
    "as text": _as_text,
    "in German": _as_german,
    "as an integer": _as_integer,
    "as an IRI": _as_iri,
    "in capitals": _in_capitals,
    "with space around": _with_space,
    "subject renamed": _rename,
    "subject copied": _copy,
    "subject copied elsewhere": _copy_elsewhere,
}


def with_mistakes(
    triples: Iterable[Triple], properties: set[str], seed: int, each: int = 1
) -> list[Triple]:
    """Return ``triples`` with ``each`` mistakes of every kind in each of ``properties``.

    A mistake changes a statement of the property or the entity that it is about; of a property
    with few statements, some are changed several times.
    """
    ordered = sorted(set(triples), key=str)
    graph = Graph(ordered, random.Random(seed))
    by_property: dict[str, list[Triple]] = {}
    for triple in ordered:
        by_property.setdefault(triple.predicate.value, []).append(triple)
    for name in sorted(properties & set(by_property)):
        for change in CHANGES.values():
            for triple in graph.random.choices(by_property[name], k=each):
                change(graph, triple)
        for value in VALUES.values():
            for triple in graph.random.choices(by_property[name], k=each):
                graph.replace(triple, value)
    return sorted(graph.kept, key=str)
