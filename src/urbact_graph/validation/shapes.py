"""Load the SHACL shapes, check each query in them, and read what each rule says to a curator."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import QuerySolutions, Store, Triple

from urbact_graph.errors import SourceError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH, urb
from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.rdf.sparql import mistake
from urbact_graph.sources import GraphSources
from urbact_graph.validation.report import Severity


@dataclass(frozen=True)
class Rule:
    """What a shape says to a curator; ``iri`` is the shape's."""

    iri: str
    severity: Severity
    title: str
    message: str
    remedy: str


def load_shapes(sources: GraphSources) -> list[Triple]:
    """Load all shape files of ``sources``.

    Raises:
        SourceError: a file is not Turtle, has a blank node, or holds a query that is not SPARQL or
            a target query that does not select ?this.
    """
    return load_files(sources.shape_files(), sources)


def load_files(paths: Iterable[Path], sources: GraphSources) -> list[Triple]:
    """Load the shape files ``paths``; raises the errors of ``load_shapes``."""
    names = {sources.name(path): path for path in paths}
    files = {name: list(parse_turtle(sources.read(path), name)) for name, path in names.items()}
    triples = [triple for file in files.values() for triple in file]
    graph = IndexedGraph(triples)
    for name, file in files.items():
        for node in sorted({t.subject.value for t in file if t.predicate.value == SH.select}):  # type: ignore[union-attr]
            _check_query(node, graph, name)
    return triples


def rules(shapes: Iterable[Triple], base: str) -> dict[str, Rule]:
    """Return the rules, which are the shapes that have a severity, by IRI.

    ``base`` is that of the vocabulary's IRIs, where ``urb:remedy`` stands.

    Raises:
        SourceError: a severity is none that SHACL knows.
    """
    graph = IndexedGraph(shapes)
    return {
        shape: Rule(
            iri=shape,
            severity=_severity(shape, severities[0]),
            title=graph.text(shape, SH.name),
            message=graph.text(shape, SH.message),
            remedy=graph.text(shape, urb(base).remedy),
        )
        for shape in graph.subjects()
        if (severities := graph.iris(shape, SH.severity))
    }


def query_text(node: str, shapes: IndexedGraph) -> str:
    """Return the query of ``node``, a SPARQL-based target or constraint, with its prefixes.

    The prefixes are those that the ontologies named by sh:prefixes declare (SHACL, section 5.2.1).
    They stand on the first line, so that an error has the line that the file's reader counts.
    """
    declarations = (
        declaration
        for ontology in shapes.iris(node, SH.prefixes)
        for declaration in shapes.iris(ontology, SH.declare)
    )
    declared = sorted(
        (shapes.text(each, SH.prefix), shapes.text(each, SH.namespace)) for each in declarations
    )
    prologue = "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in declared)
    return prologue + shapes.text(node, SH.select)


def _check_query(node: str, shapes: IndexedGraph, name: str) -> None:
    query = query_text(node, shapes)
    try:
        results = Store().query(query)
    except SyntaxError as error:
        raise SourceError(
            f"{name}: the query of {node} is not SPARQL. {mistake(query, error).sentence} Line 1 "
            "begins with the prefixes that sh:prefixes declares. Correct the query in this file."
        ) from None
    variables = results.variables if isinstance(results, QuerySolutions) else []
    if shapes.linking(node, SH.target) and "this" not in (each.value for each in variables):
        raise SourceError(
            f"{name}: the target {node} does not select ?this; write a query that begins with "
            "SELECT ?this."
        )


def _severity(shape: str, severity: str) -> Severity:
    try:
        return Severity(severity.removeprefix(str(SH)))
    except ValueError:
        raise SourceError(
            f"The shape {shape} has the severity {severity}; give it sh:Violation, sh:Warning or "
            "sh:Info."
        ) from None
