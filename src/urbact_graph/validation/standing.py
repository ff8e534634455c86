"""The standing of a built dataset: whether it has been validated, and with what outcome."""

import hashlib
import json
from pathlib import Path

from urbact_graph import __version__
from urbact_graph.dataset.building import Build
from urbact_graph.files import write_whole
from urbact_graph.sources import GraphSources

REPORT_NAME = "validation.ttl"
_RECORD_NAME = "validation.json"


def is_known_valid(graph: Build, sources: GraphSources, folder: Path) -> bool:
    """Tell whether ``graph`` was validated with the present shapes and had no violation."""
    try:
        record = json.loads((folder / _RECORD_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(record == _record(graph, sources, conforms=True))


def record(
    graph: Build, sources: GraphSources, folder: Path, report: bytes, *, conforms: bool
) -> None:
    """Write the ``report``, in Turtle, beside the dataset, and remember the outcome.

    Raises:
        OSError: the folder cannot be written.
    """
    write_whole(folder / REPORT_NAME, report)
    content = json.dumps(_record(graph, sources, conforms=conforms), indent=2) + "\n"
    write_whole(folder / _RECORD_NAME, content.encode())


def _record(graph: Build, sources: GraphSources, *, conforms: bool) -> dict[str, object]:
    shapes = hashlib.sha256(__version__.encode())
    for path in sources.shape_files():
        shapes.update(sources.read(path))
    return {"dataset": graph.version, "shapes": shapes.hexdigest(), "conforms": conforms}
