"""The answer to a batch of queries by version 0.2, over HTTP and in a program."""

from typing import Any

from urbact_graph.web.reconciling.batches import Reader
from urbact_graph.web.reconciling.entities import Entities
from urbact_graph.web.reconciling.reconciler import Reconciler
from urbact_graph.web.snapshot import Snapshot


def answered(text: str, snapshot: Snapshot, most: int) -> dict[str, Any]:
    """Return the result batch for the query batch ``text`` of at most ``most`` queries.

    Raises:
        ProblemError: it is no batch, or larger; or as the atlas raises it.
    """
    entities, reconciler = snapshot.derive(Entities.of), snapshot.derive(Reconciler.of)
    return {
        key: {"result": [one.as_json(entities) for one in reconciler.candidates(query)]}
        for key, query in Reader(entities, most).queries(text).items()
    }
