"""The graph for notebooks and programs: ``open()`` without a server, ``connect()`` to one.

Both return a ``Graph``, whose methods answer with typed tables (pandas, polars or arrow) and with
rdflib graphs.
"""

from pathlib import Path
from typing import Any

from urbact_graph.client.europe import boundaries
from urbact_graph.client.graph import Graph
from urbact_graph.settings import WRITTEN_BASE, Settings

__all__ = ["Graph", "boundaries", "connect", "open"]


def open(**settings: Any) -> Graph:  # noqa: A001 - its name for users is urbact_graph.open
    """Return the graph in memory: no server, no port.

    It is built from its sources first, unless it stands there already. ``settings`` are those of
    the command line, such as ``sources`` and ``build_folder``, each a path.

    >>> import urbact_graph
    >>> graph = urbact_graph.open()
    >>> graph.cities(short=True)[["iri", "label", "country_code", "population"]].head(2)
                 iri  label country_code  population
    0  city/al/kamez  Kamëz           AL       11026
    1  city/al/lezhe  Lezhë           AL       18695

    Raises:
        UrbactGraphError: the graph cannot be built.
    """
    from urbact_graph.client.embedded import EmbeddedGraph  # noqa: PLC0415

    return EmbeddedGraph(Settings.load(**settings))


def connect(
    url: str,
    *,
    base: str = WRITTEN_BASE,
    timeout: float = 60.0,
    cache: str | Path | None = None,
) -> Graph:
    """Return the graph that the instance at ``url`` serves, or that of another SPARQL endpoint.

    ``base`` is that of the graph's IRIs. A server may take ``timeout`` seconds for each part of an
    answer; one that is busy is asked again when it says so (Retry-After), for up to a minute. In
    the folder ``cache`` answers are kept, and fetched again only if they have changed; it may be
    removed at any time.

    >>> import urbact_graph
    >>> graph = urbact_graph.connect("http://127.0.0.1:8000")
    >>> graph.sparql("ASK { ?city a urb:City }")
    True

    Raises:
        EngineError: the server does not answer.
        QueryError: SPARQLWrapper is not installed, or ``url``, ``base`` or ``timeout`` does not
            fit.
    """
    from urbact_graph.client.remote import RemoteGraph  # noqa: PLC0415

    return RemoteGraph(url, base, timeout, Path(cache) if cache else None)
