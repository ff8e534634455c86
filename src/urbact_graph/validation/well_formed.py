"""Whether the shapes say what can be checked: known terms, well-formed constraints and targets.

A SHACL processor passes over a term that it does not know, so that a slip such as sh:minCout makes
a rule that everything keeps. The W3C's own shapes for shapes (SHACL, appendix C) take seconds with
pySHACL, and know no terms but those of the parameters; so the rules of SHACL are checked here, by
one pass over the statements.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import OWL, RDF, RDFS, SH
from urbact_graph.validation.queries import FORMS, query_fault
from urbact_graph.validation.report import Severity
from urbact_graph.validation.vocabulary import (
    CONSTRAINTS,
    KIND_OF,
    LISTS_OF_SHAPES,
    NODE_KINDS,
    OF_PATHS,
    ONCE,
    TARGETS,
    Terms,
    wrong_value,
)

_CLASSES = frozenset((RDFS.Class, OWL.Class))
_SHAPE_TYPES = (SH.NodeShape, SH.PropertyShape)
_PATHS = (SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)
# What pySHACL knows of the flags that SPARQL has.
_FLAGS = re.compile("[im]*")
_SEVERITIES = {severity.iri for severity in Severity}


@dataclass(frozen=True)
class Fault:
    """A statement of the shapes that cannot be checked by; ``reason`` is the end of a sentence."""

    triple: Triple
    reason: str

    @property
    def shape(self) -> str:
        """The IRI of what the statement is about."""
        return str(getattr(self.triple.subject, "value", self.triple.subject))


def faults(shapes: Iterable[Triple], terms: Terms) -> Iterator[Fault]:
    """Yield what is wrong with ``shapes``, which may use ``terms``.

    The mistakes in single statements come first, as others may follow from them.
    """
    triples = list(shapes)
    checker = _Checker(IndexedGraph(triples), terms)
    for check in (checker.mistake, checker.lack):
        for triple in triples:
            if reason := check(triple):
                yield Fault(triple, reason)


class _Checker:
    def __init__(self, graph: IndexedGraph, terms: Terms) -> None:
        self._graph = graph
        self._terms = terms
        self._seen: set[str] = set()

    def mistake(self, triple: Triple) -> str:
        """Return what is wrong with ``triple``, empty if nothing is."""
        subject, name, value = triple.subject, triple.predicate.value, triple.object
        if not isinstance(subject, NamedNode):
            return ""
        shown = self._terms.short(name)
        if unknown := self._terms.unknown(name):
            return f"uses {unknown}; correct its name"
        if unknown := self._unknown_value(value):
            return f"has the {shown} {unknown}; correct its name"
        kind = KIND_OF.get(name, "")
        if wrong := wrong_value(kind, value):
            return f"has the {shown} {self._shown(value)}, which {wrong}"
        if isinstance(value, NamedNode) and (wrong := self._terms.misused(name, value.value)):
            return f"has the {shown} {self._shown(value)}, which {wrong}"
        return (
            self._repeated(subject.value, name)
            or self._misplaced(subject.value, name)
            or self._value(subject.value, name, kind, value)
        )

    def _unknown_value(self, value: object) -> str:
        if isinstance(value, Literal):
            # The datatypes of texts are always known.
            return "" if value.language else self._terms.unknown(value.datatype.value)
        return self._terms.unknown(value.value) if isinstance(value, NamedNode) else ""

    def _repeated(self, subject: str, name: str) -> str:
        if name not in ONCE or len(self._graph.values(subject, name)) == 1:
            return ""
        return f"has several values of {self._terms.short(name)}; keep one"

    def _misplaced(self, subject: str, name: str) -> str:
        if name in OF_PATHS and not self._graph.values(subject, SH.path):
            return (
                f"has {self._terms.short(name)} but no sh:path; only a property shape can have it, "
                "so add its path"
            )
        if name in (SH.entailment, OWL.imports):
            return (
                f"has {self._terms.short(name)}, which is not followed here; "
                "put what it stands for into the files"
            )
        return ""

    def _value(self, subject: str, name: str, kind: str, value: object) -> str:
        """Check a value that only the graph, or a parser, can tell to be right."""
        shown = f"{self._terms.short(name)} {self._shown(value)}"
        iri = value.value if isinstance(value, NamedNode) else ""
        checks = {
            "list": self._list,
            "path": self._path,
            "shape": self._shape,
            "query": self._query,
        }
        if kind in checks:
            return checks[kind](name, iri, shown)
        if name in FORMS:
            return query_fault(subject, name, self._graph, self._terms)
        if name == SH.nodeKind and iri not in NODE_KINDS:
            return f"has the {shown}; give it sh:IRI, sh:Literal or another kind of SHACL"
        if name == SH.severity and iri not in _SEVERITIES:
            return f"has the severity {iri}; give it sh:Violation, sh:Warning or sh:Info"
        return _expression(name, value.value) if isinstance(value, Literal) else ""

    def _path(self, _name: str, iri: str, shown: str) -> str:
        if self._is_path(iri, set()):
            return ""
        return f"has the {shown}, which is no path; name a property, or write a path of SHACL"

    def _list(self, name: str, iri: str, shown: str) -> str:
        members = self._members(iri)
        if members is None:
            return f"has the {shown}, which is no list; write the values in parentheses"
        if name == SH.languageIn and not all(isinstance(member, Literal) for member in members):
            return f"has the {shown}, whose members are not all texts; write each tag in quotes"
        if name in LISTS_OF_SHAPES:
            found = (self._shape(name, str(getattr(each, "value", "")), shown) for each in members)
            return next(filter(None, found), "")
        if name == SH.ignoredProperties and not all(isinstance(m, NamedNode) for m in members):
            return f"has the {shown}, whose members are not all IRIs; name properties"
        return ""

    def _members(self, iri: str) -> list[object] | None:
        """Return the members of a list; None if it is none (RDF Schema, section 5.2)."""
        members: list[object] = []
        seen = set()
        while iri != RDF.nil:
            first, rest = self._graph.values(iri, RDF.first), self._graph.iris(iri, RDF.rest)
            if len(first) != 1 or len(rest) != 1 or iri in seen:
                return None
            seen.add(iri)
            members.append(first[0])
            iri = rest[0]
        return members

    def _is_path(self, iri: str, seen: set[str]) -> bool:
        """Tell whether ``iri`` is a property or a path (SHACL, section 2.3.1)."""
        if not iri or iri in seen:
            return False
        seen = {*seen, iri}
        steps = [(name, part) for name in _PATHS for part in self._graph.iris(iri, name)]
        if steps:
            (name, part), *others = steps
            if name == SH.alternativePath:
                return not others and self._are_paths(part, seen, least=2)
            return not others and self._is_path(part, seen)
        if self._graph.values(iri, RDF.first):
            return self._are_paths(iri, seen, least=2)
        return iri != RDF.nil

    def _are_paths(self, iri: str, seen: set[str], *, least: int) -> bool:
        members = self._members(iri)
        return (
            members is not None
            and len(members) >= least
            and all(self._is_path(str(getattr(each, "value", "")), seen) for each in members)
        )

    def _shape(self, name: str, iri: str, shown: str) -> str:
        if not iri or not any(True for _ in self._graph.properties(iri)):
            return (
                f"has the {shown}, which is no shape of these files; define it or correct its name"
            )
        if name == SH.property and not self._graph.values(iri, SH.path):
            return f"has the {shown}, which has no sh:path; add the path"
        return ""

    def _query(self, name: str, iri: str, shown: str) -> str:
        is_typed = set(self._graph.iris(iri, RDF.type)) - {SH.SPARQLTarget, SH.Target}
        if name == SH.target and is_typed:
            # Of a type of targets, whose query is checked where it stands.
            return ""
        if not iri or not self._graph.texts(iri, SH.select):
            return f"has the {shown}, which has no sh:select; write its query there"
        return ""

    def lack(self, triple: Triple) -> str:
        """Return why the subject, if it is a shape, checks nothing; once for each subject."""
        subject = str(getattr(triple.subject, "value", triple.subject))
        if subject in self._seen:
            return ""
        self._seen.add(subject)
        names = {name for name, _ in self._graph.properties(subject)}
        is_typed = any(kind in _SHAPE_TYPES for kind in self._graph.iris(subject, RDF.type))
        has_target = is_targeted(subject, self._graph)
        has_constraint = bool(names & (CONSTRAINTS | {SH.rule} | self._parameters))
        if (is_typed or has_constraint) and not has_target and not self._is_referred_to(subject):
            return (
                "has no target, and no other shape refers to it, so that it checks nothing; "
                "give it a target or take it out"
            )
        if (is_typed or has_target) and not has_constraint:
            return "has no constraint, so that it checks nothing; add one or take it out"
        return ""

    @cached_property
    def _parameters(self) -> set[str]:
        """The properties of the components that these files define (section 6.2.1)."""
        return {
            path
            for subject in self._graph.subjects()
            for parameter in self._graph.iris(subject, SH.parameter)
            for path in self._graph.iris(parameter, SH.path)
        }

    def _is_referred_to(self, subject: str) -> bool:
        referring = [name for name, kind in KIND_OF.items() if kind == "shape"]
        names = (*referring, RDF.first, SH.parameter, SH.nodes)
        return any(self._graph.linking(subject, name) for name in names)

    def _shown(self, value: object) -> str:
        if isinstance(value, NamedNode):
            return self._terms.short(value.value)
        return str(value)


def is_targeted(subject: str, shapes: IndexedGraph) -> bool:
    """Tell whether ``subject`` is a shape with a target (SHACL, section 2.1.3)."""
    return is_class(subject, shapes) or bool(shapes.values(subject, *TARGETS))


def is_class(subject: str, shapes: IndexedGraph) -> bool:
    """Tell whether the shape ``subject`` is a class, so that it targets its instances (2.1.3.3)."""
    types = set(shapes.iris(subject, RDF.type))
    return bool(types & _CLASSES) and bool(types.intersection(_SHAPE_TYPES))


def is_deactivated(subject: str, shapes: IndexedGraph) -> bool:
    """Tell whether the shape ``subject`` is switched off (SHACL, section 2.1.6)."""
    return any(text in ("true", "1") for text in shapes.texts(subject, SH.deactivated))


def _expression(name: str, text: str) -> str:
    """Return what is wrong with a regular expression, or with its flags."""
    if name == SH.flags and not _FLAGS.fullmatch(text):
        return f"has the sh:flags {text!r}; of the flags only i and m are known here"
    if name != SH.pattern:
        return ""
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        return f"has the sh:pattern {text!r}, which is no regular expression ({error}); correct it"
    return ""
