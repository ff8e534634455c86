"""The shapes: loaded, each query in them checked, and what a curator is told about each rule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store, Triple
from rdflib import SH, Graph, URIRef

from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.errors import SourceError
from urbact_graph.sources import GraphSources
from urbact_graph.rdf.sparql import mistake
from urbact_graph.validation.loading import memory_graph
from urbact_graph.validation.report import Severity


@dataclass(frozen=True)
class Rule:
    """What a shape says to a curator."""

    iri: URIRef
    severity: Severity
    title: str
    message: str
    remedy: str


def load_shapes(sources: GraphSources) -> Graph:
    """Load all shape files of ``sources`` into one graph.

    Raises:
        SourceError: a file is not Turtle, has a blank node, or holds a query that is not SPARQL.

    """
    return load_files(sources.shape_files(), sources)


def load_files(paths: Iterable[Path], sources: GraphSources) -> Graph:
    """Load the shape files ``paths`` into one graph; errors are those of ``load_shapes``."""
    names = {sources.name(path): path for path in paths}
    parsed = {name: list(parse_turtle(sources.read(path), name)) for name, path in names.items()}
    graph = memory_graph(triple for triples in parsed.values() for triple in triples)
    prologue = _prologue(graph)
    for name, triples in parsed.items():
        _check_queries(triples, name, prologue)
    return graph


def rules(shapes: Graph) -> dict[URIRef, Rule]:
    """Return the rules, that is the shapes that have a severity, by IRI."""
    return {rule.iri: rule for rule in _rules(shapes)}


def _rules(shapes: Graph) -> Iterator[Rule]:
    remedies = {
        shape: text
        for shape, predicate, text in shapes.triples((None, None, None))
        if str(predicate).endswith("#remedy")
    }
    for shape, severity in shapes.subject_objects(SH.severity):
        if isinstance(shape, URIRef):
            yield Rule(
                shape,
                _severity(shape, str(severity)),
                str(shapes.value(shape, SH.name) or ""),
                str(shapes.value(shape, SH.message) or ""),
                str(remedies.get(shape, "")),
            )


def _severity(shape: URIRef, severity: str) -> Severity:
    try:
        return Severity(severity.removeprefix(str(SH)))
    except ValueError:
        raise SourceError(
            f"The shape {shape} has the severity {severity}; give it sh:Violation, sh:Warning or "
            "sh:Info."
        ) from None


def _prologue(graph: Graph) -> str:
    """Return the declared prefixes as SPARQL has them."""
    declared = sorted(
        (str(prefix), str(graph.value(node, SH.namespace)))
        for node, prefix in graph.subject_objects(SH.prefix)
    )
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in declared)


def _check_queries(triples: Iterable[Triple], name: str, prologue: str) -> None:
    empty = Store()
    for triple in triples:
        if triple.predicate.value != str(SH.select):
            continue
        try:
            query = prologue + str(triple.object.value)  # type: ignore[union-attr]
            empty.query(query)
        except SyntaxError as error:
            wrong = mistake(query, error)
            raise SourceError(
                f"{name}: the query of {triple.subject}, behind its prefixes: {wrong.sentence} "
                "Correct it there."
            ) from None
