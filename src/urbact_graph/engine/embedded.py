"""A dataset in the memory of this process, whose queries this process evaluates itself.

That suits the queries of its own user, and systems on which no worker can be forked: there is no
limit of time or memory, and a query that makes the engine fail ends the process.
"""

import sys
from typing import Self

from pyoxigraph import Store

from urbact_graph.engine.admission import admit
from urbact_graph.engine.evaluation import evaluate
from urbact_graph.engine.loading import LoadError, load_store
from urbact_graph.engine.protocol import Answer, Counts, Request
from urbact_graph.engine.source import Source
from urbact_graph.errors import EngineError
from urbact_graph.settings import Settings


class EmbeddedDataset:
    """One version of a dataset, in this process; a ``Dataset``.

    Raises:
        DatasetError: the source's file is not an RDF file by its name.
        EngineError: it cannot be loaded.
    """

    def __init__(self, settings: Settings, source: Source) -> None:
        source = source.with_version()
        self.version = source.version or ""
        self.modified = source.modified()
        self._load = source.load(settings)
        try:
            self._store: Store | None = load_store(self._load)
        except LoadError as error:
            raise EngineError(f"{source.file} cannot be loaded: {error}.") from None

    @property
    def store(self) -> Store:
        """What holds it.

        Raises:
            EngineError: it was closed, and an empty one would answer with nothing.
        """
        if self._store is None:
            raise EngineError("This graph is closed; open it again to ask more.")
        return self._store

    @property
    def counts(self) -> Counts:
        """How large it is."""
        return Counts(len(self.store), sum(1 for _ in self.store.named_graphs()))

    def query(self, request: Request, seconds: float | None = None, **_: object) -> Answer:
        """Evaluate ``request``, for as long as it takes.

        Raises:
            ProblemError: the query is nested too deeply, has a mistake, is an update or calls
                another service, or the engine cannot evaluate it.
            EngineError: as ``store``.
        """
        del seconds
        load = self._load
        # Its user may write a query as long as it needs to be.
        limits = {"max_query_bytes": sys.maxsize, "max_nesting_depth": load.max_nesting_depth}
        admit(request.query, **limits)
        allowed = load.allow_unknown_graphs
        result = evaluate(self.store, request, load.prefixes, allow_unknown_graphs=allowed)
        return Answer(result.media_type, result.content, self.version)

    def close(self) -> None:
        """Release the memory; calling it again has no effect, and queries are errors then."""
        self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
