"""A store, by the SPARQL 1.1 Graph Store HTTP Protocol."""

from collections.abc import Iterable
from typing import IO, cast

from pyoxigraph import RdfFormat, parse
from urllib3 import BaseHTTPResponse

from urbact_graph.publishing.addresses import graph_address
from urbact_graph.publishing.refusals import Answer, StoreError, media_type_of
from urbact_graph.publishing.transport import Transport
from urbact_graph.rdf.n_triples import statement
from urbact_graph.rdf.reading import rdf_format

# Every N-Triples document is a Turtle document too, which a store must take (section 4 has
# neither; RDF/XML is the only one that all must).
_MEDIA_TYPES = ("application/n-triples", "text/turtle")
_ACCEPTED = {"Accept": "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"}
_FORMATS = (RdfFormat.N_TRIPLES, RdfFormat.TURTLE, RdfFormat.RDF_XML)
_NOT_FOUND, _TOO_LARGE, _UNSUPPORTED = 404, 413, 415
# Redirects of every method alike; others may show a page to readers.
_ALL_MOVED = {301, 307, 308}
# It, or a proxy, asks for credentials.
_UNKNOWN = {401, 407}
# Answers that a store without a default graph may give to a request for it.
_UNNAMED = {400, 404, 500}


class TooLargeError(StoreError):
    """A piece that is larger than the store takes."""


class GraphStore:
    """The graphs at ``address``: of a store, or with ``direct`` of the graph itself."""

    how = "the graph, got back from the store"

    def __init__(self, transport: Transport, address: str, *, direct: bool) -> None:
        self._transport = transport
        self._address = address
        self._direct = direct
        self._media_types = list(_MEDIA_TYPES)

    def greet(self, graph: str | None) -> None:
        """Ask for nothing but the headers of a graph, so that the store says what it wants.

        Whatever else it answers, it is there; a body is then not sent in vain before it asks for
        credentials.

        Raises:
            StoreError: it does not answer, leads elsewhere, or does not take the credentials.
        """
        answer = self._transport.send("HEAD", self._address_of(graph), _ACCEPTED)
        if answer.status in _ALL_MOVED:
            raise self._refused("the request", graph, answer)
        if answer.status in _UNKNOWN:
            raise self._refused("the credentials", graph, answer)

    def put(self, graph: str | None, piece: bytes) -> None:
        """Replace a graph by the statements of ``piece``, in N-Triples (section 5.3).

        Raises:
            TooLargeError: the store takes no piece of that size.
            StoreError: it refuses for another reason, or does not answer.
        """
        self._send("PUT", graph, piece)

    def add(self, graph: str | None, piece: bytes) -> None:
        """Add the statements of ``piece`` to a graph (section 5.5).

        Raises:
            TooLargeError: as ``put``.
            StoreError: as ``put``.
        """
        self._send("POST", graph, piece)

    def delete(self, graph: str) -> bool:
        """Delete a graph (section 5.4); return whether it is not there any more."""
        try:
            answer = self._transport.send("DELETE", self._address_of(graph))
        except StoreError:
            return False
        return answer.is_good or answer.status == _NOT_FOUND

    def count(self, graph: str | None) -> int:
        """Count the triples of a graph.

        Raises:
            StoreError: the store refuses, does not answer, or gives back what cannot be read.
        """
        return self.read(graph, ())[0]

    def read(self, graph: str | None, subjects: Iterable[str]) -> tuple[int, dict[str, set[str]]]:
        """Return the number of triples, and the statements of ``subjects``.

        Raises:
            StoreError: as ``count``.
        """
        count = 0
        found: dict[str, set[str]] = {subject: set() for subject in subjects}

        def consume(response: BaseHTTPResponse) -> None:
            nonlocal count
            # A response that breaks off is asked for again, and has the same statements.
            count = 0
            media_type = media_type_of(response.headers)
            form = rdf_format(media_type)
            if form not in _FORMATS:
                raise ValueError(f"{media_type} was not asked for")
            base = self._address_of(graph)
            for quad in parse(cast("IO[bytes]", response), format=form, base_iri=base):
                count += 1
                if (subject := str(quad.subject)) in found:
                    found[subject].add(statement(quad.triple))

        address = self._address_of(graph)
        try:
            answer = self._transport.send("GET", address, _ACCEPTED, consume=consume)
        except (SyntaxError, ValueError) as error:
            raise StoreError(
                f"{address} answers with something else than a graph ({error}); check that it is "
                "the address of a graph store, or name the query endpoint with --query-endpoint."
            ) from None
        if not answer.is_good and answer.status != _NOT_FOUND:
            raise self._refused("to give the graph back", graph, answer)
        return count, found

    def _address_of(self, graph: str | None) -> str:
        return graph_address(self._address, graph, direct=self._direct)

    def _send(self, method: str, graph: str | None, piece: bytes) -> None:
        while True:
            headers = {"Content-Type": self._media_types[0]}
            answer = self._transport.send(method, self._address_of(graph), headers, piece)
            if answer.status != _UNSUPPORTED or len(self._media_types) == 1:
                break
            del self._media_types[0]
        if answer.status == _TOO_LARGE:
            raise TooLargeError(str(self._refused(f"{len(piece):,} bytes", graph, answer)))
        if not answer.is_good:
            raise self._refused("the triples", graph, answer)

    def _refused(self, what: str, graph: str | None, answer: Answer) -> StoreError:
        remedy = ""
        if answer.status == _TOO_LARGE:
            remedy = "write a smaller number behind --piece-bytes"
        elif graph is None and answer.status in _UNNAMED:
            remedy = (
                "check the address; where the store has no default graph, name another with "
                "--graph IRI"
            )
        return self._transport.refused(what, self._address_of(graph), answer, remedy)
