"""The evaluation of one query on a store, and the serialisation of its answer; for workers."""

import io
import re
from typing import Any

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
    serialize,
)
from typing_extensions import Buffer

from urbact_graph.engine.messages import Result
from urbact_graph.engine.protocol import Request
from urbact_graph.problems import (
    EVALUATION_FAILED,
    MALFORMED_REQUEST,
    NOT_ACCEPTABLE,
    RESULT_TOO_LARGE,
    SYNTAX_ERROR,
    ProblemError,
    out_of_memory,
)
from urbact_graph.rdf.formats import Kind, formats
from urbact_graph.rdf.namespaces import used_prefixes
from urbact_graph.rdf.sparql import mistake
from urbact_graph.rdf.terms import read_term

# Characters that XML 1.0 cannot express, not even as references (section 2.2).
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#x?0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]);")
_WITHOUT_PREFIXES = frozenset(("application/n-triples", "application/n-quads"))


class _Output(io.BytesIO):
    """Collects an answer of up to ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: Buffer, /) -> int:
        written = super().write(data)
        if self.tell() > self._limit:
            raise ProblemError(
                RESULT_TOO_LARGE,
                f"The answer has more than {self._limit:,} bytes (max_result_bytes); "
                "select fewer rows or columns, or page with ORDER BY, LIMIT and OFFSET.",
                extensions={"limit": "max_result_bytes", "value": self._limit},
            )
        return written


def evaluate(store: Store, request: Request, prefixes: dict[str, str]) -> Result:
    """Evaluate ``request`` on ``store``; graphs are written with those of ``prefixes`` they use.

    Raises:
        ProblemError: the query cannot be parsed or evaluated, its answer is larger than
            allowed, or no format is accepted that the form of the query can be answered in.
    """
    try:
        return _result(store, request, prefixes)
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


def _result(store: Store, request: Request, prefixes: dict[str, str]) -> Result:
    results = _query(store, request)
    output = _Output(request.max_result_bytes)
    if isinstance(results, (QueryBoolean, QuerySolutions)):
        media_type = _accepted(request.results_format, "SELECT and ASK", "a table", "results")
        results.serialize(output, format=QueryResultsFormat.from_media_type(media_type))
    else:
        media_type = _accepted(request.graph_format, "CONSTRUCT and DESCRIBE", "a graph", "graph")
        _serialize_graph(results, output, media_type, prefixes)
    content = output.getvalue()
    if media_type.endswith("xml") and _NOT_XML.search(content):
        raise ProblemError(
            NOT_ACCEPTABLE,
            "The answer has a control character, which XML cannot express; accept another format.",
        )
    return Result(media_type, content)


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


def _serialize_graph(
    results: QueryTriples, output: _Output, media_type: str, prefixes: dict[str, str]
) -> None:
    # A graph is a set, but the engine returns a triple as often as it finds it.
    triples: dict[Triple, None] = dict.fromkeys(results)
    used = None if media_type in _WITHOUT_PREFIXES else used_prefixes(triples, prefixes)
    serialize(triples, output, format=RdfFormat.from_media_type(media_type), prefixes=used)


# Any here and above, as pyoxigraph's types want collections that may hold blank nodes too.
def _nodes(iris: tuple[str, ...]) -> list[Any]:
    try:
        return [NamedNode(iri) for iri in iris]
    except ValueError as error:
        raise ProblemError(
            MALFORMED_REQUEST, f"The IRI of a graph in the request is not valid: {error}."
        ) from None


def _accepted(media_type: str | None, forms: str, shape: str, kind: Kind) -> str:
    if media_type is None:
        names = ", ".join(form.name for form in formats(kind))
        raise ProblemError(
            NOT_ACCEPTABLE,
            f"{forms} return {shape}, which none of the accepted formats can hold; accept one of "
            f"{names}.",
        )
    return media_type
