"""Serve a release that is not the graph's own: `python -m benchmarks.serving FOLDER [ENGINE]`.

`urbact-graph serve` builds what it serves; this serves a folder that was made from other data, as
the one of a scaled graph, on a free port. ENGINE is the address of a SPARQL service that has the
same data and evaluates the queries.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from urbact_graph.server.supervisor import serve
from urbact_graph.settings import Settings


def main(folder: Path, *engine: str) -> None:
    """Serve the release in ``folder`` until a signal ends the process."""
    given: dict[str, Any] = {"port": 0, "build_folder": folder.parents[1], "access_log": False}
    if engine:
        given["engine"] = engine

    async def again() -> Path:
        return folder

    serve(Settings(**given), folder, again)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
