"""Publish a dataset in a store: send it, check it, switch to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from urbact_graph.progress import Progress, Stage, quiet
from urbact_graph.publishing.comparing import (
    Comparison,
    GraphReader,
    QueryReader,
    Reader,
    samples_of,
)
from urbact_graph.publishing.content import Content
from urbact_graph.publishing.graph_store import GraphStore
from urbact_graph.publishing.notes import Notes
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.publishing.sending import Sender
from urbact_graph.publishing.switching import Switch
from urbact_graph.publishing.target import (
    Endpoints,
    Remark,
    Target,
    by_name,
    find_endpoints,
    shown,
)
from urbact_graph.publishing.transport import Transport


class DifferenceError(StoreError):
    """A store that has something else than what was sent."""


@dataclass(frozen=True)
class Published:
    """What was published: in how many ``pieces``, and how it was checked (a clause).

    ``is_switched`` where readers never saw a part of it.
    """

    triples: int
    graphs: int
    pieces: int
    is_switched: bool
    how: str
    compared: int
    things: int
    reformed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Check:
    """How the graphs of a store differ from what was sent, by name, and how that was found."""

    how: str
    comparisons: Mapping[str, Comparison]

    @property
    def is_same(self) -> bool:
        return all(comparison.is_same for comparison in self.comparisons.values())


def _report(progress: Progress, before: Mapping[str, Comparison], total: int, done: int) -> None:
    """Report that ``done`` things of a graph are compared, behind those of the graphs before."""
    progress("things", done + sum(comparison.things for comparison in before.values()), total)


class Publisher:
    """Publishes ``content`` at ``target``; ``folder`` is for temporary files.

    What has arrived is noted in ``notes``; ``remark`` is called with what a person should know.
    """

    def __init__(
        self,
        content: Content,
        target: Target,
        transport: Transport,
        notes: Notes,
        folder: Path,
        remark: Remark,
        stage: Stage = quiet,
    ) -> None:
        self._content = content
        self._target = target
        self._transport = transport
        self._notes = notes
        self._remark = remark
        self._stage = stage
        self._places = target.places(content)
        self._store = GraphStore(transport, target.address, direct=target.direct)
        self._by_graph = GraphReader(self._store, folder)

    def publish(self) -> Published:
        """Send what is missing, check it, and switch if the store can.

        Raises:
            DifferenceError: the store has something else in the end.
            StoreError: it refuses, or does not answer.
        """
        self._store.greet(next(iter(self._places.values())))
        endpoints = find_endpoints(self._transport, self._target)
        is_one_request = len(self._places) == 1 and self._content.size <= self._target.piece_bytes
        switches = endpoints.update is not None and not is_one_request
        self._prepare_notes(switches=switches)
        if not (switches or is_one_request):
            self._remark(f"Readers see the change piece by piece, as {endpoints.obstacle}.")
        sender = Sender(self._store, self._content, self._goals, self._notes, self._remark)
        reader: Reader = QueryReader(endpoints.query) if endpoints.query else self._by_graph
        switch = (
            Switch(endpoints.update, reader, self._content, self._places, self._notes)
            if endpoints.update and switches
            else None
        )
        if switch and switch.is_done():
            self._remark("The graphs had been switched already.")
            check = self._check(endpoints, self._places, self._target.sample)
        else:
            check = self._send(sender, endpoints, switch)
        self._require(check, self._places)
        self._notes.remove()
        return self._outcome(check, sender.pieces, is_switched=switches or is_one_request)

    @property
    def _goals(self) -> dict[str, str | None]:
        """The graphs of the store that take the pieces, by the names of those of the dataset."""
        return {name: self._notes.staging.get(name, place) for name, place in self._places.items()}

    def _prepare_notes(self, *, switches: bool) -> None:
        """Forget what was sent of another dataset, or in another way; remove it from the store."""
        staging = self._target.staging(self._content) if switches else {}
        notes = self._notes
        if (notes.sha256, notes.staging) == (self._content.sha256, staging):
            return
        for graph in notes.staging.values():
            self._store.delete(graph)
        notes.begin(self._content.sha256, staging)

    def _send(self, sender: Sender, endpoints: Endpoints, switch: Switch | None) -> _Check:
        """Send, check, and switch; return how it was checked."""
        sender.resume(endpoints.query)
        with self._stage("Publishing") as progress:
            self._transport.waiting = lambda seconds, reason: progress(
                f"{reason}: {seconds:.0f} s", sender.pieces, 0
            )
            sender.send(self._target.piece_bytes, progress)
        check = self._check(
            endpoints,
            self._goals,
            self._target.sample,
            # A switch at an address that was guessed is safe only if it shows what was sent.
            falls_back=switch is None or not endpoints.is_update_guessed,
        )
        if switch is None:
            return check
        self._require(check, self._goals, "; nothing was switched, so that readers see the old")
        with self._stage("Switching"):
            switch.run()
        final = self._check(endpoints, self._places, 0)
        self._require(final, self._places)
        return check

    def _check(
        self,
        endpoints: Endpoints,
        graphs: Mapping[str, str | None],
        sample: int,
        *,
        falls_back: bool = True,
    ) -> _Check:
        """Compare ``graphs`` with what was sent: by queries if possible.

        An endpoint may be that of another store, where it was only guessed, and take all graphs
        together for its default graph: then the graphs themselves decide.
        """
        if endpoints.query is None:
            return self._compared(self._by_graph, graphs, sample)
        check = self._compared(QueryReader(endpoints.query), graphs, sample)
        is_doubtful = endpoints.is_query_guessed or None in graphs.values()
        if check.is_same or not (is_doubtful and falls_back):
            return check
        try:
            return self._compared(self._by_graph, graphs, sample)
        except StoreError:
            return check

    def _compared(self, reader: Reader, graphs: Mapping[str, str | None], most: int) -> _Check:
        contents = by_name(self._content)
        samples = samples_of(contents, most)
        total = sum(map(len, samples.values()))
        found: dict[str, Comparison] = {}
        with self._stage("Checking") as progress:
            for name, content in contents.items():
                found[name] = reader.compare(
                    graphs[name], content, samples[name], partial(_report, progress, found, total)
                )
        return _Check(reader.how, found)

    def _require(
        self, check: _Check, graphs: Mapping[str, str | None], consequence: str = ""
    ) -> None:
        """Refuse a check that found differences.

        Raises:
            DifferenceError: it did.
        """
        if check.is_same:
            return
        said = "; ".join(
            comparison.difference(shown(graphs[name]))
            for name, comparison in check.comparisons.items()
            if not comparison.is_same
        )
        # The next attempt begins anew.
        for graph in self._notes.staging.values():
            self._store.delete(graph)
        self._notes.remove()
        raise DifferenceError(
            f"{said}{consequence} (checked by {check.how}); run the same command again, and if it "
            "stays so, see whether something else writes there, or derives triples."
        )

    def _outcome(self, check: _Check, pieces: int, *, is_switched: bool) -> Published:
        found = check.comparisons.values()
        return Published(
            triples=sum(comparison.found for comparison in found),
            graphs=len(found),
            pieces=pieces,
            is_switched=is_switched,
            how=check.how,
            compared=sum(comparison.compared for comparison in found),
            things=sum(comparison.things for comparison in found),
            reformed=tuple(pair for comparison in found for pair in comparison.reformed),
        )
