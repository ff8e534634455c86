"""Write the shapes for validators that know no SPARQL-based targets.

Such targets belong to SHACL Advanced Features (section 3.1), which many validators leave out: they
report nothing for these shapes, and say nothing of it. So each shape with such a target becomes one
with targets of SHACL Core, which cover what the query selects, and with SPARQL constraints
(SHACL, section 5) that join the query to what breaks the rule. Rules keep their IRIs, paths,
severities and messages, and the results their focus nodes and values; the constraint component of a
result is another (``sh:SPARQLConstraintComponent``).

No target covers what is used as a property or class only. Such a rule is checked once, for the
vocabulary, and the value of the result is the node that is wrong.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.errors import SourceError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import DCT, OWL, RDF, RDFS, SH
from urbact_graph.rdf.sparql import Token, tokens
from urbact_graph.validation.core_constraints import FOCUS, VALUE, ConstraintReader, Offence
from urbact_graph.validation.core_targets import covering_targets
from urbact_graph.validation.queries import query_text

_TITLE = "The rules of urbact-graph for validators of SHACL Core and SPARQL constraints"
_COMMENT = (
    "Made by a program of the rules that it is a version of, with the same results: each "
    "SPARQL-based target has become a target of SHACL Core and a SPARQL constraint. Give a "
    "validator one of the two graphs, not both."
)
# What a query whose variable $this is bound beforehand must not hold (SHACL, section 5.2.1); a
# sub-select may, but engines differ in it.
_FORBIDDEN = {"SELECT", "MINUS", "VALUES", "SERVICE"}
_OF_TARGETS = {SH.target, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}


def core_shapes(shapes: Iterable[Triple], base: str) -> list[Triple]:
    """Return ``shapes`` without SPARQL-based targets; ``base`` is that of the graph's IRIs.

    Raises:
        SourceError: a shape with such a target has a query or a constraint that cannot be joined.
    """
    shapes = list(shapes)
    translation = _Translation(shapes, base)
    changed = {shape for shape in translation.selected if translation.selected[shape]}
    kept = [triple for triple in shapes if translation.keeps(triple, changed)]
    added = [triple for shape in sorted(changed) for triple in translation.of(shape)]
    return list(dict.fromkeys([*translation.head(), *kept, *added]))


@dataclass(frozen=True)
class _Query:
    """The parts of a target's query: the pattern, and what follows it (GROUP BY, HAVING)."""

    pattern: str
    modifiers: str


class _Translation:
    def __init__(self, shapes: list[Triple], base: str) -> None:
        self._graph = IndexedGraph(shapes)
        self._constraints = ConstraintReader(self._graph)
        self._base = base
        self._shapes_iri = f"{base}shapes"
        # The SPARQL-based targets of each shape.
        self.selected = {
            shape: [t for t in self._graph.iris(shape, SH.target) if self._text(t)]
            for shape in self._graph.subjects()
        }
        self._targets = {target for each in self.selected.values() for target in each}

    def keeps(self, triple: Triple, changed: set[str]) -> bool:
        """Tell whether ``triple`` stands in the result as it is."""
        subject, predicate = triple.subject, triple.predicate.value
        if not isinstance(subject, NamedNode) or subject.value in self._targets:
            return not isinstance(subject, NamedNode)
        if subject.value == self._shapes_iri:
            # The prefixes; what else is said of the shapes is not true of this graph.
            return predicate == SH.declare
        if subject.value not in changed:
            return True
        return predicate == SH.sparql or not self._is_replaced(predicate)

    def _is_replaced(self, predicate: str) -> bool:
        if predicate == SH.target:
            return True
        is_about = predicate in _OF_TARGETS or not predicate.startswith(str(SH))
        return not is_about and predicate not in (SH.path, SH.severity, SH.name, SH.message)

    def head(self) -> Iterator[Triple]:
        """Yield what the graph says of itself."""
        ontology, shapes = f"{self._shapes_iri}/core", NamedNode(self._shapes_iri)
        yield _triple(ontology, RDF.type, NamedNode(OWL.Ontology))
        yield _triple(ontology, DCT.title, Literal(_TITLE, language="en"))
        yield _triple(ontology, RDFS.comment, Literal(_COMMENT, language="en"))
        yield _triple(ontology, DCT.isVersionOf, shapes)
        for licence in self._graph.values(self._shapes_iri, DCT.license):
            yield _triple(ontology, DCT.license, licence)

    def of(self, shape: str) -> Iterator[Triple]:
        """Yield the targets and constraints of ``shape`` that take the place of its own."""
        targets = self.selected[shape]
        covering = [covering_targets(query_text(target, self._graph)) for target in targets]
        node = FOCUS
        if None in covering:
            node = VALUE
            yield _triple(shape, SH.targetNode, NamedNode(f"{self._base}ontology"))
        for kind, iri in (pair for found in covering if found for pair in sorted(found)):
            yield _triple(shape, kind, NamedNode(iri))
        offences = list(self._constraints.offences(shape))
        if not offences:
            # Its own sh:sparql finds what is wrong.
            return
        query = self._membership(shape, node)
        for offence in offences:
            if node == VALUE and offence.has_value:
                raise _untranslatable(shape, "no class or property covers what its target selects")
            yield from self._constraint(shape, query, offence, node)

    def _constraint(
        self, shape: str, query: _Query, offence: Offence, node: str
    ) -> Iterator[Triple]:
        constraint = f"{shape}-{offence.component}"
        yield _triple(shape, SH.sparql, NamedNode(constraint))
        yield _triple(constraint, RDF.type, NamedNode(SH.SPARQLConstraint))
        yield _triple(constraint, SH.prefixes, NamedNode(self._shapes_iri))
        for message in self._graph.values(shape, SH.message):
            # Some validators look for it here only.
            yield _triple(constraint, SH.message, message)
        value = f" {VALUE}" if offence.has_value or node == VALUE else ""
        modifiers = query.modifiers
        if modifiers:
            # Each value is a group of its own, so that the numbers counted stay the same.
            modifiers = modifiers.replace("GROUP BY", f"GROUP BY{value}", 1)
        # It comes first: it ends with a full stop or a filter, and the query may end without.
        pattern = offence.pattern.replace(FOCUS, node).strip()
        text = f"SELECT DISTINCT {FOCUS}{value}\nWHERE {{\n{pattern}\n{query.pattern}\n}}\n"
        yield _triple(constraint, SH.select, Literal(f"{text}{modifiers}".rstrip()))

    def _membership(self, shape: str, node: str) -> _Query:
        """Return the pattern that ``node`` matches if it is a target of ``shape``."""
        queries = [self._query(shape, target, node) for target in self.selected[shape]]
        others = [
            f"{{ {_core_target(kind, value, node)} }}"
            for kind in _OF_TARGETS - {SH.target}
            for value in self._graph.values(shape, kind)
        ]
        if not others and len(queries) == 1:
            return queries[0]
        if any(query.modifiers for query in queries):
            raise _untranslatable(shape, "it has several targets, and one of them groups")
        alternatives = [*sorted(others), *(f"{{ {query.pattern} }}" for query in queries)]
        return _Query("\nUNION\n".join(alternatives), "")

    def _query(self, shape: str, target: str, node: str) -> _Query:
        text = self._text(target)
        known = list(tokens(text))
        for token in known:
            if token.kind == "variable" and (
                token.text[1:] == VALUE[1:] or token.text[1:].startswith("core_")
            ):
                raise _untranslatable(shape, f"its target's query has the variable {token.text}")
        start, end = _group(text, known)
        for token in known:
            if start <= token.start < end and token.text.upper() in _FORBIDDEN:
                raise _untranslatable(shape, f"its target's query has {token.text}")
        pattern = _named(text, known, start, end, node)
        return _Query(pattern, _named(text, known, end + 1, len(text), node).strip())

    def _text(self, target: str) -> str:
        return self._graph.text(target, SH.select)


def _group(text: str, known: list[Token]) -> tuple[int, int]:
    """Return where the outermost group of the query begins and ends, without its braces."""
    depth, start = 0, 0
    for token in known:
        if token.text == "{":
            depth += 1
            start = start or token.end
        elif token.text == "}":
            depth -= 1
            if not depth:
                return start, token.start
    return start, len(text)


def _named(text: str, known: list[Token], start: int, end: int, node: str) -> str:
    """Return a part of ``text`` with the variable ``this`` as ``node``."""
    parts, position = [], start
    for token in known:
        if start <= token.start < end and token.kind == "variable" and token.text[1:] == "this":
            parts += [text[position : token.start], node]
            position = token.end
    lines = "".join([*parts, text[position:end]]).strip("\n").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _core_target(kind: str, value: object, node: str) -> str:
    match kind:
        case SH.targetClass:
            return f"{node} <{RDF.type}>/<{RDFS.subClassOf}>* {value}"
        case SH.targetSubjectsOf:
            return f"{node} {value} ?core_object"
        case _:
            return f"?core_subject {value} {node}"


def _triple(subject: str, predicate: str, value: object) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), value)  # type: ignore[arg-type]


def _untranslatable(shape: str, reason: str) -> SourceError:
    return SourceError(
        f"The shape {shape} cannot be written for validators without SPARQL-based targets, because "
        f"{reason}; write the query or the constraint in another way (shapes/values.ttl says how)."
    )
