"""Validate a dataset with SHACL: evaluate the targets, run a validator, find the source files.

pyoxigraph evaluates the targets that are queries. All others are left to the fast validator
(fast_validator.py), which reads the dataset at the same time; or else to pySHACL, which is slow
where it is called for single entities: once for each entity and each property shape below a node
shape. So every rule has a target of its own, for then one call checks all its entities. pyoxigraph
also finds the entities that may break a rule (candidates.py), so that pySHACL checks only these.
"""

import gc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyshacl
import rdflib
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple
from pyshacl.errors import ReportableRuntimeError
from rdflib.term import Node

from urbact_graph.errors import DatasetError, SourceError, UrbactGraphError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import RDF, SH, urb
from urbact_graph.rdf.terms import Term
from urbact_graph.settings import Validator
from urbact_graph.sources import GraphSources
from urbact_graph.validation.candidates import narrowed, read_by
from urbact_graph.validation.fast_validator import (
    Found,
    is_installed,
    judge,
    judge_selected,
    reason_against,
    without_queries,
)
from urbact_graph.validation.focus_nodes import idle
from urbact_graph.validation.rdflib_terms import memory_graph, oxigraph_term
from urbact_graph.validation.report import Report, Result, Severity, blank_focus_node
from urbact_graph.validation.shapes import Rule, load_shapes, rules
from urbact_graph.validation.source_files import files_of
from urbact_graph.validation.targets import with_selected

# SHACL reports that there are too many values without saying which (sections 4.2.2 and 4.4.5).
_TOO_MANY = {SH.MaxCountConstraintComponent, SH.UniqueLangConstraintComponent}


def validate(dataset: Path, sources: GraphSources, validator: Validator = "auto") -> Report:
    """Check the N-Triples file ``dataset`` against the shapes of ``sources``.

    Takes about 4 s with pySHACL for the whole graph on two cores. The source files are read only to
    say in which of them an entity stands. The report does not depend on the ``validator``.

    Raises:
        DatasetError: the dataset cannot be read, or has a blank node that breaks a rule.
        SourceError: a shape or a source file has a mistake; the message says where.
        UrbactGraphError: the fast validator is wanted, and cannot be used.
    """
    # Both read the dataset outside of Python's lock. The fast validator refuses what the engine
    # would, so that the engine need not check all IRIs as well.
    lenient = validator != "pyshacl" and is_installed()
    with _garbage_collection_paused(), ThreadPoolExecutor(2) as beside:
        loading = beside.submit(load_dataset, dataset, lenient=lenient)
        shapes = load_shapes(sources)
        known = rules(shapes, sources.base)
        if not known:
            raise SourceError(
                f"The files in {sources.root / 'shapes'} hold no rule that could be checked; give "
                "a shape a target and a constraint."
            )
        fast = is_fast(validator, shapes, known)
        if fast:
            judging = beside.submit(judge, without_queries(shapes), dataset)
        store = loading.result() if fast or not lenient else load_dataset(dataset)
        selected = with_selected(shapes, store)
        idle_rules = _idle_rules(shapes, selected, store, sources.base)
        if fast:
            found = [*_judged(judging, dataset), *judge_selected(selected, store, dataset)]
            results = fast_results(dict.fromkeys(found), shapes, store, known)
        else:
            checked = narrowed(selected, store)
            results = check(read_by(IndexedGraph(checked), store), checked, known)
        results += idle_rules
    files = files_of({result.entity for result in results}, sources)
    located = [replace(result, file=files.get(result.entity, result.file)) for result in results]
    return Report.of(located, rules=len(known), triples=len(store))


def _judged(judging: Future[list[Found]], dataset: Path) -> list[Found]:
    try:
        return judging.result()
    except DatasetError:
        # Says in which line the mistake is, as without the fast validator.
        load_dataset(dataset)
        raise


def is_fast(validator: Validator, shapes: list[Triple], known: dict[str, Rule]) -> bool:
    """Tell whether the fast validator judges by ``shapes``, whose rules are ``known``.

    Raises:
        UrbactGraphError: it is wanted, and cannot be used.
    """
    if validator == "pyshacl":
        return False
    if not is_installed():
        against = "it is not installed; run pip install 'urbact-graph[fast]'"
    elif reason := reason_against(shapes, known):
        against = f"{reason}; write the shape in another way"
    else:
        return True
    if validator == "fast":
        raise UrbactGraphError(
            f"The fast validator cannot be used: {against}, or use --validator pyshacl."
        )
    return False


def fast_results(
    found: Iterable[Found], shapes: Iterable[Triple], store: Store, known: dict[str, Rule]
) -> list[Result]:
    """Return what the fast validator ``found`` as results, described by the rules ``known``."""
    graph = IndexedGraph(shapes)
    return [
        result
        for each in found
        for result in _with_values(
            _described(
                known[each.shape],
                focus=each.focus,
                path=each.path,
                value=each.value,
                component=each.component,
            ),
            graph.texts(each.shape, SH.maxCount),
            partial(_values, store),
        )
    ]


def _values(store: Store, subject: str, property_: str) -> Iterator[Term]:
    for quad in store.quads_for_pattern(NamedNode(subject), NamedNode(property_), None):
        if isinstance(quad.object, NamedNode | Literal):
            yield quad.object


def load_dataset(dataset: Path, *, lenient: bool = False) -> Store:
    """Load the N-Triples file ``dataset``; if ``lenient``, without a check of its IRIs and tags.

    Raises:
        DatasetError: the file cannot be read or is not N-Triples.
    """
    store = Store()
    try:
        store.bulk_load(path=str(dataset), format=RdfFormat.N_TRIPLES, lenient=lenient)
    except SyntaxError as error:
        if lenient:
            # A check may find the mistake earlier.
            return load_dataset(dataset)
        raise DatasetError(
            f"{dataset}, line {error.lineno}: {error.msg}. Build the dataset again."
        ) from None
    except OSError as error:
        raise DatasetError(
            f"{dataset} cannot be read: {error.strerror or error}. Build the dataset first."
        ) from None
    return store


def check(
    dataset: Iterable[Triple], shapes: Iterable[Triple], known: dict[str, Rule]
) -> list[Result]:
    """Return each result of ``shapes`` on ``dataset``, described by the rules ``known``.

    Their order is arbitrary, and no source file is named yet.

    Raises:
        DatasetError: a blank node breaks a rule.
        SourceError: a shape is not well-formed.
    """
    graph, shapes_graph = memory_graph(dataset), memory_graph(shapes)
    return read_results(run_pyshacl(graph, shapes_graph), graph, shapes_graph, known)


def read_results(
    found: rdflib.Graph, graph: rdflib.Graph, shapes: rdflib.Graph, known: dict[str, Rule]
) -> list[Result]:
    """Return the results in pySHACL's report ``found`` on ``graph``; errors as of ``check``."""

    def values(subject: str, property_: str) -> Iterator[Term]:
        nodes = graph.objects(_iri(subject), _iri(property_))
        return (term for term in map(oxigraph_term, nodes) if term is not None)

    results = (_result(found, node, known) for node in _result_nodes(found))
    return [
        each
        for result in results
        for each in _with_values(
            result, map(str, shapes.objects(_iri(result.rule), _iri(SH.maxCount))), values
        )
    ]


def run_pyshacl(graph: rdflib.Graph, shapes: rdflib.Graph) -> rdflib.Graph:
    """Return pySHACL's own report on ``graph``.

    Raises:
        SourceError: a shape is not well-formed.
    """
    try:
        _, found, text = pyshacl.validate(
            graph, shacl_graph=shapes, advanced=True, inplace=True, inference="none"
        )
    except ReportableRuntimeError as error:
        raise _not_well_formed(error) from None
    if not isinstance(found, rdflib.Graph):
        raise _not_well_formed(text)
    return found


def _not_well_formed(reason: object) -> SourceError:
    return SourceError(
        f"A shape in shapes/ is not well-formed SHACL: {reason}. Correct the shape there."
    )


def _idle_rules(
    shapes: list[Triple], selected: list[Triple], store: Store, base: str
) -> list[Result]:
    """Report the rules that had nothing to check, each as if it were an entity with a fault."""
    graph = IndexedGraph(shapes)
    return [
        Result(
            severity=Severity.INFO,
            focus=NamedNode(shape),
            rule=shape,
            title=graph.text(shape, SH.name),
            message=f"{reason}.",
            path=None,
            value=None,
            component=f"{base}shapes#rule-in-use",
            remedy="Compare its target with the data: correct the rule, or take it out.",
        )
        for shape, reason in idle(shapes, selected, store, str(urb(base)))
    ]


def _result_nodes(found: rdflib.Graph) -> Iterator[Node]:
    """Yield the results of the report, without those of the shapes that a rule refers to."""
    for report in found.subjects(_iri(RDF.type), _iri(SH.ValidationReport)):
        yield from found.objects(report, _iri(SH.result))


def _result(found: rdflib.Graph, node: Node, known: dict[str, Rule]) -> Result:
    facts = {str(name): value for name, value in found.predicate_objects(node)}
    shape, focus = str(facts[SH.sourceShape]), oxigraph_term(facts[SH.focusNode])
    if focus is None:
        raise blank_focus_node(shape)
    rule = known.get(shape) or _unnamed_rule(shape, facts)
    path, value = facts.get(SH.resultPath), facts.get(SH.value)
    return _described(
        rule if rule.message else replace(rule, message=str(facts.get(SH.resultMessage, ""))),
        focus=focus,
        path=str(path) if isinstance(path, rdflib.URIRef) else None,
        value=None if value is None else oxigraph_term(value),
        component=str(facts[SH.sourceConstraintComponent]),
    )


def _described(
    rule: Rule, *, focus: Term, path: str | None, value: Term | None, component: str
) -> Result:
    return Result(
        severity=rule.severity,
        focus=focus,
        rule=rule.iri,
        title=rule.title,
        message=rule.message,
        path=path,
        value=value,
        component=component,
        remedy=rule.remedy,
    )


def _unnamed_rule(shape: str, facts: dict[str, Node]) -> Rule:
    """Describe a shape that states no severity of its own by what pySHACL reports."""
    return Rule(
        iri=shape,
        severity=Severity(str(facts[SH.resultSeverity]).removeprefix(str(SH))),
        title="",
        message=str(facts.get(SH.resultMessage, "")),
        remedy="",
    )


def _with_values(
    result: Result, limits: Iterable[str], values: Callable[[str, str], Iterable[Term]]
) -> Iterator[Result]:
    """Yield ``result``, or if there are too many values a result for each of them.

    ``limits`` are the values of sh:maxCount, ``values`` reads those of a property.
    """
    if result.component not in _TOO_MANY or result.path is None or "0" in limits:
        yield result
        return
    yield from (replace(result, value=value) for value in values(result.entity, result.path))


@contextmanager
def _garbage_collection_paused() -> Iterator[None]:
    """Pause the collection of cycles: all objects made here live until the end (a tenth faster)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _iri(iri: str) -> rdflib.URIRef:
    return rdflib.URIRef(iri)
