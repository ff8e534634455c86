"""The addresses of a store's graphs, and of its endpoints where its layout is known."""

import ipaddress
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from pyoxigraph import NamedNode

from urbact_graph.publishing.refusals import StoreError


class Layout(NamedTuple):
    """Where a kind of store has its endpoints: what the address of its graph store ends in.

    ``query`` and ``update`` take the place of that end.
    """

    graphs: str
    query: str
    update: str


# As the documentation of each store has it; whether the endpoint is there is tried before its use.
LAYOUTS = (
    # Virtuoso, with a user and without.
    Layout("/sparql-graph-crud-auth", "/sparql-auth", "/sparql-auth"),
    Layout("/sparql-graph-crud", "/sparql", "/sparql"),
    # RDF4J, GraphDB.
    Layout("/rdf-graphs/service", "", "/statements"),
    # Amazon Neptune.
    Layout("/sparql/gsp", "/sparql", "/sparql"),
    # Oxigraph.
    Layout("/store", "/query", "/update"),
    # Apache Jena Fuseki.
    Layout("/data", "/query", "/update"),
)


def checked_address(text: str, what: str) -> str:
    """Return ``text`` if it is a web address without credentials; ``what`` names it in errors.

    Raises:
        StoreError: it is none.
    """
    try:
        parts = urlsplit(text)
        is_fit = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, is_fit = urlsplit(""), False
    if parts.username is not None or parts.password is not None:
        # The address is not repeated, as it holds what is secret.
        raise StoreError(
            f"{what} holds credentials, which every user of this machine can read on a command "
            "line; take them out, and set URBACT_GRAPH_PUBLISH_USER and "
            "URBACT_GRAPH_PUBLISH_PASSWORD."
        )
    if not is_fit:
        raise StoreError(f"{what} cannot be {text!r}; write an address such as http://HOST/store.")
    if not (text.isascii() and text.isprintable()) or " " in text or parts.fragment:
        raise StoreError(
            f"{what} cannot be {text!r}; write spaces and characters beyond ASCII "
            "percent-encoded, those of the host as xn--…, and no fragment."
        )
    return text


def checked_store(text: str, *, direct: bool) -> str:
    """Return ``text`` if it is the address of a store, or with ``direct`` of a graph.

    Raises:
        StoreError: it is none, or names a graph of the store.
    """
    checked_address(text, "The address of the store")
    given = parse_qs(urlsplit(text).query, keep_blank_values=True)
    if not direct and given.keys() & {"default", "graph"}:
        raise StoreError(
            f"The address of the store cannot be {text!r}, which names a graph of it; take "
            "default and graph out, and name the graph with --graph IRI."
        )
    return text


def checked_graph(text: str) -> str:
    """Return ``text`` if it is an absolute IRI.

    Raises:
        StoreError: it is none.
    """
    try:
        NamedNode(text)
    except ValueError:
        raise StoreError(
            f"The graph cannot be called {text!r}; write an absolute IRI, such as "
            "https://example.org/graph/urbact, or leave --graph out for the default graph."
        ) from None
    return text


def graph_address(store: str, graph: str | None, *, direct: bool) -> str:
    """Return the address of a graph, None for the default graph, in the store at ``store``.

    A graph is identified indirectly, by a parameter (SPARQL 1.1 Graph Store Protocol, section 4.2),
    or directly, where its IRI is its address (section 4.1).
    """
    if direct:
        return graph or store
    parameter = "default" if graph is None else f"graph={quote(graph, safe='')}"
    return f"{store}{'&' if urlsplit(store).query else '?'}{parameter}"


def endpoints_of(store: str) -> tuple[str, str] | tuple[None, None]:
    """Return the addresses of the query and the update endpoint of a store whose layout is known.

    They are on the same host.
    """
    parts = urlsplit(store)
    path = parts.path.rstrip("/")
    for layout in LAYOUTS:
        if path.endswith(layout.graphs):
            root = parts._replace(path=path.removesuffix(layout.graphs), query="").geturl()
            return root + layout.query, root + layout.update
    return None, None


def origin(address: str) -> str:
    """Return the scheme, host and port of ``address``."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_exposed(address: str) -> bool:
    """Tell whether what is sent to ``address`` can be read on its way: no TLS, another machine."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
