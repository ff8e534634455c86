"""The graph at hand with the limits of a server, for queries that its user has not written."""

from functools import cached_property
from typing import TYPE_CHECKING

from urbact_graph.client.embedded import EmbeddedGraph
from urbact_graph.engine.source import Source
from urbact_graph.engine.system import can_fork_workers
from urbact_graph.settings import Settings

if TYPE_CHECKING:
    from urbact_graph.engine.protocol import Dataset


class LimitedGraph(EmbeddedGraph):
    """An ``EmbeddedGraph`` whose queries keep to the limits of time, memory and size of a server.

    They run in worker processes, as those of a server. Where no worker can be forked (on Windows
    and macOS) this process evaluates them, and only the size of their answers is limited.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._largest_answer = settings.max_result_bytes

    def close(self) -> None:  # noqa: D102 - as there
        super().close()
        if "_workers" in vars(self):
            self._workers.close()

    @property
    def _dataset(self) -> "Dataset":
        return self._workers if can_fork_workers() else self._embedded

    @cached_property
    def _workers(self) -> "Dataset":
        # It imports what only Linux has.
        from urbact_graph.engine.local import LocalEngine  # noqa: PLC0415

        return LocalEngine(self._settings, Source(self._built.dataset, self._built.version))
