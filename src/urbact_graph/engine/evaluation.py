"""The evaluation of one query on a store; for workers."""

import re
from typing import Any

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Variable,
)

from urbact_graph.engine.dataset import Graphs, chosen_graphs, merged
from urbact_graph.engine.messages import Result
from urbact_graph.engine.protocol import Request
from urbact_graph.engine.rewriting import corrected, structure_of, with_columns_in_order
from urbact_graph.engine.serialization import serialized
from urbact_graph.problems import (
    EVALUATION_FAILED,
    SYNTAX_ERROR,
    UNKNOWN_FUNCTION,
    ProblemError,
    out_of_memory,
)
from urbact_graph.rdf.regular_expressions import pattern_fault
from urbact_graph.rdf.sparql import mistake, position
from urbact_graph.rdf.terms import read_term

# As Oxigraph says it, and as Virtuoso does.
_UNKNOWN_FUNCTION = re.compile(
    r"The custom \w*\s?function <(?P<oxigraph>.*)> is not supported"
    r"|Undefined procedure DB\.DBA\.(?P<virtuoso>\S+?)\.?$"
)


def evaluate(
    store: Store,
    request: Request,
    prefixes: dict[str, str],
    *,
    allow_unknown_graphs: bool = False,
) -> Result:
    """Evaluate ``request`` on ``store``; graphs are written with those of ``prefixes`` they use.

    Raises:
        ProblemError: the query cannot be parsed or evaluated, has a regular expression that is
            none, names a graph that the store has not
            (unless that is allowed), its answer is larger than allowed, or no format is accepted
            that the form of the query can be answered in.
    """
    try:
        check_patterns(request.query)
        graphs = chosen_graphs(store, request, allow_unknown=allow_unknown_graphs)
        return serialized(lambda: _results(store, request, graphs), request, prefixes)
    except SyntaxError as error:
        raise syntax_problem(request.query, error, request.base_iri) from None
    except MemoryError:
        raise out_of_memory() from None
    except (OSError, RuntimeError, ValueError) as error:
        raise _problem_of(error) from None


def syntax_problem(query: str, error: SyntaxError, base: str | None) -> ProblemError:
    """Make the problem of a query that the parser refuses with ``error``."""
    wrong = mistake(query, error, base)
    place = {"line": wrong.line, "column": wrong.column}
    return ProblemError(SYNTAX_ERROR, wrong.sentence, extensions=place)


def check_patterns(query: str) -> None:
    """Refuse a regular expression that would find nothing, as it cannot be read.

    Raises:
        ProblemError: there is one.
    """
    if fault := pattern_fault(query):
        line, column = position(query, fault.start)
        raise ProblemError(
            SYNTAX_ERROR,
            f"Syntax error at line {line}, column {column}: {fault.clause}.",
            extensions={"line": line, "column": column},
        )


def problem_of_function(message: str) -> ProblemError | None:
    """Return the problem of a function that the engine has not, if its ``message`` says so."""
    if match := _UNKNOWN_FUNCTION.search(message):
        name = match["oxigraph"] or match["virtuoso"]
        return ProblemError(
            UNKNOWN_FUNCTION,
            f"There is no function <{name}> here; docs/http.md lists those that there are.",
        )
    return None


def _problem_of(error: Exception) -> ProblemError:
    return problem_of_function(str(error)) or ProblemError(
        EVALUATION_FAILED, f"The engine cannot evaluate the query: {error}."
    )


def _results(
    store: Store, request: Request, graphs: Graphs | None
) -> QueryBoolean | QuerySolutions | QueryTriples:
    """Evaluate the query as it was corrected; if that is no query, as it was given."""
    if graphs and len(graphs.default) > 1:
        store = merged(store, graphs)
        graphs = Graphs((DefaultGraph(),), graphs.named)
    text = _corrected(store, request, graphs)
    try:
        return _ask(store, request, text, graphs)
    except SyntaxError:
        if text == request.query:
            raise
        return _ask(store, request, request.query, graphs)


def _ask(
    store: Store, request: Request, text: str, graphs: Graphs | None
) -> QueryBoolean | QuerySolutions | QueryTriples:
    terms: dict[Variable, Any] = {
        Variable(name): read_term(term) for name, term in request.substitutions.items()
    }
    # Any, as pyoxigraph's types want collections that may hold blank nodes too.
    default: Any = list(graphs.default) if graphs else None
    named: Any = list(graphs.named) if graphs else None
    return store.query(
        text,
        base_iri=request.base_iri,
        default_graph=default,
        named_graphs=named,
        substitutions=terms or None,
        use_default_graph_as_union=request.all_graphs and graphs is None,
    )


def _corrected(store: Store, request: Request, graphs: Graphs | None) -> str:
    """Return the query with what the engine needs to answer it as SPARQL has it."""

    def is_missing(token: int) -> bool:
        """Tell whether the graph may not hold the constant that is this token of the query."""
        iri = structure_of(request.query).iri(token, request.base_iri)
        return graphs is not None or iri is None or not _holds(store, NamedNode(iri))

    def variables() -> list[str]:
        results = Store().query(text, base_iri=request.base_iri)
        columns = results.variables if isinstance(results, QuerySolutions) else []
        return [column.value for column in columns]

    def named() -> list[str]:
        nodes = graphs.named if graphs else store.named_graphs()
        return [node.value for node in nodes if isinstance(node, NamedNode)]

    text = corrected(
        request.query, is_missing, named, base=request.base_iri, is_thorough=request.attempt > 0
    )
    try:
        return with_columns_in_order(text, variables)
    except SyntaxError:
        return text


def _holds(store: Store, node: NamedNode) -> bool:
    """Tell whether ``node`` is a node of the default graph, and there is no other graph."""
    if next(store.named_graphs(), None) is not None:
        return False
    graph = DefaultGraph()
    places: Any = ((node, None, None, graph), (None, None, node, graph))
    return any(next(store.quads_for_pattern(*place), None) is not None for place in places)
