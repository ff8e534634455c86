"""The outcome of a validation, kept beside the dataset, so that none is validated twice."""

import hashlib
import json
from pathlib import Path

from urbact_graph.dataset.building import Build
from urbact_graph.dataset.fingerprint import fingerprint
from urbact_graph.files import write_whole
from urbact_graph.sources import GraphSources

REPORT_NAME = "validation.ttl"
_OUTCOME_NAME = "validation.json"


def is_known_valid(graph: Build, sources: GraphSources, folder: Path) -> bool:
    """Tell whether ``graph`` was validated with the present shapes and code, without violation."""
    try:
        recorded = json.loads((folder / _OUTCOME_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(recorded == _outcome(graph, sources, conforms=True))


def record(
    graph: Build, sources: GraphSources, folder: Path, report: bytes, *, conforms: bool
) -> None:
    """Write the ``report``, in Turtle, and the outcome of the validation into ``folder``.

    Raises:
        OSError: the folder cannot be written.
    """
    write_whole(folder / REPORT_NAME, report)
    content = json.dumps(_outcome(graph, sources, conforms=conforms), indent=2) + "\n"
    write_whole(folder / _OUTCOME_NAME, content.encode())


def _outcome(graph: Build, sources: GraphSources, *, conforms: bool) -> dict[str, object]:
    shapes = hashlib.sha256(fingerprint().encode())
    for path in sources.shape_files():
        shapes.update(sources.read(path))
    return {"dataset": graph.version, "shapes": shapes.hexdigest(), "conforms": conforms}
