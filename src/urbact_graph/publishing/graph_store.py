"""A store, by the SPARQL 1.1 Graph Store HTTP Protocol."""

from pathlib import Path

from urbact_graph.publishing.addresses import graph_address
from urbact_graph.publishing.refusals import Answer, StoreError, refused
from urbact_graph.publishing.transport import Transport

# Every N-Triples document is a Turtle document too, which a store must take (section 4 has
# neither; RDF/XML is the only one that all must).
_MEDIA_TYPES = ("application/n-triples", "text/turtle")
_ACCEPTED = "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.5"
_UNAUTHORIZED, _NOT_FOUND, _TOO_LARGE, _UNSUPPORTED = 401, 404, 413, 415


class TooLargeError(StoreError):
    """A piece that is larger than the store takes."""


class GraphStore:
    """The graphs at ``address``: of a store, or with ``direct`` of the graph itself."""

    def __init__(self, transport: Transport, address: str, *, direct: bool) -> None:
        self.transport = transport
        self.address = address
        self._direct = direct
        self._media_types = list(_MEDIA_TYPES)

    def address_of(self, graph: str | None) -> str:
        """Return the address of a graph, None for the default graph."""
        return graph_address(self.address, graph, direct=self._direct)

    def greet(self, graph: str | None) -> None:
        """Ask for nothing but the headers of a graph, so that the store says what it wants.

        Whatever it answers, it is there; a body is then not sent in vain before it asks for
        credentials.

        Raises:
            StoreError: it does not answer, or does not take the credentials.
        """
        answer = self.transport.send("HEAD", self.address_of(graph), {})
        if answer.status == _UNAUTHORIZED:
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

    def delete(self, graph: str) -> None:
        """Delete a graph, if the store has it and lets it be deleted (section 5.4).

        Raises:
            UnreachableError: it does not answer.
        """
        self.transport.send("DELETE", self.address_of(graph), {})

    def fetch(self, graph: str | None, into: Path) -> str | None:
        """Write a graph into a file; return its media type, None if there is no such graph.

        Raises:
            StoreError: the store refuses, or does not answer.
        """
        answer = self.transport.send(
            "GET", self.address_of(graph), {"Accept": _ACCEPTED}, into=into
        )
        if answer.status == _NOT_FOUND:
            return None
        if not answer.is_good:
            raise self._refused("to give the graph back", graph, answer)
        return answer.media_type

    def _send(self, method: str, graph: str | None, piece: bytes) -> None:
        while True:
            headers = {"Content-Type": self._media_types[0]}
            answer = self.transport.send(method, self.address_of(graph), headers, piece)
            if answer.status != _UNSUPPORTED or len(self._media_types) == 1:
                break
            del self._media_types[0]
        if answer.status == _TOO_LARGE:
            raise TooLargeError(str(self._refused(f"{len(piece):,} bytes", graph, answer)))
        if not answer.is_good:
            raise self._refused("the triples", graph, answer)

    def _refused(self, what: str, graph: str | None, answer: Answer) -> StoreError:
        credentials = self.transport.credentials
        remedy = ""
        if answer.status == _UNAUTHORIZED:
            remedy = credentials.remedy(answer.headers)
        elif answer.status == _TOO_LARGE:
            remedy = "write a smaller number behind --piece-bytes"
        elif graph is None and not answer.is_redirect and answer.status not in (403, 507):
            remedy = (
                "check the address; where the store has no default graph, name another with "
                "--graph IRI"
            )
        return refused(what, self.address_of(graph), answer, credentials.hide, remedy)
