"""The addresses of a store's graphs, and of its endpoints where its layout is known."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pyoxigraph import NamedNode

from urbact_graph.publishing.refusals import StoreError


@dataclass(frozen=True)
class Layout:
    """Where a kind of store has its endpoints: what the address of its graph store ends in.

    ``query`` and ``update`` take the place of that end.
    """

    name: str
    graphs: str
    query: str
    update: str


# As the documentation of each store has it; whether the endpoint is there is tried before its use.
LAYOUTS = (
    Layout("Virtuoso", "/sparql-graph-crud-auth", "/sparql-auth", "/sparql-auth"),
    Layout("Virtuoso, without a user", "/sparql-graph-crud", "/sparql", "/sparql"),
    Layout("RDF4J, GraphDB", "/rdf-graphs/service", "", "/statements"),
    Layout("Amazon Neptune", "/sparql/gsp", "/sparql", "/sparql"),
    Layout("Oxigraph", "/store", "/query", "/update"),
    Layout("Apache Jena Fuseki", "/data", "/query", "/update"),
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
            "percent-encoded, and no fragment."
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


def layout_of(store: str) -> Layout | None:
    """Return the layout that the address of a graph store is of, if one is known."""
    path = urlsplit(store).path.rstrip("/")
    return next((layout for layout in LAYOUTS if path.endswith(layout.graphs)), None)


def endpoints_of(store: str) -> tuple[str, str] | None:
    """Return the addresses of the query and the update endpoint of a store whose layout is known.

    They are on the same host.
    """
    layout = layout_of(store)
    if layout is None:
        return None
    parts = urlsplit(store)
    root = parts.path.rstrip("/").removesuffix(layout.graphs)
    query, update = (
        parts._replace(path=f"{root}{end}", query="").geturl()
        for end in (layout.query, layout.update)
    )
    return query, update


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
