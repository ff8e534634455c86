"""``urbact-graph serve``."""

from pathlib import Path
from typing import Any

import click

from urbact_graph.cli.curating import built, ensure_valid
from urbact_graph.cli.options import setting_options
from urbact_graph.dataset.parsing import check_dataset
from urbact_graph.settings import Settings
from urbact_graph.sources import build_folder, find_sources


@click.command("serve")
@setting_options(
    "host", "port", "public_url", "dataset", "query_seconds", "sources", "build_folder"
)
def serve_graph(**given: Any) -> None:
    """Serve the graph's SPARQL endpoint.

    The graph is built and validated first, unless that has been done since its sources changed;
    with violations it is not served.

    \b
    Examples:
      urbact-graph serve
      urbact-graph serve --host 0.0.0.0 --port 80 --public-url https://data.example.org
      urbact-graph serve --dataset other.trig
    """
    # Imported here, as the server is the heaviest part and the other commands go without.
    from urbact_graph.web.serving import serve  # noqa: PLC0415

    settings = Settings.load(**given)
    serve(settings, _dataset(settings))


def _dataset(settings: Settings) -> Path:
    if settings.dataset is not None:
        check_dataset(settings.dataset)
        return settings.dataset
    sources = find_sources(settings)
    folder = build_folder(settings, sources)
    graph = built(sources, folder)
    ensure_valid(graph, sources, folder, settings)
    return graph.dataset
