"""The evaluation of one query on a store; for workers."""

from typing import Any

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Variable,
)

from urbact_graph.engine.messages import Result
from urbact_graph.engine.protocol import Request
from urbact_graph.engine.serialization import serialized
from urbact_graph.problems import (
    EVALUATION_FAILED,
    MALFORMED_REQUEST,
    SYNTAX_ERROR,
    ProblemError,
    out_of_memory,
)
from urbact_graph.rdf.sparql import mistake
from urbact_graph.rdf.terms import read_term


def evaluate(store: Store, request: Request, prefixes: dict[str, str]) -> Result:
    """Evaluate ``request`` on ``store``; graphs are written with those of ``prefixes`` they use.

    Raises:
        ProblemError: the query cannot be parsed or evaluated, its answer is larger than
            allowed, or no format is accepted that the form of the query can be answered in.
    """
    try:
        return serialized(_query(store, request), request, prefixes)
    except SyntaxError as error:
        wrong = mistake(request.query, error)
        place = {"line": wrong.line, "column": wrong.column}
        raise ProblemError(SYNTAX_ERROR, wrong.sentence, extensions=place) from None
    except MemoryError:
        raise out_of_memory() from None
    except (OSError, RuntimeError, ValueError) as error:
        raise ProblemError(
            EVALUATION_FAILED, f"The engine cannot evaluate the query: {error}."
        ) from None


def _query(store: Store, request: Request) -> QueryBoolean | QuerySolutions | QueryTriples:
    default_graph, named_graphs = _nodes(request.default_graphs), _nodes(request.named_graphs)
    is_chosen = bool(default_graph or named_graphs)
    terms: dict[Variable, Any] = {
        Variable(name): read_term(text) for name, text in request.substitutions.items()
    }
    return store.query(
        request.query,
        # Graphs named in the request override those of the query: SPARQL 1.1 Protocol, 2.1.4.
        default_graph=default_graph if is_chosen else None,
        named_graphs=named_graphs if is_chosen else None,
        substitutions=terms or None,
    )


# Any here and above, as pyoxigraph's types want collections that may hold blank nodes too.
def _nodes(iris: tuple[str, ...]) -> list[Any]:
    try:
        return [NamedNode(iri) for iri in iris]
    except ValueError as error:
        raise ProblemError(
            MALFORMED_REQUEST, f"The IRI of a graph in the request is not valid: {error}."
        ) from None
