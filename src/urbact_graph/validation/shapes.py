"""Load the SHACL shapes, check that they are understood, and read what each rule says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat, Triple

from urbact_graph.errors import SourceError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH, urb
from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.rdf.reading import parse_lines, without_mark
from urbact_graph.sources import GraphSources
from urbact_graph.validation.report import Severity
from urbact_graph.validation.vocabulary import CONSTRAINTS, Terms
from urbact_graph.validation.well_formed import Fault, faults, is_deactivated, is_targeted


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
        SourceError: a file is not Turtle or has a blank node; or a shape uses a term that there is
            not, or is not well-formed. The message has file, line and shape.
    """
    return load_files(sources.shape_files(), sources)


def load_files(paths: Iterable[Path], sources: GraphSources) -> list[Triple]:
    """Load the shape files ``paths``; raises the errors of ``load_shapes``."""
    contents = {sources.name(path): sources.read(path) for path in paths}
    files = {name: list(parse_turtle(content, name)) for name, content in contents.items()}
    triples = [triple for file in files.values() for triple in file]
    terms = Terms(_ontology(sources), sources.base)
    wrong = list(faults(triples, terms))
    if wrong:
        raise _mistake(wrong, contents, terms)
    return triples


def _ontology(sources: GraphSources) -> list[Triple]:
    return [
        triple
        for path in sources.ontology_files()
        for triple in parse_turtle(sources.read(path), sources.name(path))
    ]


def _mistake(wrong: Sequence[Fault], contents: Mapping[str, bytes], terms: Terms) -> SourceError:
    """Make the error of the first fault, with its place; the others are counted."""
    first = wrong[0]
    places = (
        f"{name}, line {line}"
        for name, content in contents.items()
        for line, quad in parse_lines(without_mark(content), RdfFormat.TURTLE)
        if quad.triple == first.triple
    )
    more = len({(fault.shape, fault.reason) for fault in wrong}) - 1
    plural = "s" if more > 1 else ""
    rest = f" ({more} more such mistake{plural} in the shapes.)" if more else ""
    return SourceError(f"{next(places)}: {terms.short(first.shape)} {first.reason}.{rest}")


def rules(shapes: Iterable[Triple], base: str) -> dict[str, Rule]:
    """Return the rules by IRI: the shapes that constrain what a target selects.

    They are those with a target or a stated severity, and the property shapes in them. Without a
    severity it is sh:Violation (SHACL, section 2.1.4). A shape that only holds property shapes, or
    is deactivated, is no rule. ``base`` is that of the vocabulary's IRIs, where ``urb:remedy``
    stands.

    Raises:
        SourceError: a severity is none that SHACL knows.
    """
    graph = IndexedGraph(shapes)
    return {
        shape: Rule(
            iri=shape,
            severity=_severity(shape, graph),
            title=graph.text(shape, SH.name),
            message=graph.text(shape, SH.message),
            remedy=graph.text(shape, urb(base).remedy),
        )
        for shape in sorted(_checked(graph))
        if _is_rule(shape, graph)
    }


def _checked(graph: IndexedGraph) -> set[str]:
    """Return the shapes with a target, and the property shapes in them at any depth."""
    waiting = [shape for shape in graph.subjects() if is_targeted(shape, graph)]
    found: set[str] = set()
    while waiting:
        shape = waiting.pop()
        if shape not in found and not is_deactivated(shape, graph):
            found.add(shape)
            waiting += graph.iris(shape, SH.property)
    return found | {shape for shape in graph.subjects() if graph.iris(shape, SH.severity)}


def _is_rule(shape: str, graph: IndexedGraph) -> bool:
    names = {name for name, _ in graph.properties(shape)}
    only_holds = names & CONSTRAINTS == {SH.property} and SH.severity not in names
    return not only_holds and not is_deactivated(shape, graph)


def _severity(shape: str, graph: IndexedGraph) -> Severity:
    severity = next(iter(graph.iris(shape, SH.severity)), Severity.VIOLATION.iri)
    try:
        return Severity(severity.removeprefix(str(SH)))
    except ValueError:
        raise SourceError(
            f"The shape {shape} has the severity {severity}; give it sh:Violation, sh:Warning or "
            "sh:Info."
        ) from None
