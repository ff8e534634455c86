"""The page of a call: when it was open, what it was for, and the networks that came from it."""

from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import Call, Network, Programme
from urbact_graph.web.pages.gathering import by_name
from urbact_graph.web.pages.stated import Stated


@dataclass(frozen=True)
class CallPage:
    """The contents of the page; ``assigned`` counts networks of which no page says the call."""

    programme: Programme | None
    networks: tuple[Network, ...]
    assigned: int

    @classmethod
    def of(cls, call: Call, atlas: Atlas, _: Stated) -> Self:
        """Gather what belongs to ``call``."""
        networks = by_name(atlas.networks, call.networks)
        return cls(
            programme=atlas.programmes.get(call.programme),
            networks=networks,
            assigned=sum(not one.call_is_stated for one in networks),
        )
