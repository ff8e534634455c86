"""Where a dataset goes: the store, and the graphs in it."""

import hashlib
from dataclasses import dataclass, replace

from urbact_graph.publishing.addresses import checked_address, checked_graph, checked_store
from urbact_graph.publishing.content import Content
from urbact_graph.publishing.refusals import StoreError


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
        checked_store(self.address, direct=self.direct)
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
    def addresses(self) -> list[str]:
        """The addresses that are asked."""
        return [one for one in (self.address, self.query, self.update) if one]

    @property
    def key(self) -> str:
        """A name for files about this target."""
        text = f"{self.address} {self.graph or ''} {self.direct}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def places(self, content: Content) -> dict[str, str | None]:
        """Return the graph of the store for each graph of ``content``, by its name there.

        Raises:
            StoreError: they have no place each.
        """
        found = {graph.name: graph.name or self.graph for graph in content.graphs}
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


def shown(graph: str | None) -> str:
    """Return what a graph is called in a sentence."""
    return "the default graph" if graph is None else f"the graph {graph}"
