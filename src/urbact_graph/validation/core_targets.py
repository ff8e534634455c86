"""Find a target of SHACL Core that covers what a SPARQL-based target selects.

SHACL Core knows the instances of a class, and the subjects and objects of a property (SHACL,
section 2.1.3). What a query selects as ``?this`` is covered by one of these if the query has a
pattern with ``?this`` that every solution matches.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from rdflib import Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import URIRef

from urbact_graph.rdf.namespaces import RDF, SH
from urbact_graph.validation.focus_nodes import unfiltered

# A target: the property of SHACL that states it, and the class or property that it names.
Target = tuple[str, str]

_THIS = Variable("this")
# The best kind first: instances of a class are what a reader of the shapes expects.
_ORDER = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)


@lru_cache(maxsize=1_024)
def covering_targets(query: str) -> frozenset[Target] | None:
    """Return targets that together cover all that the SELECT query selects as ``?this``.

    Return None where no target of SHACL Core does, as for what is used as a property.
    """
    # rdflib's parser takes most of its time for filters, which cover nothing.
    return _cover(prepareQuery(unfiltered(query)).algebra)


def _cover(part: CompValue) -> frozenset[Target] | None:
    """Return what covers ``?this`` in a part of the algebra (SPARQL 1.1, section 18.2)."""
    match part.name:
        case "BGP":
            return _best(map(_of_triple, part.triples))
        case "Join":
            return _best(map(_cover, (part.p1, part.p2)))
        case "Union":
            left, right = _cover(part.p1), _cover(part.p2)
            return None if left is None or right is None else left | right
        case "LeftJoin" | "Minus":
            return _cover(part.p1)
        case _:
            inner = part.get("p")
            return _cover(inner) if isinstance(inner, CompValue) else None


def _best(found: Iterable[frozenset[Target] | None]) -> frozenset[Target] | None:
    known = [targets for targets in found if targets]
    return min(known, key=lambda targets: (_rank(targets), sorted(targets)), default=None)


def _rank(targets: frozenset[Target]) -> int:
    return max(_ORDER.index(kind) for kind, _ in targets)


def _of_triple(triple: tuple[Any, Any, Any]) -> frozenset[Target] | None:
    subject, path, value = triple
    if subject == _THIS and path == URIRef(RDF.type) and isinstance(value, URIRef):
        return frozenset({(SH.targetClass, str(value))})
    if subject == _THIS:
        return _of_steps(_steps(path, first=True))
    if value == _THIS:
        return _of_steps((iri, not forward) for iri, forward in _steps(path, first=False))
    return None


def _of_steps(steps: Iterable[tuple[str, bool]]) -> frozenset[Target] | None:
    kinds = {True: SH.targetSubjectsOf, False: SH.targetObjectsOf}
    return frozenset((kinds[forward], iri) for iri, forward in steps) or None


def _steps(path: Any, *, first: bool) -> Iterator[tuple[str, bool]]:
    """Yield the properties that ``path`` can begin with, or else end with, and their direction.

    Nothing is yielded for a path that may be of length zero, or that is a variable.
    """
    match path:
        case Variable():
            return
        case URIRef():
            yield str(path), True
        case AlternativePath():
            branches = [list(_steps(branch, first=first)) for branch in path.args]
            if all(branches):
                yield from (step for branch in branches for step in branch)
        case SequencePath():
            yield from _steps(path.args[0 if first else -1], first=first)
        case InvPath():
            yield from ((iri, not way) for iri, way in _steps(path.arg, first=not first))
        case MulPath() if path.mod == "+":
            yield from _steps(path.path, first=first)
