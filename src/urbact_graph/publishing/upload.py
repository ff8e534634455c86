"""Send the graphs of a dataset piece by piece, from where an earlier attempt ended.

A store cannot be asked which pieces it has: the Graph Store Protocol knows whole graphs alone, and
a count, where there is an endpoint to ask for it, does not say which triples are there. So notes
on disk say it, and the count is compared with them.
"""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel, NonNegativeInt, PrivateAttr
from rich.filesize import decimal

from urbact_graph.files import write_whole
from urbact_graph.progress import Progress
from urbact_graph.publishing.comparing import Reader
from urbact_graph.publishing.content import Content, GraphContent, next_piece
from urbact_graph.publishing.graph_store import GraphStore, TooLargeError
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.publishing.target import shown

NAME = "state.json"
# A store that does not take this much takes nothing.
_SMALLEST_PIECE = 16_000

# Called with a sentence that a person should know.
Remark = Callable[[str], None]


class Notes(BaseModel):
    """What of the dataset with the digest ``sha256`` has arrived in the store at ``address``.

    ``sent`` are the bytes that have arrived, by the IRI of the graph, empty for the default graph.
    ``staging`` are the graphs that take them until they are switched, by the same names; none where
    they go to their place at once. ``has_all`` once all are there and have been checked.
    """

    address: str
    sha256: str = ""
    staging: dict[str, str] = {}
    sent: dict[str, NonNegativeInt] = {}
    has_all: bool = False
    _file: Path = PrivateAttr()

    @classmethod
    def read(cls, folder: Path, address: str) -> "Notes":
        """Return the notes in ``folder`` on the upload to ``address``, empty if there are none."""
        file = folder / NAME
        notes = cls(address=address)
        with contextlib.suppress(OSError, ValueError):
            found = cls.model_validate_json(file.read_bytes())
            notes = found if found.address == address else notes
        notes._file = file
        return notes

    @property
    def bytes_sent(self) -> int:
        """The bytes that have arrived, of all graphs."""
        return sum(self.sent.values())

    def begin(self, sha256: str = "", staging: Mapping[str, str] | None = None) -> None:
        """Begin anew, with the dataset of this digest."""
        self.sha256, self.staging, self.sent = sha256, dict(staging or {}), {}
        self.has_all = False

    def write(self) -> bool:
        """Write the notes; return whether that was possible."""
        try:
            write_whole(self._file, f"{self.model_dump_json(indent=2)}\n".encode())
        except OSError:
            return False
        return True

    def remove(self) -> None:
        """Remove the notes, as nothing is under way any more."""
        self.begin()
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)


class Upload:
    """Sends ``content`` to ``places`` of the store, and notes what has arrived.

    ``pieces`` counts those that were sent.
    """

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
        self._content = content
        self._places = places
        self._notes = notes
        self._remark = remark
        self._is_noted = True

    def resume(self, reader: Reader | None) -> None:
        """Say from where it goes on; from the start where the store lacks what it had.

        Raises:
            StoreError: the store refuses, or does not answer.
        """
        for graph in self._content.graphs:
            sent, place = self._notes.sent.get(graph.name, 0), self._places[graph.name]
            if reader is None or not sent:
                continue
            expected, found = graph.triples_before(sent), reader.count(place)
            if found < expected:
                self._remark(
                    f"The store has {found:,} of the {expected:,} triples that were sent to "
                    f"{shown(place)} before, so they are sent again."
                )
                del self._notes.sent[graph.name]
        if self._notes.bytes_sent:
            self._remark(f"Going on after {self._amount}, which the store has already.")

    def send(self, piece_bytes: int, progress: Progress) -> None:
        """Send all that has not arrived yet.

        Raises:
            StoreError: the store refuses, or does not answer.
        """
        for graph in self._content.graphs:
            piece_bytes = self._send(graph, piece_bytes, progress)

    @property
    def _amount(self) -> str:
        return f"{decimal(self._notes.bytes_sent)} of {decimal(self._content.size)}"

    def _send(self, graph: GraphContent, piece_bytes: int, progress: Progress) -> int:
        """Send a graph; return the size of pieces that the store takes."""
        place = self._places[graph.name]
        offset = self._notes.sent.get(graph.name, 0)
        while offset < graph.size:
            left = self._content.size - self._notes.bytes_sent
            progress(self._amount, self.pieces, self.pieces + -(-left // piece_bytes))
            piece = next_piece(graph, offset, piece_bytes)
            try:
                (self._store.add if offset else self._store.put)(place, piece)
            except TooLargeError as error:
                piece_bytes = self._smaller(len(piece), error)
                continue
            offset += len(piece)
            self.pieces += 1
            self._notes.sent[graph.name] = offset
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
        if self._is_noted and not self._notes.write():
            self._is_noted = False
            self._remark(
                "What has arrived cannot be noted, so an upload that is interrupted begins anew; "
                "name a folder that can be written with --build-folder."
            )
