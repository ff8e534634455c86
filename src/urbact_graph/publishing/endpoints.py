"""The SPARQL endpoints of a store: what they are asked to check an upload, and to switch graphs.

Queries and updates are sent as forms (SPARQL 1.1 Protocol, sections 2.1.2 and 2.2.1), which every
store takes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    parse_query_results,
)

from urbact_graph.publishing.addresses import endpoints_of
from urbact_graph.publishing.refusals import Answer, StoreError
from urbact_graph.publishing.target import Target
from urbact_graph.publishing.transport import Transport

_HEADERS = {
    # Virtuoso's JSON names literals in a way of its own; its XML is that of the standard.
    "Accept": "application/sparql-results+xml, application/sparql-results+json;q=0.9",
    "Content-Type": "application/x-www-form-urlencoded",
}
# A switch of nothing; it tells whether updates are taken.
_NOTHING = "DROP SILENT GRAPH <urn:uuid:00000000-0000-0000-0000-000000000000>"
_FORBIDDEN, _FAILED = 403, 500
# Answers of an address that is none of an endpoint, or not for this user.
_ABSENT = {400, _FORBIDDEN, 404, 405, 406, 410, 415, 501}


class AbsentError(StoreError):
    """There is no such endpoint, or none for this user; it does not merely fail."""


class _Endpoint:
    option = ""

    def __init__(self, transport: Transport, address: str) -> None:
        self.address = address
        self._transport = transport

    def _post(self, name: str, text: str, *, repeated: bool = True) -> Answer:
        body = urlencode({name: text}).encode()
        return self._transport.send("POST", self.address, _HEADERS, body, repeated=repeated)

    def refused(self, what: str, answer: Answer, remedy: str = "") -> StoreError:
        """Make the error of an answer that refuses ``what``."""
        is_absent = answer.status in _ABSENT or answer.is_redirect
        if not remedy and is_absent and answer.status != _FORBIDDEN:
            remedy = f"check the address; {self.option} names another"
        elif not remedy and answer.status == _FAILED:
            remedy = "correct that, or write --in-place to go on without a switch"
        error = self._transport.refused(what, self.address, answer, remedy)
        return AbsentError(str(error)) if is_absent else error


class QueryEndpoint(_Endpoint):
    """An endpoint that answers queries."""

    option = "--query-endpoint"

    @property
    def how(self) -> str:
        """How it is checked what a store has: a clause."""
        return f"SPARQL at {self.address}"

    def try_out(self) -> None:
        """Ask a question that has one answer.

        Raises:
            StoreError: it is not answered as SPARQL has it.
        """
        # Virtuoso answers ASK with a table of its own, at the address that takes updates.
        if [*self._rows("SELECT ?n WHERE { BIND('yes' AS ?n) }")] != [(Literal("yes"),)]:
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

    def read(self, graph: str | None, subjects: Iterable[str]) -> tuple[int, dict[str, set[str]]]:
        """Return the number of triples, and the statements of ``subjects``.

        Raises:
            StoreError: as ``count``.
        """
        return self.count(graph), {
            subject: {
                f"{subject} {predicate} {value} ."
                for predicate, value in self._rows(
                    f"SELECT ?p ?o WHERE {_in(graph, f'{subject} ?p ?o')}"
                )
            }
            for subject in subjects
        }

    def _rows(self, query: str) -> Iterator[tuple[object, ...]]:
        answer = self._post("query", query)
        if not answer.is_good:
            raise self.refused("a query", answer)
        form = QueryResultsFormat.from_media_type(answer.media_type)
        try:
            found = form and parse_query_results(answer.body, format=form)
            if not isinstance(found, QuerySolutions):
                raise self._strange()
            for row in found:
                yield tuple(row)
        except (SyntaxError, ValueError):
            raise self._strange() from None

    def _strange(self) -> StoreError:
        return AbsentError(
            f"{self.address} answers a query with something else than results of SPARQL; name the "
            "query endpoint of the store with --query-endpoint."
        )


class UpdateEndpoint(_Endpoint):
    """An endpoint that takes updates."""

    option = "--update-endpoint"

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


_Kind = TypeVar("_Kind", QueryEndpoint, UpdateEndpoint)


@dataclass(frozen=True)
class Endpoints:
    """The endpoints of a store, as far as it has any.

    ``obstacle`` is a clause that says why no update can be sent.
    """

    query: QueryEndpoint | None
    update: UpdateEndpoint | None
    obstacle: str = ""


def find_endpoints(transport: Transport, target: Target) -> Endpoints:
    """Return the endpoints that were named, and else those that the layout of the store has.

    Raises:
        StoreError: one that was named cannot be used, or one that may be there fails: a graph that
            could be switched is not to be replaced piece by piece for that.
    """
    guessed = (None, None) if target.direct else endpoints_of(target.address)
    # In place the graph itself can be got back.
    passed = StoreError if target.in_place else AbsentError
    query = _tried(QueryEndpoint, transport, target.query, guessed[0], passed)
    if target.in_place:
        return Endpoints(query, None, "--in-place asks for that")
    # An update is only sent to a guessed address if queries show that it is the same store's.
    update = _tried(UpdateEndpoint, transport, target.update, guessed[1] if query else None)
    lacking = "no endpoint for updates is known"
    if guessed[0] and query is None:
        lacking = f"{guessed[0]} answers no queries"
    elif guessed[1]:
        lacking = f"{guessed[1]} takes no updates from here"
    return Endpoints(
        query, update, f"{lacking} (--query-endpoint and --update-endpoint name endpoints)"
    )


def _tried(
    kind: type[_Kind],
    transport: Transport,
    named: str | None,
    guessed: str | None,
    passed: type[StoreError] = AbsentError,
) -> _Kind | None:
    """Return the endpoint; None if it is not named and fails in a way that is ``passed``."""
    address = named or guessed
    if address is None:
        return None
    endpoint = kind(transport, address)
    try:
        endpoint.try_out()
    except passed:
        if named is not None:
            raise
        return None
    return endpoint


def _target(graph: str | None) -> str:
    return "DEFAULT" if graph is None else f"GRAPH {NamedNode(graph)}"


def _in(graph: str | None, pattern: str) -> str:
    return (
        f"{{ {pattern} }}" if graph is None else f"{{ GRAPH {NamedNode(graph)} {{ {pattern} }} }}"
    )
