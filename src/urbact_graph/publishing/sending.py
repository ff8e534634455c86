"""Send the graphs of a dataset piece by piece, from where an earlier attempt ended."""

from collections.abc import Mapping

from rich.filesize import decimal

from urbact_graph.progress import Progress
from urbact_graph.publishing.content import Content, GraphContent, pieces
from urbact_graph.publishing.endpoints import QueryEndpoint
from urbact_graph.publishing.graph_store import GraphStore, TooLargeError
from urbact_graph.publishing.notes import Notes
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.publishing.target import Remark, by_name, shown

# A store that does not take this much takes nothing.
_SMALLEST_PIECE = 16_000


class Sender:
    """Sends ``content`` to ``places`` of the store, and notes what has arrived."""

    def __init__(
        self,
        store: GraphStore,
        content: Content,
        places: Mapping[str, str | None],
        notes: Notes,
        remark: Remark,
    ) -> None:
        self.pieces = 0
        self._store = store
        self._content = by_name(content)
        self._total = content.size
        self._places = places
        self._notes = notes
        self._remark = remark

    def resume(self, query: QueryEndpoint | None) -> None:
        """Say from where it goes on; from the start where the store lacks what it had.

        Raises:
            StoreError: the endpoint refuses, or does not answer.
        """
        for name, graph in self._content.items():
            sent = self._notes.sent.get(name, 0)
            if query is None or not sent:
                continue
            expected, found = graph.triples_before(sent), query.count(self._places[name])
            if found < expected:
                self._remark(
                    f"The store has {found:,} of the {expected:,} triples that were sent to "
                    f"{shown(self._places[name])} before, so they are sent again."
                )
                del self._notes.sent[name]
        if self._notes.bytes_sent:
            self._remark(f"Going on after {self.amount}, which the store has already.")

    @property
    def amount(self) -> str:
        """How much has arrived."""
        return f"{decimal(self._notes.bytes_sent)} of {decimal(self._total)}"

    def send(self, piece_bytes: int, progress: Progress) -> None:
        """Send all that has not arrived yet.

        Raises:
            StoreError: the store refuses, or does not answer.
        """
        for name, graph in self._content.items():
            piece_bytes = self._send(name, graph, piece_bytes, progress)

    def _send(self, name: str, graph: GraphContent, piece_bytes: int, progress: Progress) -> int:
        """Send a graph; return the size of pieces that the store takes."""
        place = self._places[name]
        offset = self._notes.sent.get(name, 0)
        while offset < graph.size:
            left = self._total - self._notes.bytes_sent
            progress(self.amount, self.pieces, self.pieces + -(-left // piece_bytes))
            piece = next(pieces(graph, offset, piece_bytes))
            try:
                (self._store.add if offset else self._store.put)(place, piece)
            except TooLargeError as error:
                piece_bytes = self._smaller(len(piece), error)
                continue
            offset += len(piece)
            self.pieces += 1
            self._notes.sent[name] = offset
            self._note()
        return piece_bytes

    def _smaller(self, size: int, error: StoreError) -> int:
        """Return the half of the size of a piece that was too large.

        Raises:
            StoreError: it is too small for that.
        """
        if size // 2 < _SMALLEST_PIECE:
            raise error
        self._remark(
            f"The store takes no pieces of {size:,} bytes (status 413); going on with half of that."
        )
        return size // 2

    def _note(self) -> None:
        was_kept = self._notes.is_kept
        self._notes.write()
        if was_kept and not self._notes.is_kept:
            self._remark(
                f"{self._notes.file.parent} cannot be written, so an upload that is interrupted "
                "begins anew; name another folder with --build-folder."
            )
