"""Put new graphs into the place of old ones, all at once."""

import time
from collections.abc import Mapping

from urbact_graph.publishing.comparing import Reader
from urbact_graph.publishing.content import Content
from urbact_graph.publishing.endpoints import UpdateEndpoint
from urbact_graph.publishing.refusals import StoreError, UnreachableError
from urbact_graph.publishing.upload import Notes

# Seconds before each look whether a switch that was not answered has happened.
_LOOKS = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)


class Switch:
    """Moves the graphs that the notes name as staging to ``places``."""

    def __init__(
        self,
        update: UpdateEndpoint,
        reader: Reader,
        content: Content,
        places: Mapping[str, str | None],
        notes: Notes,
    ) -> None:
        self._update = update
        self._reader = reader
        self._content = content
        self._places = places
        self._notes = notes

    def run(self) -> None:
        """Switch; the graphs in staging are whole.

        Raises:
            StoreError: the store refuses, or what it did is not known.
        """
        self._notes.has_all = True
        self._notes.write()
        pairs = [(self._notes.staging[name], place) for name, place in self._places.items()]
        try:
            answer = self._update.move(pairs)
        except UnreachableError:
            if any(self._is_done(pause) for pause in _LOOKS):
                return
            raise StoreError(
                f"{self._update.address} has not answered whether it switched the graphs, and the "
                "new ones are not in their place yet; run the same command again, which looks "
                "first, with a longer --timeout."
            ) from None
        if not answer.is_good and not self._is_done():
            raise self._update.refused(
                "to switch the graphs",
                answer,
                f"what is new stands whole in {pairs[0][0]}: once the reason is gone, run the same "
                "command again, or write --in-place",
            )

    def is_done(self) -> bool:
        """Tell whether an earlier attempt has switched already."""
        return self._notes.has_all and self._is_done()

    def _is_done(self, pause: float = 0.0) -> bool:
        """Tell whether nothing is in staging any more, and everything in its place."""
        time.sleep(pause)
        try:
            return all(
                self._reader.count(self._places[graph.name]) >= graph.triples
                and not self._reader.count(self._notes.staging[graph.name])
                for graph in self._content.graphs
            )
        except StoreError:
            return False
