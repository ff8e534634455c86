"""The SPARQL endpoints of a store: what they are asked to check an upload, and to switch graphs.

Queries and updates are sent as forms (SPARQL 1.1 Protocol, sections 2.1.2 and 2.2.1), which every
store takes.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)

from urbact_graph.publishing.refusals import Answer, StoreError, refused
from urbact_graph.publishing.transport import Transport

# Virtuoso's JSON names literals in a way of its own; its XML is that of the standard.
_ACCEPTED = "application/sparql-results+xml, application/sparql-results+json;q=0.9"
_FORM = "application/x-www-form-urlencoded"
_UNAUTHORIZED = 401
# A switch of nothing; it tells whether updates are taken.
_NOTHING = "DROP SILENT GRAPH <urn:uuid:00000000-0000-0000-0000-000000000000>"


class _Endpoint:
    def __init__(self, transport: Transport, address: str) -> None:
        self.address = address
        self._transport = transport

    def _post(self, name: str, text: str, *, repeated: bool = True) -> Answer:
        headers = {"Accept": _ACCEPTED, "Content-Type": _FORM}
        body = urlencode({name: text}).encode()
        return self._transport.send("POST", self.address, headers, body, repeated=repeated)

    def refused(self, what: str, answer: Answer, remedy: str = "") -> StoreError:
        """Make the error of an answer that refuses ``what``."""
        credentials = self._transport.credentials
        if answer.status == _UNAUTHORIZED:
            remedy = credentials.remedy(answer.headers)
        return refused(what, self.address, answer, credentials.hide, remedy)


class QueryEndpoint(_Endpoint):
    """An endpoint that answers queries."""

    def try_out(self) -> None:
        """Ask a question that has one answer.

        Raises:
            StoreError: it is not answered as SPARQL has it.
        """
        # Virtuoso answers ASK with a table of its own, at the address that takes updates.
        if [str(row[0]) for row in self._rows("SELECT ?n WHERE { BIND('yes' AS ?n) }")] != [
            '"yes"'
        ]:
            raise self._strange()

    def count(self, graph: str | None) -> int:
        """Count the triples of a graph, None for what the endpoint takes for the default graph.

        Raises:
            StoreError: the endpoint refuses, or does not answer.
        """
        pattern = _in(graph, "?s ?p ?o")
        for (number,) in self._rows(f"SELECT (COUNT(*) AS ?n) WHERE {pattern}"):
            if isinstance(number, Literal) and number.value.isdigit():
                return int(number.value)
        raise self._strange()

    def statements(self, graph: str | None, subject: str) -> Iterator[tuple[str, str]]:
        """Yield the predicates and objects of a subject, written as in N-Triples.

        Raises:
            StoreError: as ``count``.
        """
        pattern = _in(graph, f"{subject} ?p ?o")
        for predicate, value in self._rows(f"SELECT ?p ?o WHERE {pattern}"):
            yield str(predicate), str(value)

    def _rows(self, query: str) -> Iterator[tuple[object, ...]]:
        found = self._results(query)
        if not isinstance(found, QuerySolutions):
            raise self._strange()
        names = [variable.value for variable in found.variables]
        try:
            for row in found:
                yield tuple(row[name] for name in names)
        except (SyntaxError, ValueError):
            raise self._strange() from None

    def _results(self, query: str) -> QueryBoolean | QuerySolutions:
        answer = self._post("query", query)
        if not answer.is_good:
            raise self.refused("a query", answer)
        form = QueryResultsFormat.from_media_type(answer.media_type)
        try:
            if form is None:
                raise self._strange()
            return parse_query_results(answer.body, format=form)
        except (SyntaxError, ValueError):
            raise self._strange() from None

    def _strange(self) -> StoreError:
        return StoreError(
            f"{self.address} answers a query with something else than results of SPARQL; name the "
            "query endpoint of the store with --query-endpoint."
        )


class UpdateEndpoint(_Endpoint):
    """An endpoint that takes updates."""

    def try_out(self) -> None:
        """Send an update that changes nothing.

        Raises:
            StoreError: it is refused, or not answered.
        """
        answer = self._post("update", _NOTHING)
        if not answer.is_good:
            raise self.refused("updates", answer)

    def move(self, pairs: Iterable[tuple[str, str | None]]) -> Answer:
        """Have each first graph take the place of the second, all in one request.

        A store should carry out a request as a whole or not at all (SPARQL 1.1 Update, section 2.2,
        with MOVE in 3.2.4). It must not be sent twice: some stores take a graph that is not there
        any more for an empty one.

        Raises:
            UnreachableError: there is no answer, and the graphs may have been moved or not.
        """
        text = " ;\n".join(f"MOVE {_target(one)} TO {_target(other)}" for one, other in pairs)
        return self._post("update", text, repeated=False)


def _target(graph: str | None) -> str:
    return "DEFAULT" if graph is None else f"GRAPH {NamedNode(graph)}"


def _in(graph: str | None, pattern: str) -> str:
    return (
        f"{{ {pattern} }}" if graph is None else f"{{ GRAPH {NamedNode(graph)} {{ {pattern} }} }}"
    )
