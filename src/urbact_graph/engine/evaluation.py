"""Evaluate one query on a store and serialise its answer; runs in workers only."""

import io
import re
from typing import Any

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
    serialize,
)
from typing_extensions import Buffer

from urbact_graph.engine.messages import Answer, Request
from urbact_graph.rdf.formats import Kind, formats
from urbact_graph.problems import (
    RESULT_TOO_LARGE,
    EVALUATION_FAILED,
    MALFORMED_REQUEST,
    NOT_ACCEPTABLE,
    SYNTAX_ERROR,
    ProblemError,
    out_of_memory,
)
from urbact_graph.rdf.sparql import mistake

# Characters that XML 1.0 cannot carry, not even as references (section 2.2).
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#x?0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]);")
# IRIs that Turtle has a shorter way to say.
_UNWRITTEN = frozenset(
    (
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
        "http://www.w3.org/2001/XMLSchema#string",
    )
)


class _Capped(io.BytesIO):
    """Collects an answer up to a size."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: Buffer, /) -> int:
        if self.tell() + len(memoryview(data)) > self.limit:
            raise ProblemError(
                RESULT_TOO_LARGE,
                f"The answer has more than {self.limit:,} bytes (max_result_bytes); "
                "ask for fewer rows or columns, or page with ORDER BY, LIMIT and OFFSET.",
                extensions={"limit": "max_result_bytes", "value": self.limit},
            )
        return super().write(data)


def evaluate(store: Store, request: Request) -> Answer:
    """Evaluate ``request`` on ``store``.

    Raises:
        ProblemError: the query cannot be parsed or evaluated, its answer is larger than
            allowed, or none of the formats that fit the form of the query is accepted.
    """
    try:
        return _answer(store, request)
    except SyntaxError as error:
        wrong = mistake(request.query, error)
        place = {"line": wrong.line, "column": wrong.column}
        raise ProblemError(SYNTAX_ERROR, wrong.sentence, extensions=place) from None
    except MemoryError:
        raise out_of_memory() from None
    except (OSError, RuntimeError, ValueError) as error:
        raise ProblemError(EVALUATION_FAILED, f"The engine gave up on the query: {error}.") from None


def _answer(store: Store, request: Request) -> Answer:
    explicit = bool(request.default_graphs or request.named_graphs)
    default_graph, named_graphs = _nodes(request.default_graphs), _nodes(request.named_graphs)
    results = store.query(
        request.query,
        # Graphs named in the request override those of the query: SPARQL 1.1 Protocol, 2.1.4.
        default_graph=default_graph if explicit else None,
        named_graphs=named_graphs if explicit else None,
        substitutions={Variable(name): _term(text) for name, text in request.substitutions.items()}
        or None,
    )
    output = _Capped(request.max_result_bytes)
    if isinstance(results, (QueryBoolean, QuerySolutions)):
        media_type = _accepted(request.results_format, "SELECT and ASK", "a table", "results")
        results.serialize(output, format=QueryResultsFormat.from_media_type(media_type))
    else:
        media_type = _accepted(request.graph_format, "CONSTRUCT and DESCRIBE", "a graph", "graph")
        form = RdfFormat.from_media_type(media_type)
        # A graph is a set, but the engine gives a triple as often as it finds it.
        triples = dict.fromkeys(results)
        serialize(triples, output, format=form, prefixes=_used(request.prefixes, triples))
    content = output.getvalue()
    if media_type.endswith("xml") and _NOT_XML.search(content):
        raise ProblemError(
            NOT_ACCEPTABLE,
            "The answer has a control character, which XML cannot carry; ask for another format.",
        )
    return Answer(media_type, content)


def _nodes(iris: tuple[str, ...]) -> list[Any]:
    # Any, as the engine's lists are typed to hold blank nodes too.
    try:
        return [NamedNode(iri) for iri in iris]
    except ValueError as error:
        raise ProblemError(
            MALFORMED_REQUEST, f"A graph that the request names has no valid IRI: {error}."
        ) from None


def _accepted(media_type: str | None, forms: str, shape: str, kind: Kind) -> str:
    if media_type is None:
        names = ", ".join(form.name for form in formats(kind))
        raise ProblemError(
            NOT_ACCEPTABLE,
            f"{forms} give {shape}, which none of the accepted formats holds; ask for {names}.",
        )
    return media_type


def _used(prefixes: dict[str, str], triples: dict[Triple, None]) -> dict[str, str]:
    """Return the prefixes that occur, so that a small graph has a small head."""
    iris: set[str] = set()
    for subject, predicate, value in triples:
        iri = value.datatype if isinstance(value, Literal) else value
        iris |= {term.value for term in (subject, predicate, iri) if isinstance(term, NamedNode)}
    found = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in iris - _UNWRITTEN}
    return {name: iri for name, iri in prefixes.items() if iri in found}


def _term(text: str) -> NamedNode | Literal:
    statement = f"<x:s> <x:p> {text} ."
    quad = next(iter(parse(statement, format=RdfFormat.N_TRIPLES)))
    if not isinstance(quad.object, (NamedNode, Literal)):
        raise TypeError(f"{text} is neither an IRI nor a literal")
    return quad.object
