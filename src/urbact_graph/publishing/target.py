"""Where a dataset goes: the store, its graphs and its endpoints."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from urbact_graph.publishing.addresses import checked_address, checked_graph, endpoints_of
from urbact_graph.publishing.content import Content, GraphContent
from urbact_graph.publishing.endpoints import QueryEndpoint, UpdateEndpoint
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.publishing.transport import Transport

_Endpoint = TypeVar("_Endpoint", QueryEndpoint, UpdateEndpoint)
# Called with a sentence that a person should know.
Remark = Callable[[str], None]


@dataclass(frozen=True)
class Target:
    """Where the dataset goes, and how.

    ``address`` is that of the graph store, or with ``direct`` of the one graph. ``graph`` takes the
    default graph of the dataset; None is the store's default graph. ``query`` and ``update`` are
    endpoints that were named. With ``in_place`` graphs are replaced piece by piece, each of at most
    ``piece_bytes``; otherwise they are switched, if the store can. ``sample`` is the number of
    things that are compared.
    """

    address: str
    graph: str | None = None
    direct: bool = False
    query: str | None = None
    update: str | None = None
    in_place: bool = False
    piece_bytes: int = 4_000_000
    sample: int = 100

    def checked(self) -> "Target":
        """Return this target if it can be meant.

        Raises:
            StoreError: an address or a name is none, or they do not fit together.
        """
        checked_address(self.address, "The address of the store")
        for address, option in ((self.query, "query"), (self.update, "update")):
            if address is not None:
                checked_address(address, f"--{option}-endpoint")
        if self.graph is not None:
            checked_graph(self.graph)
        if self.direct and self.graph is not None:
            raise StoreError(
                "With --direct the address is the name of the graph; leave out --graph or --direct."
            )
        return replace(self, graph=self.address) if self.direct else self

    @property
    def key(self) -> str:
        """A name for files about this target."""
        text = f"{self.address} {self.graph or ''} {self.direct}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def places(self, content: Content) -> dict[str, str | None]:
        """Return the graph of the store for each graph of ``content``, by its IRI, empty for none.

        Raises:
            StoreError: they have no place each.
        """
        found = {graph.graph or "": graph.graph or self.graph for graph in content.graphs}
        named = [name for name in found if name]
        if self.direct and named:
            raise StoreError(
                f"The dataset has the named graph {named[0]}, and with --direct there is room for "
                "one graph only; give the address of the graph store, without --direct."
            )
        if self.graph is not None and "" not in found:
            raise StoreError(
                "The dataset has named graphs only, which keep their names; leave out --graph."
            )
        if self.graph in named:
            raise StoreError(
                f"The dataset has a graph of its own that is called {self.graph}; name another "
                "with --graph."
            )
        return found

    def staging(self, content: Content) -> dict[str, str]:
        """Return a new graph for each graph of ``content``, which takes it until it is whole.

        Equal datasets for equal places have equal ones.
        """
        found = {}
        for graph in content.graphs:
            key = f"{self.key} {graph.graph or ''} {content.sha256}"
            name = uuid5(NAMESPACE_URL, key)
            found[graph.graph or ""] = (
                f"{self.address}-incoming-{name.hex[:12]}" if self.direct else name.urn
            )
        return found


@dataclass(frozen=True)
class Endpoints:
    """The endpoints of the store, as far as it has any; whether they were only found by its layout.

    ``obstacle`` is a clause that says why no update can be sent.
    """

    query: QueryEndpoint | None
    update: UpdateEndpoint | None
    is_query_guessed: bool
    is_update_guessed: bool
    obstacle: str = ""


def find_endpoints(transport: Transport, target: Target) -> Endpoints:
    """Return the endpoints that were named, and else those that the layout of the store has.

    Raises:
        StoreError: one that was named cannot be used.
    """
    guessed = (None, None) if target.direct else endpoints_of(target.address) or (None, None)
    query = _tried(QueryEndpoint, transport, target.query, guessed[0])
    if target.in_place:
        obstacle = "--in-place asks for that"
        return Endpoints(
            query, None, target.query is None, is_update_guessed=False, obstacle=obstacle
        )
    # An update is only sent to a guessed address if queries show that it is the same store's.
    update = _tried(UpdateEndpoint, transport, target.update, guessed[1] if query else None)
    return Endpoints(
        query, update, target.query is None, target.update is None, _obstacle(guessed, query)
    )


def _obstacle(guessed: tuple[str | None, str | None], query: QueryEndpoint | None) -> str:
    if guessed[1] is None:
        return "no endpoint for updates is known (--update-endpoint)"
    if query is None:
        return (
            f"{guessed[0]} answers no queries (--query-endpoint and --update-endpoint name others)"
        )
    return f"{guessed[1]} takes no updates from here (--update-endpoint names another)"


def _tried(
    kind: type[_Endpoint], transport: Transport, named: str | None, guessed: str | None
) -> _Endpoint | None:
    address = named or guessed
    if address is None:
        return None
    endpoint = kind(transport, address)
    try:
        endpoint.try_out()
    except StoreError:
        if named is not None:
            raise
        return None
    return endpoint


def shown(graph: str | None) -> str:
    """Return what a graph is called in a sentence."""
    return "the default graph" if graph is None else f"the graph {graph}"


def by_name(content: Content) -> dict[str, GraphContent]:
    """Return the graphs of ``content`` by their IRIs, empty for the default graph."""
    return {graph.graph or "": graph for graph in content.graphs}
