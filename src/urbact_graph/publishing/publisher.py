"""Publish a dataset in a store: send it, check it, switch to it."""

import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from urbact_graph.progress import Stage, quiet
from urbact_graph.publishing.comparing import Comparison, Reader, compare
from urbact_graph.publishing.content import Content
from urbact_graph.publishing.endpoints import Endpoints, UpdateEndpoint, find_endpoints
from urbact_graph.publishing.graph_store import GraphStore
from urbact_graph.publishing.refusals import StoreError, UnreachableError
from urbact_graph.publishing.target import Target
from urbact_graph.publishing.transport import Transport
from urbact_graph.publishing.upload import Notes, Remark, Upload

# Seconds before each look whether a switch that was not answered has happened.
_LOOKS = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)


class DifferenceError(StoreError):
    """A store that has something else than what was sent."""


@dataclass(frozen=True)
class Published:
    """What was published: in which graphs, None for the default graph, in how many ``pieces``.

    ``is_whole`` where readers never saw a part of it; ``check`` says how it was compared.
    """

    places: tuple[str | None, ...]
    pieces: int
    is_whole: bool
    check: Comparison


class Publisher:
    """Publishes ``content`` at ``target``, with the notes of earlier attempts in ``folder``.

    ``remark`` is called with what a person should know.
    """

    def __init__(
        self,
        content: Content,
        target: Target,
        transport: Transport,
        folder: Path,
        remark: Remark,
        stage: Stage = quiet,
    ) -> None:
        self._content = content
        self._target = target
        self._transport = transport
        self._folder = folder
        self._remark = remark
        self._stage = stage
        self._notes = Notes.read(folder, target.address)
        self._places = target.places(content)
        self._store = GraphStore(transport, target.address, direct=target.direct)

    @property
    def bytes_kept(self) -> int:
        """How many bytes of this content a further attempt need not send."""
        notes = Notes.read(self._folder, self._target.address)
        return notes.bytes_sent if notes.sha256 == self._content.sha256 else 0

    def forget(self) -> None:
        """Have everything sent, also what has arrived before."""
        self._notes.sent.clear()
        self._notes.has_all = False

    def publish(self) -> Published:
        """Send what is missing, check it, and switch if the store can.

        Raises:
            DifferenceError: the store has something else in the end.
            StoreError: it refuses, or does not answer.
        """
        self._store.greet(next(iter(self._places.values())))
        endpoints = find_endpoints(self._transport, self._target)
        self._begin(switches=endpoints.update is not None)
        goals = self._notes.staging or self._places
        upload = Upload(self._store, self._content, goals, self._notes, self._remark)
        reader: Reader = endpoints.query or self._store
        if endpoints.update is None:
            is_whole = self._send_in_place(upload, endpoints)
            check = self._check(reader, self._places, self._target.sample)
        else:
            is_whole = True
            if self._notes.has_all and self._is_switched(reader):
                self._remark("The graphs had been switched already.")
                check = self._check(reader, self._places, self._target.sample)
            else:
                self._send(upload, endpoints)
                check = self._compared(reader, self._notes.staging, self._target.sample)
                self._require(check, "; nothing was switched, so that readers see the old graph")
                with self._stage("Switching"):
                    self._switch(endpoints.update, reader)
                self._require(self._check(reader, self._places, 0))
        self._require(check)
        self._notes.remove()
        return Published(tuple(self._places.values()), upload.pieces, is_whole, check)

    def _begin(self, *, switches: bool) -> None:
        """Forget what was sent of another dataset, or in another way; remove it from the store."""
        notes = self._notes
        staging = {name: self._staging(name) for name in self._places} if switches else {}
        if (notes.sha256, notes.staging) != (self._content.sha256, staging):
            self._clear(graph for graph in notes.staging.values() if graph not in staging.values())
            notes.begin(self._content.sha256, staging)

    def _staging(self, name: str) -> str:
        """Return the graph that takes a graph of the dataset until it is whole.

        It is the same at each attempt from here, and another from elsewhere, so that two who
        publish at once do not disturb each other.
        """
        key = f"{platform.node()} {self._folder} {self._target.key} {name}"
        found = uuid5(NAMESPACE_URL, key)
        return (
            f"{self._target.address}-incoming-{found.hex[:12]}"
            if self._target.direct
            else found.urn
        )

    def _send_in_place(self, upload: Upload, endpoints: Endpoints) -> bool:
        """Replace the graphs; return whether that was done by a single request."""
        is_single = len(self._places) == 1 and self._content.size <= self._target.piece_bytes
        if not is_single:
            self._remark(f"Readers see the change piece by piece, as {endpoints.obstacle}.")
        self._send(upload, endpoints)
        # A store may take smaller pieces only.
        return is_single and upload.pieces == 1

    def _send(self, upload: Upload, endpoints: Endpoints) -> None:
        upload.resume(endpoints.query)
        with self._stage("Publishing") as progress:
            self._transport.waiting = lambda seconds, reason: progress(
                f"{reason}: {seconds:.0f} s", upload.pieces, 0
            )
            upload.send(self._target.piece_bytes, progress)

    def _switch(self, update: UpdateEndpoint, reader: Reader) -> None:
        """Put the graphs in staging, which are whole, into the place of the old ones.

        Raises:
            StoreError: the store refuses, or what it did is not known.
        """
        self._notes.has_all = True
        self._notes.write()
        pairs = [(self._notes.staging[name], place) for name, place in self._places.items()]
        try:
            answer = update.move(pairs)
        except UnreachableError:
            if any(self._is_switched(reader, pause) for pause in _LOOKS):
                return
            raise StoreError(
                f"{update.address} has not answered whether it switched the graphs, and the new "
                "ones are not in their place yet; run the same command again, which looks first, "
                "with a longer --timeout."
            ) from None
        if not answer.is_good and not self._is_switched(reader):
            raise update.refused(
                "to switch the graphs",
                answer,
                f"what is new stands whole in {pairs[0][0]}: once the reason is gone, run the same "
                "command again, or write --in-place",
            )

    def _is_switched(self, reader: Reader, pause: float = 0.0) -> bool:
        """Tell whether nothing is in staging any more, and everything in its place."""
        time.sleep(pause)
        try:
            return all(
                reader.count(self._places[graph.name]) >= graph.triples
                and not reader.count(self._notes.staging[graph.name])
                for graph in self._content.graphs
            )
        except StoreError:
            return False

    def _check(self, reader: Reader, places: Mapping[str, str | None], sample: int) -> Comparison:
        """Compare the graphs at ``places`` with what was sent: by queries if possible.

        An endpoint may be that of another store, or take all graphs together for its default graph:
        where it shows something else, the graphs themselves decide.
        """
        check = self._compared(reader, places, sample)
        if not check.differences or reader is self._store:
            return check
        try:
            return self._compared(self._store, places, sample)
        except StoreError:
            return check

    def _compared(
        self, reader: Reader, places: Mapping[str, str | None], sample: int
    ) -> Comparison:
        with self._stage("Checking") as progress:
            return compare(reader, self._content, places, sample, progress)

    def _require(self, check: Comparison, consequence: str = "") -> None:
        """Refuse a check that found differences; the next attempt begins anew.

        Raises:
            DifferenceError: it did.
        """
        if not check.differences:
            return
        self._clear(self._notes.staging.values())
        self._notes.remove()
        differences = "; ".join(check.differences)
        remedy = "see whether something else writes or derives triples there"
        if not check.triples:
            remedy = "see whether it is the address of a graph store"
        raise DifferenceError(
            f"{differences[:1].upper()}{differences[1:]}{consequence} (checked by {check.how}); "
            f"run the same command again, and if it stays so, {remedy}."
        )

    def _clear(self, graphs: Iterable[str]) -> None:
        for graph in graphs:
            if not self._store.delete(graph):
                self._remark(f"The graph {graph} could not be removed from the store; remove it.")
