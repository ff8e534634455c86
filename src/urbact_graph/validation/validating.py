"""Validate a dataset with SHACL: load it and the shapes, run pySHACL, place what it finds.

What makes pySHACL slow are calls for single entities: a property shape below a node shape is
called once an entity, 60,000 times in all. So every rule has its own target, for then pySHACL
checks all the entities of a rule in one call (9 s became 5 s). The rest goes into the queries of
the targets, which rdflib evaluates: it joins patterns by how many variables they have, not by
how many triples they match, so that what tells two entities apart stands in a FILTER.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyshacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.errors import SourceError
from urbact_graph.sources import GraphSources
from urbact_graph.validation.loading import load_dataset
from urbact_graph.validation.report import DERIVED, Report, Result, Severity
from urbact_graph.validation.shapes import Rule, load_shapes, rules


def validate(dataset: Path, sources: GraphSources) -> Report:
    """Check the N-Triples file ``dataset`` against the shapes of ``sources``.

    Takes about 9 s for the whole graph on two cores. The data files are read again only to say
    in which one an entity stands.

    Raises:
        DatasetError: the dataset cannot be read.
        SourceError: a shape or a data file has a mistake, told with its place.

    """
    shapes = load_shapes(sources)
    graph = load_dataset(dataset)
    known = rules(shapes)
    found = check(graph, shapes)
    files = _files({str(found.value(node, SH.focusNode)) for node in _nodes(found)}, sources)
    results = [_result(found, node, known, files) for node in _nodes(found)]
    shown = [one for result in results for one in _with_values(result, graph, shapes)]
    return Report.of(shown, rules=len(known), triples=len(graph))


def check(graph: Graph, shapes: Graph) -> Graph:
    """Run pySHACL over ``graph`` and return its own report.

    Raises:
        SourceError: a shape is not well-formed.

    """
    try:
        _, found, text = pyshacl.validate(
            graph, shacl_graph=shapes, advanced=True, inplace=True, inference="none"
        )
    except ReportableRuntimeError as error:
        raise SourceError(_not_well_formed(error)) from None
    if not isinstance(found, Graph):
        raise SourceError(_not_well_formed(text))
    return found


def _not_well_formed(reason: object) -> str:
    return f"A shape in shapes/ is not well-formed SHACL: {reason}. Correct it there."


def _nodes(found: Graph) -> Iterator[Node]:
    """Return the results proper, without those of the shapes that a rule itself asks."""
    for report in found.subjects(RDF.type, SH.ValidationReport):
        yield from found.objects(report, SH.result)


def _result(found: Graph, node: Node, known: dict[URIRef, Rule], files: dict[str, str]) -> Result:
    facts = dict(found.predicate_objects(node))
    rule = known.get(URIRef(str(facts[SH.sourceShape]))) or _unnamed(facts)
    entity = URIRef(str(facts[SH.focusNode]))
    path, value = facts.get(SH.resultPath), facts.get(SH.value)
    return Result(
        severity=rule.severity,
        entity=entity,
        rule=rule.iri,
        title=rule.title,
        message=rule.message,
        path=path if isinstance(path, URIRef) else None,
        value=value if isinstance(value, URIRef | Literal) else None,
        component=URIRef(str(facts[SH.sourceConstraintComponent])),
        file=files.get(str(entity), DERIVED),
        remedy=rule.remedy,
    )


def _with_values(result: Result, graph: Graph, shapes: Graph) -> Iterator[Result]:
    """Yield ``result``, or where there are too many values one with each of them.

    SHACL reports such a fault without a value (sections 4.2.2 and 4.4.5), which says too little.
    """
    too_many = {SH.MaxCountConstraintComponent, SH.UniqueLangConstraintComponent}
    none_allowed = any(int(str(count)) == 0 for count in shapes.objects(result.rule, SH.maxCount))
    if result.component not in too_many or result.path is None or none_allowed:
        yield result
        return
    for value in graph.objects(result.entity, result.path):
        if isinstance(value, URIRef | Literal):
            yield replace(result, value=value)


def _unnamed(facts: dict[Node, Node]) -> Rule:
    """Make a rule of what pySHACL says, for a shape that states no severity of its own."""
    return Rule(
        iri=URIRef(str(facts[SH.sourceShape])),
        severity=Severity(str(facts[SH.resultSeverity]).removeprefix(str(SH))),
        title="",
        message=str(facts.get(SH.resultMessage, "")),
        remedy="",
    )


def _files(entities: set[str], sources: GraphSources) -> dict[str, str]:
    """Return the file that describes each entity, or else the first that names it."""
    if not entities:
        return {}
    describing: dict[str, str] = {}
    naming: dict[str, str] = {}
    for path in (*sources.data_files(), *sources.ontology_files()):
        name = sources.name(path)
        for triple in parse_turtle(sources.read(path), name):
            described = triple.subject.value  # type: ignore[union-attr]
            if described in entities:
                describing.setdefault(described, name)
            for term in (triple.predicate, triple.object):
                named = getattr(term, "value", "")
                if named in entities:
                    naming.setdefault(named, name)
    return naming | describing
