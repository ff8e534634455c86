"""Write constraints of SHACL Core as graph patterns of SPARQL that match what breaks them.

SHACL defines its components by such patterns (section 4). Here are those that the shapes use
together with SPARQL-based targets.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from pyoxigraph import NamedNode

from urbact_graph.errors import SourceError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import RDF, RDFS, SH
from urbact_graph.rdf.terms import Term

FOCUS = "$this"
VALUE = "?value"
# Begins the names of the variables that a pattern brings; no query of a shape has such names.
_PREFIX = "?core_"
# What a shape states beside its constraints (SHACL, sections 2.1, 2.3.2 and 3.6).
_ABOUT = {
    *(SH.path, SH.target, SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf),
    *(SH.severity, SH.message, SH.name, SH.description, SH.order, SH.group, SH.deactivated),
    # Belongs to sh:pattern.
    SH.flags,
}
# What a path that is no property consists of (section 2.3.1).
_OF_PATHS = (str(SH), RDF.first)
_LITERALS = {RDF.langString, "http://www.w3.org/2001/XMLSchema#string"}


@dataclass(frozen=True)
class Offence:
    """A pattern that matches each offence against a component of a shape.

    ``component`` is the local name of its parameter. ``has_value`` tells whether the pattern binds
    ``?value`` to what the report names as the wrong value.
    """

    component: str
    pattern: str
    has_value: bool


class ConstraintReader:
    """Reads the constraints of the shapes in ``shapes``."""

    def __init__(self, shapes: IndexedGraph) -> None:
        self._shapes = shapes

    def offences(self, shape: str) -> Iterator[Offence]:
        """Yield the offences against each constraint of ``shape``, but for sh:sparql.

        Raises:
            SourceError: a constraint has no translation here.
        """
        path = self._path(shape)
        for parameter, values in self._parameters(shape):
            name = parameter.removeprefix(str(SH))
            for place, value in enumerate(values):
                if parameter == SH.uniqueLang and getattr(value, "value", "") != "true":
                    continue
                component = f"{name}-{place + 1}" if len(values) > 1 else name
                yield self._offence(shape, path, parameter, value, component)

    def _parameters(self, shape: str) -> Iterator[tuple[str, list[Term]]]:
        for name, values in self._shapes.properties(shape):
            if name.startswith(str(SH)) and name not in _ABOUT and name != SH.sparql:
                yield name, values

    def _path(self, shape: str) -> str | None:
        paths = self._shapes.iris(shape, SH.path)
        if paths and any(
            name.startswith(_OF_PATHS) for name, _ in self._shapes.properties(paths[0])
        ):
            raise SourceError(
                f"The shape {shape} has a SPARQL-based target and a path of several steps, which "
                "cannot be written as a SPARQL constraint here; let its target's query follow it."
            )
        return f"<{paths[0]}>" if paths else None

    def _offence(
        self, shape: str, path: str | None, parameter: str, value: Term, component: str
    ) -> Offence:
        counted = _COUNTED.get(parameter)
        if counted and path:
            return Offence(component, counted(path, value), has_value=False)
        wrong = self._wrong(shape, parameter, value, VALUE if path else FOCUS)
        if path:
            return Offence(component, f"{FOCUS} {path} {VALUE} . {wrong}", has_value=True)
        return Offence(component, wrong, has_value=False)

    def _wrong(self, shape: str, parameter: str, value: Term, node: str) -> str:
        """Return the filter by which ``node`` breaks a constraint on each value."""
        name = parameter.removeprefix(str(SH))
        condition = self._condition(shape, name, value, node)
        if condition is None:
            raise SourceError(
                f"The shape {shape} has a SPARQL-based target and sh:{name} {value}, which cannot "
                "be written as a SPARQL constraint here; give it a target of SHACL Core, or "
                "another constraint."
            )
        return f"FILTER({condition})" if condition else ""

    def _condition(self, shape: str, name: str, value: Term, node: str) -> str | None:
        """Return the condition that a wrong ``node`` meets, empty if every one is wrong."""
        found: str | None = None
        match name:
            case "in":
                allowed = ", ".join(str(each) for each in self._list(value))
                found = f"{node} NOT IN ({allowed})" if allowed else ""
            case "nodeKind" if value == NamedNode(SH.IRI):
                found = f"!isIRI({node})"
            case "datatype" if isinstance(value, NamedNode) and value.value in _LITERALS:
                found = f"!isLiteral({node}) || DATATYPE({node}) != {value}"
            case "pattern":
                flags = "".join(f", {flag}" for flag in self._shapes.values(shape, SH.flags))
                found = f"isBlank({node}) || !REGEX(STR({node}), {value}{flags})"
            case "languageIn":
                known = (f"LANGMATCHES(LANG({node}), {tag})" for tag in self._list(value))
                found = f"!isLiteral({node}) || !({' || '.join(known)})"
            case "class":
                found = f"NOT EXISTS {{ {node} <{RDF.type}>/<{RDFS.subClassOf}>* {value} }}"
            case "disjoint":
                found = f"EXISTS {{ {FOCUS} {value} {node} }}"
            case "node" if isinstance(value, NamedNode):
                found = " || ".join(self._broken(value.value, node))
        return found

    def _broken(self, shape: str, node: str) -> Iterator[str]:
        """Yield the conditions under each of which ``node`` does not conform to ``shape``."""
        for parameter, values in self._parameters(shape):
            for value in values:
                if parameter == SH.property and isinstance(value, NamedNode):
                    yield from self._broken_property(value.value, node)
                else:
                    wrong = self._wrong(shape, parameter, value, node)
                    yield _as_condition(wrong)

    def _broken_property(self, shape: str, node: str) -> Iterator[str]:
        path = self._path(shape)
        for parameter, values in self._parameters(shape):
            counted = _COUNTED.get(parameter)
            for value in values:
                if path and counted:
                    yield _as_condition(counted(path, value).replace(FOCUS, node))
                elif path:
                    each = f"{_PREFIX}each"
                    wrong = self._wrong(shape, parameter, value, each)
                    yield f"EXISTS {{ {node} {path} {each} . {wrong} }}"

    def _list(self, node: Term) -> Iterator[Term]:
        while isinstance(node, NamedNode) and node.value != RDF.nil:
            yield from self._shapes.values(node.value, RDF.first)
            node = next(iter(self._shapes.values(node.value, RDF.rest)), NamedNode(RDF.nil))


def _as_condition(pattern: str) -> str:
    """Return the condition of a filter, without the word; every node meets the empty one."""
    return pattern.removeprefix("FILTER").strip() or "true"


def _at_least(path: str, number: Term) -> str:
    # A count would need groups of its own beside those that the target's query may have.
    return f"FILTER NOT EXISTS {{ {_different(path, int(number.value))} }}"


def _at_most(path: str, number: Term) -> str:
    return f"FILTER EXISTS {{ {_different(path, int(number.value) + 1)} }}"


def _different(path: str, number: int) -> str:
    """Return a pattern that matches where ``path`` has ``number`` different values or more."""
    names = [f"{_PREFIX}{place}" for place in range(1, number + 1)]
    values = " ".join(f"{FOCUS} {path} {name} ." for name in names)
    unequal = " && ".join(f"!sameTerm({a}, {b})" for a, b in combinations(names, 2))
    return f"{values} FILTER({unequal})" if unequal else values


def _has_value(path: str, value: Term) -> str:
    return f"FILTER NOT EXISTS {{ {FOCUS} {path} {value} }}"


def _unique_languages(path: str, _: Term) -> str:
    """Return a pattern that matches once for each language that several values have."""
    one, other, tag = (f"{_PREFIX}{name}" for name in ("one", "other", "tag"))
    return (
        f"{FOCUS} {path} {one} , {other} . FILTER(!sameTerm({one}, {other})) "
        f"BIND(LCASE(LANG({one})) AS {tag}) "
        f'FILTER({tag} != "" && LCASE(LANG({other})) = {tag})'
    )


# The constraints on all values of a path together, by parameter.
_COUNTED: dict[str, Callable[[str, Term], str]] = {
    SH.minCount: _at_least,
    SH.maxCount: _at_most,
    SH.hasValue: _has_value,
    SH.uniqueLang: _unique_languages,
}
