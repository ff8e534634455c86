"""Find the nodes that may break a rule with pyoxigraph, so that pySHACL checks no others.

pySHACL looks at one focus node after the other, which took most of a validation. Where the
constraints of a shape can be written as SPARQL, a query selects the nodes that may break one of
them, and the shape gets these as its targets. pySHACL alone decides what is a result: a node too
many costs time only. So a condition that the two could see differently selects the node: errors,
numbers and dates in other than their plainest forms, literals that rdflib writes in another way.
A shape that cannot be written so keeps its targets.
"""

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store, Triple

from urbact_graph.errors import SourceError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import RDF, RDFS, SH, XSD
from urbact_graph.rdf.terms import Term
from urbact_graph.validation.core_constraints import FOCUS, ConstraintReader
from urbact_graph.validation.targets import at_once
from urbact_graph.validation.well_formed import is_class, is_targeted

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_TEXTS = f"<{XSD.string}>, <{RDF.langString}>"
_MONTH = "(0[1-9]|1[0-2])"
_DAY = f"[12][0-9]{{3}}-({_MONTH}-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30))"
# Literals of these forms are well-typed for every reader, and none writes them in another way.
_PLAIN = {
    XSD.integer: "^(0|-?[1-9][0-9]{0,15})$",
    XSD.decimal: "^-?(0|[1-9][0-9]{0,8})([.][0-9]{1,9})?$",
    XSD.gYear: "^[12][0-9]{3}$",
    XSD.gYearMonth: f"^[12][0-9]{{3}}-{_MONTH}$",
    XSD.date: f"^{_DAY}$",
    XSD.dateTime: f"^{_DAY}T([01][0-9]|2[0-3])(:[0-5][0-9]){{2}}Z$",
    XSD.boolean: "^(true|false)$",
}
# The datatypes that numbers and days are compared with.
_NUMBERS = (XSD.integer, XSD.decimal)
_COMPARED = {**dict.fromkeys(_NUMBERS, _NUMBERS), XSD.date: (XSD.date,)}
# Constraints that a pattern cannot stand for, and what adds to the data or to the constraints.
_UNWRITTEN = (SH.sparql, SH.target)
_EXTENSIONS = {SH.rule, SH.parameter, SH.expression}


def narrowed(shapes: Sequence[Triple], store: Store) -> list[Triple]:
    """Return ``shapes`` whose targets are only nodes that may break them in ``store``.

    ``shapes`` are those whose SPARQL-based targets have been evaluated (``with_selected``). All
    results on what is in ``store`` stay the same; a store may write a literal in another way than
    the file that was loaded.
    """
    graph = IndexedGraph(shapes)
    if any(triple.predicate.value in _EXTENSIONS for triple in shapes):
        return list(shapes)
    finder = _Finder(graph, store)
    targeted = [shape for shape in graph.subjects() if is_targeted(shape, graph)]
    by_shape = zip(targeted, at_once(finder.nodes, targeted), strict=True)
    found = {shape: nodes for shape, nodes in by_shape if nodes is not None}
    kept = [
        triple
        for triple in shapes
        if triple.predicate.value not in _TARGETS or _iri(triple.subject) not in found
    ]
    target = NamedNode(SH.targetNode)
    return kept + [
        Triple(NamedNode(shape), target, node) for shape, nodes in found.items() for node in nodes
    ]


def read_by(shapes: IndexedGraph, store: Store) -> Iterator[Triple]:
    """Return what ``shapes`` can read of ``store``; a triple may come several times.

    These are, for each shape, the statements with properties that it names, of the nodes that it
    targets and of all that can be reached from these along such properties. A path is a property
    here: others are blank nodes, which ``load_shapes`` refuses.
    """
    targeted = [shape for shape in shapes.subjects() if is_targeted(shape, shapes)]
    named = {shape: _named_by(shape, shapes) for shape in targeted}
    if None in named.values():
        yield from (quad.triple for quad in store)
        return
    finder = _Finder(shapes, store)
    used = {
        name: NamedNode(name)
        for name in set[str]().union(*(names or () for names in named.values()))
        if any(store.quads_for_pattern(None, NamedNode(name), None))
    }
    for shape, names in named.items():
        properties = [used[name] for name in sorted(names or ()) if name in used]
        yield from _reached(finder.targets(shape), properties, store)
        # The links that make a node a target, where the validator looks for these itself.
        for iri in shapes.iris(shape, SH.targetObjectsOf):
            yield from (q.triple for q in store.quads_for_pattern(None, NamedNode(iri), None))
    subclasses = store.quads_for_pattern(None, NamedNode(RDFS.subClassOf), None)
    yield from (quad.triple for quad in subclasses)


def reads_all(shapes: IndexedGraph) -> bool:
    """Tell whether one of ``shapes`` that have targets may read any statement of the dataset."""
    targeted = (shape for shape in shapes.subjects() if is_targeted(shape, shapes))
    return any(_named_by(shape, shapes) is None for shape in targeted)


def _reached(
    nodes: Iterable[Term | BlankNode], properties: Sequence[NamedNode], store: Store
) -> Iterator[Triple]:
    """Yield the statements with ``properties`` of ``nodes`` and of all that these lead to."""
    reached: set[NamedNode | BlankNode] = set()
    frontier = {node for node in nodes if not isinstance(node, Literal)}
    while frontier:
        reached |= frontier
        found: set[NamedNode | BlankNode] = set()
        for node in frontier:
            for predicate in properties:
                for quad in store.quads_for_pattern(node, predicate, None):
                    yield quad.triple
                    if isinstance(quad.object, NamedNode | BlankNode):
                        found.add(quad.object)
        frontier = found - reached


def _named_by(shape: str, graph: IndexedGraph) -> set[str] | None:
    """Return the IRIs that ``shape`` names, itself or by other shapes.

    None where a query reads what it wants.
    """
    names = {RDF.type, RDFS.subClassOf}
    waiting = [shape]
    while waiting:
        for name, values in graph.properties(waiting.pop()):
            if name in _UNWRITTEN:
                return None
            if name in _TARGETS[:2]:
                # What they name is no property.
                continue
            new = {value.value for value in values if isinstance(value, NamedNode)} - names
            names |= new
            waiting += new
    return names


class _Finder:
    """Selects the nodes that may break a shape."""

    def __init__(self, shapes: IndexedGraph, store: Store) -> None:
        self._shapes = shapes
        self._store = store
        self._constraints = _BroadReader(shapes)

    def nodes(self, shape: str) -> list[Term | BlankNode] | None:
        """Return the targets of ``shape`` that may break it; None if that cannot be asked."""
        names = {name for name, _ in self._shapes.properties(shape)}
        if not names.isdisjoint(_UNWRITTEN) or is_class(shape, self._shapes):
            return None
        try:
            patterns = [offence.pattern for offence in self._constraints.offences(shape)]
        except SourceError:
            return None
        found: dict[Term | BlankNode, None] = {}
        for target in self._memberships(shape):
            for pattern in patterns:
                found |= dict.fromkeys(self._selected(f"{target} {pattern}"))
        return list(found)

    def targets(self, shape: str) -> Iterator[Term | BlankNode]:
        """Yield the nodes that ``shape`` targets (section 2.1.3)."""
        if is_class(shape, self._shapes):
            yield from self._selected(f"{FOCUS} <{RDF.type}>/<{RDFS.subClassOf}>* <{shape}>")
        for pattern in self._memberships(shape):
            yield from self._selected(pattern)

    def _selected(self, pattern: str) -> Iterator[Term | BlankNode]:
        results = self._store.query(f"SELECT DISTINCT {FOCUS} {{ {pattern} }}")
        assert isinstance(results, QuerySolutions)  # noqa: S101 - it is a SELECT query
        yield from (solution[0] for solution in results)

    def _memberships(self, shape: str) -> Iterator[str]:
        """Yield a pattern for each kind of target, which its nodes match (section 2.1.3)."""
        nodes = self._shapes.values(shape, SH.targetNode)
        if nodes:
            yield f"VALUES {FOCUS} {{ {' '.join(map(str, nodes))} }}"
        for iri in self._shapes.iris(shape, SH.targetClass):
            classes = f"VALUES ?core_class {{ {self._classes(iri)} }}"
            yield f"{classes} {FOCUS} <{RDF.type}> ?core_class ."
        for iri in self._shapes.iris(shape, SH.targetSubjectsOf):
            yield f"{FOCUS} <{iri}> ?core_object ."
        for iri in self._shapes.iris(shape, SH.targetObjectsOf):
            yield f"?core_subject <{iri}> {FOCUS} ."

    def _classes(self, iri: str) -> str:
        query = f"SELECT ?class {{ ?class <{RDFS.subClassOf}>* <{iri}> }}"
        return " ".join(str(solution[0]) for solution in self._store.query(query))  # type: ignore[union-attr]


class _BroadReader(ConstraintReader):
    """Reads constraints as patterns that match what breaks them, and what may."""

    def _condition(self, shape: str, name: str, value: Term, node: str) -> str | None:
        found = self._broad(shape, name, value, node)
        # What one engine cannot compare, the other may.
        return f"COALESCE({found}, true)" if found else found

    def _broad(self, shape: str, name: str, value: Term, node: str) -> str | None:
        if name == "in" and any(map(_is_value, self._list(value))):
            return None
        found = super()._condition(shape, name, value, node)
        match name:
            case "pattern":
                # rdflib writes the Z of a time in UTC as +00:00.
                text = f"STR({node})"
                as_written = f'REPLACE({text}, "Z$", "+00:00")'
                both = f"({found}) || ({str(found).replace(text, as_written)})"
                found = f"IF({_is_plain(node, XSD.dateTime)}, {both}, {_is_other(node)} || {found})"
            case "minLength":
                found = f"{_is_other(node)} || isBlank({node}) || STRLEN(STR({node})) < {value}"
            case "datatype" if not found and _iri(value) in _PLAIN:
                found = f"!{_is_plain(node, _iri(value))}"
            case "minInclusive" | "maxInclusive" if _datatype(value) in _COMPARED:
                sign = ">=" if name == "minInclusive" else "<="
                plain = (_is_plain(node, each) for each in _COMPARED[_datatype(value)])
                found = f"!(({' || '.join(plain)}) && {node} {sign} {value})"
            case "disjoint" | "lessThan" | "lessThanOrEquals":
                same = f"isLiteral({node}) || sameTerm(?core_other, {node})"
                condition = f"FILTER({same})" if name == "disjoint" else ""
                found = f"EXISTS {{ {FOCUS} {value} ?core_other {condition} }}"
            case "or":
                members = (_iri(member) for member in self._list(value))
                broken = (" || ".join(self._broken(member, node)) for member in members)
                found = " && ".join(f"({each})" for each in broken)
        return found

    def _parameters(self, shape: str) -> Iterator[tuple[str, list[Term]]]:
        for name, values in super()._parameters(shape):
            # rdflib may take two literals for one, so that there are fewer than are counted here.
            is_exact = name != SH.minCount or {value.value for value in values} <= {"0", "1"}
            if not is_exact or (name == SH.hasValue and any(map(_is_value, values))):
                raise SourceError(f"{shape} has {name}, which no pattern stands for here.")
            yield name, values


def _is_value(term: object) -> bool:
    """Tell whether ``term`` is a literal that engines may write or compare differently."""
    return isinstance(term, Literal) and term.datatype.value not in (XSD.string, RDF.langString)


def _datatype(term: Term) -> str:
    return term.datatype.value if isinstance(term, Literal) else ""


def _is_other(node: str) -> str:
    """Return the condition that ``node`` is a literal which rdflib may write differently."""
    return f"(isLiteral({node}) && DATATYPE({node}) NOT IN ({_TEXTS}))"


def _is_plain(node: str, datatype: str) -> str:
    """Return the condition that ``node`` is a literal of ``datatype`` in its plainest form."""
    form = f'REGEX(STR({node}), "{_PLAIN[datatype]}")'
    return f"(isLiteral({node}) && DATATYPE({node}) = <{datatype}> && {form})"


def _iri(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else ""
