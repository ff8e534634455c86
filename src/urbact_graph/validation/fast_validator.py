"""Validate with the package ``shacl``, written in Rust, in a part of the time and memory.

It is optional (extra ``fast``) and gives the same report as pySHACL, field by field. So it judges
only by what tests have compared: single properties as paths, and the constraints named here. Other
shapes are left to pySHACL (``reason_against``).

It takes a target whose query it cannot parse for one that selects nothing, so that all seems well.
So it gets none: pyoxigraph evaluates them (targets.py). ``load_shapes`` has parsed the queries
of constraints with pyoxigraph, which has the same parser.

It takes longest to read the dataset. So it reads the whole of it for the other targets, while
pyoxigraph loads it (``judge`` of ``without_queries``); and for the nodes that the queries select,
which are few, only what is said of them (``judge_selected``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Store, Triple, serialize

from urbact_graph.errors import DatasetError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import RDF, SH
from urbact_graph.rdf.sparql import tokens
from urbact_graph.rdf.terms import Term, read_term
from urbact_graph.validation.candidates import read_by, reads_all
from urbact_graph.validation.queries import query_text
from urbact_graph.validation.report import blank_focus_node
from urbact_graph.validation.shapes import Rule
from urbact_graph.validation.vocabulary import CONSTRAINTS

if TYPE_CHECKING:
    import shacl

_FORMAT = "ntriples"
# The constraints of which tests compare the results.
_COMPARED = {
    *(SH["class"], SH.datatype, SH.nodeKind, SH.minCount, SH.maxCount, SH.minLength, SH.maxLength),
    *(SH.pattern, SH.languageIn, SH.uniqueLang, SH.equals, SH.disjoint, SH.lessThan),
    *(SH.lessThanOrEquals, SH["not"], SH["or"], SH.node, SH.property, SH.hasValue, SH["in"]),
    *(SH.sparql, SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive),
}
# What is no shape's constraint, and yet changes what is a result.
_EXTENSIONS = {SH.rule, SH.parameter, SH.entailment, SH.shapesGraph, SH.ask, SH.construct}
_OTHER_TARGETS = {SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf}
_RANGES = (SH.minInclusive, SH.maxInclusive, SH.minExclusive, SH.maxExclusive)
_OF_PATHS = (
    *(SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath),
    RDF.first,
)


@dataclass(frozen=True)
class Found:
    """A result as the validator has it: the shape that is broken, and by which node and value."""

    shape: str
    focus: Term
    path: str | None
    value: Term | None
    component: str


def is_installed() -> bool:
    """Tell whether the package is installed; it has no wheel for some platforms."""
    return find_spec("shacl") is not None


def reason_against(shapes: Sequence[Triple], known: Mapping[str, Rule]) -> str:
    """Return why pySHACL must judge by ``shapes``, as a clause; empty if nothing is against this.

    ``known`` are the rules in ``shapes``. The package must be installed.
    """
    graph = IndexedGraph(shapes)
    for shape in graph.subjects():
        if reason := _reason(shape, graph):
            return f"{shape} {reason}"
    for rule in known.values():
        if not rule.message:
            return f"{rule.iri} has no sh:message, for which each validator has words of its own"
    try:
        _compiled(shapes)
    except ValueError as error:
        return f"it refuses a shape ({_line(error)})"
    return ""


def _reason(shape: str, graph: IndexedGraph) -> str:
    names = {name for name, _ in graph.properties(shape)}
    if others := sorted(names & ((CONSTRAINTS - _COMPARED) | _EXTENSIONS)):
        return f"has sh:{others[0].removeprefix(str(SH))}"
    if any(graph.values(path, *_OF_PATHS) for path in graph.iris(shape, SH.path)):
        return "has a path of several steps"
    if names.intersection(_RANGES) and SH.datatype not in names:
        # The two differ in whether a value of another datatype is out of range.
        return "has a range and no sh:datatype"
    if any(not graph.text(target, SH.select) for target in graph.iris(shape, SH.target)):
        return "has a target that is no query"
    for query in (query_text(each, graph) for each in graph.iris(shape, SH.sparql)):
        if any(token.kind == "variable" and token.text[1:] == "path" for token in tokens(query)):
            return "has a query that binds ?path"
    return ""


def without_queries(shapes: Iterable[Triple]) -> list[Triple]:
    """Return ``shapes`` without the targets that are queries; nothing is against them."""
    return [triple for triple in shapes if triple.predicate.value != SH.target]


def judge(shapes: Sequence[Triple], dataset: Path) -> list[Found]:
    """Return what ``shapes`` report on the N-Triples file ``dataset``, in any order.

    None of their targets is a query, and nothing is against them (``reason_against``). Literals are
    compared and reported as they stand in the file, which has the forms that the store writes.
    Python's lock is released meanwhile.

    Raises:
        DatasetError: the file cannot be read, or a blank node breaks a rule.
    """
    compiled = _compiled(shapes)
    try:
        if dataset.suffix == ".nt":
            results = compiled.validate_file(str(dataset)).results
        else:
            # It knows the formats of files by their names.
            text = dataset.read_text(encoding="utf-8")
            results = compiled.validate_text(text, _FORMAT).results
    except (OSError, ValueError) as error:
        raise DatasetError(f"{dataset} cannot be read: {_line(error)}. Build it again.") from None
    return list(_found(results))


def judge_selected(selected: Iterable[Triple], store: Store, dataset: Path) -> list[Found]:
    """Return what the shapes ``selected`` report on the nodes that they name as targets.

    The nodes are those that queries select in ``store`` (``with_selected``), which holds
    ``dataset``. What else the shapes target is left to ``judge``.

    Raises:
        DatasetError: as of ``judge``.
    """
    named = [triple for triple in selected if triple.predicate.value not in _OTHER_TARGETS]
    graph = IndexedGraph(named)
    if reads_all(graph):
        return judge(named, dataset)
    read = serialize(read_by(graph, store), format=RdfFormat.N_TRIPLES) or b""
    return list(_found(_compiled(named).validate_text(read.decode(), _FORMAT).results))


def _compiled(shapes: Sequence[Triple]) -> "shacl.Shapes":
    import shacl  # noqa: PLC0415 - an extra

    text = serialize(shapes, format=RdfFormat.N_TRIPLES) or b""
    return shacl.Shapes.from_text(text.decode(), _FORMAT)


def _found(results: Iterable["shacl.Result"]) -> Iterator[Found]:
    known: dict[str | None, Term | None] = {None: None}

    def term(text: str | None) -> Term | None:
        if text not in known:
            known[text] = None if str(text).startswith("_:") else read_term(str(text))
        return known[text]

    for result in results:
        shape, focus = term(result.source_shape), term(result.focus_node)
        if focus is None:
            raise blank_focus_node(shape.value if shape else "")
        path = term(result.path)
        yield Found(
            shape=shape.value if shape else "",
            focus=focus,
            path=path.value if path else None,
            value=term(result.value),
            component=result.component_iri,
        )


def _line(error: Exception) -> str:
    """Return what an error says in one line, the parts of a regular expression's left out."""
    return " ".join(str(error).split())
